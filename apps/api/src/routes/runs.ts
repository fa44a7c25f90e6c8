import {
  admitRun,
  cancelRun,
  excludeRun,
  getRun,
  listRuns,
  pauseRun,
  rereadRun,
  resumeRun,
  retryRun,
  startAnswerRun,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function runRoutes({ serve, ports }: RouteDeps): void {
  serve('startAnswerRun', ({ actor, params, body }) => {
    const {
      base_url: baseUrl,
      api_key_env: apiKeyEnv,
      budget_usd: budgetUsd,
      max_tokens: maxTokens,
      ...rest
    } = body;
    const command = { actor, campaign: params.campaign, ...rest, baseUrl, apiKeyEnv, budgetUsd, maxTokens };
    return startAnswerRun(command, ports);
  });

  serve('listRuns', ({ actor, query }) => listRuns({ actor, ...query }, ports));
  serve('getRun', ({ actor, params }) => getRun({ actor, run: params.run }, ports));
  serve('pauseRun', ({ actor, params }) => pauseRun({ actor, run: params.run }, ports));
  serve('resumeRun', ({ actor, params, body }) =>
    resumeRun({ actor, run: params.run, budgetUsd: body.budget_usd }, ports),
  );
  serve('cancelRun', ({ actor, params }) => cancelRun({ actor, run: params.run }, ports));
  serve('retryRun', ({ actor, params }) => retryRun({ actor, run: params.run }, ports));
  serve('admitRun', ({ actor, params, body }) => admitRun({ actor, run: params.run, ...body }, ports));
  serve('excludeRun', ({ actor, params, body }) => excludeRun({ actor, run: params.run, ...body }, ports));
  serve('rereadRun', ({ actor, params }) => rereadRun({ actor, run: params.run }, ports));
}
