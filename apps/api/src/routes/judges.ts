import { cancelJudgeRun, getJudge, getJudgeRun, listJudgeRuns, listJudges, startJudgeRun } from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function judgeRoutes({ serve, ports }: RouteDeps): void {
  serve('listJudges', () => listJudges(ports));
  serve('getJudge', ({ params }) => getJudge({ judge: params.judge }, ports));

  serve('startJudgeRun', ({ actor, params, body }) => {
    const { base_url: baseUrl, api_key_env: apiKeyEnv, budget_usd: budgetUsd, ...rest } = body;
    return startJudgeRun({ actor, campaign: params.campaign, ...rest, baseUrl, apiKeyEnv, budgetUsd }, ports);
  });

  serve('listJudgeRuns', ({ actor, params, query }) =>
    listJudgeRuns({ actor, campaign: params.campaign, ...query }, ports),
  );
  serve('getJudgeRun', ({ actor, params }) => getJudgeRun({ actor, run: params.run }, ports));
  serve('cancelJudgeRun', ({ actor, params }) => cancelJudgeRun({ actor, run: params.run }, ports));
}
