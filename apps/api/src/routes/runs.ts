import {
  admitRun,
  cancelRun,
  estimateAnswerRun,
  excludeRun,
  exportRunBundle,
  getRun,
  getRunHistory,
  listRuns,
  pauseRun,
  rereadRun,
  resumeRun,
  retryRun,
  startAnswerRun,
} from '@agon/arena';
import type { ParsedBodyOf } from '@agon/contract';
import { exportResponse } from '../http/export-response.ts';
import type { RouteDeps } from './route-deps.ts';

export function runRoutes({ serve, ports }: RouteDeps): void {
  serve('startAnswerRun', ({ actor, params, body }) =>
    startAnswerRun({ actor, campaign: params.campaign, ...commandOf(body) }, ports),
  );
  serve('estimateAnswerRun', ({ actor, params, body }) =>
    estimateAnswerRun({ actor, campaign: params.campaign, ...commandOf(body) }, ports),
  );

  serve('listRuns', ({ actor, query }) => listRuns({ actor, ...query }, ports));
  serve('getRun', ({ actor, params }) => getRun({ actor, run: params.run }, ports));
  serve('getRunHistory', ({ actor, params }) => getRunHistory({ actor, run: params.run }, ports));
  serve('pauseRun', ({ actor, params }) => pauseRun({ actor, run: params.run }, ports));
  serve('resumeRun', ({ actor, params, body }) =>
    resumeRun({ actor, run: params.run, budgetUsd: body.budget_usd }, ports),
  );
  serve('cancelRun', ({ actor, params }) => cancelRun({ actor, run: params.run }, ports));
  serve('retryRun', ({ actor, params, query }) => retryRun({ actor, run: params.run, ...query }, ports));
  serve('admitRun', ({ actor, params, body }) => admitRun({ actor, run: params.run, ...body }, ports));
  serve('excludeRun', ({ actor, params, body }) => excludeRun({ actor, run: params.run, ...body }, ports));
  serve('exportRunBundle', async ({ actor, params, request }) =>
    exportResponse(await exportRunBundle({ actor, run: params.run }, ports), request),
  );
  serve('rereadRun', ({ actor, params, query }) => rereadRun({ actor, run: params.run, ...query }, ports));
}

function commandOf({
  base_url: baseUrl,
  api_key_env: apiKeyEnv,
  budget_usd: budgetUsd,
  max_tokens: maxTokens,
  top_p: topP,
  sampling_seed: samplingSeed,
  thinking_budget: thinkingBudget,
  ...rest
}: ParsedBodyOf<'startAnswerRun'>) {
  return { ...rest, baseUrl, apiKeyEnv, budgetUsd, maxTokens, topP, samplingSeed, thinkingBudget };
}
