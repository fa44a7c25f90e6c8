import {
  archiveJudge,
  cancelJudgeRun,
  checkJudgeSource,
  compareJudgeVersions,
  getJudge,
  getJudgeRun,
  getJudgeTrial,
  listJudgeRuns,
  listJudges,
  listJudgeVersions,
  saveJudge,
  startJudgeRun,
  startJudgeTrial,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function judgeRoutes({ serve, ports }: RouteDeps): void {
  serve('listJudges', ({ actor, query }) =>
    listJudges({ actor, archived: query.state === 'archived' }, ports),
  );
  serve('getJudge', ({ actor, params }) => getJudge({ actor, judge: params.judge }, ports));
  serve('saveJudge', ({ actor, body }) => saveJudge({ actor, source: body.source }, ports));
  serve('archiveJudge', ({ actor, params, body }) =>
    archiveJudge({ actor, judge: params.judge, archived: body.archived }, ports),
  );
  serve('checkJudge', ({ actor, body }) => checkJudgeSource({ actor, source: body.source }, ports));
  serve('listJudgeVersions', ({ actor, params, query }) =>
    listJudgeVersions({ actor, judge: params.judge, ...query }, ports),
  );
  serve('compareJudges', ({ actor, params, query }) =>
    compareJudgeVersions({ actor, judge: params.judge, ...query }, ports),
  );

  serve('startJudgeTrial', ({ actor, params, body }) => {
    const { base_url: baseUrl, api_key_env: apiKeyEnv, budget_usd: budgetUsd, ...rest } = body;
    return startJudgeTrial(
      { actor, campaign: params.campaign, ...rest, baseUrl, apiKeyEnv, budgetUsd },
      ports,
    );
  });
  serve('getJudgeTrial', ({ actor, params }) => getJudgeTrial({ actor, run: params.run }, ports));

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
