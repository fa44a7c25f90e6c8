import {
  archiveJudge,
  cancelJudgeRun,
  checkJudgeSource,
  compareJudgeVersions,
  estimateJudgeRun,
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
import type { ParsedBodyOf } from '@agon/contract';
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
    return startJudgeTrial({ actor, campaign: params.campaign, ...askedBy(body) }, ports);
  });
  serve('getJudgeTrial', ({ actor, params }) => getJudgeTrial({ actor, run: params.run }, ports));

  serve('startJudgeRun', ({ actor, params, body }) =>
    startJudgeRun({ actor, campaign: params.campaign, ...askedBy(body) }, ports),
  );
  serve('estimateJudgeRun', ({ actor, params, body }) =>
    estimateJudgeRun({ actor, campaign: params.campaign, ...askedBy(body) }, ports),
  );

  serve('listJudgeRuns', ({ actor, params, query }) =>
    listJudgeRuns({ actor, campaign: params.campaign, ...query }, ports),
  );
  serve('getJudgeRun', ({ actor, params }) => getJudgeRun({ actor, run: params.run }, ports));
  serve('cancelJudgeRun', ({ actor, params }) => cancelJudgeRun({ actor, run: params.run }, ports));
}

/** Whom a body says to ask, in the words of the use cases. */
function askedBy<Body extends ParsedBodyOf<'startJudgeRun' | 'startJudgeTrial'>>({
  base_url: baseUrl,
  api_key_env: apiKeyEnv,
  budget_usd: budgetUsd,
  ...rest
}: Body) {
  return { ...rest, baseUrl, apiKeyEnv, budgetUsd };
}
