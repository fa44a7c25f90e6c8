import {
  calibrateJudge,
  checkJudgeDrift,
  getJudgeCard,
  getJudgeDrift,
  getJury,
  listSentBack,
  sendBack,
  takeBack,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

/** How good judges are, and what of it goes back to people. */
export function judgeCardRoutes({ serve, ports }: RouteDeps): void {
  serve('getJury', ({ actor, params }) => getJury({ actor, campaign: params.campaign }, ports));
  serve('getJudgeCard', ({ actor, params, query }) => getJudgeCard({ actor, ...params, ...query }, ports));
  serve('getJudgeDrift', ({ actor, params, query }) => getJudgeDrift({ actor, ...params, ...query }, ports));
  serve('calibrateJudge', ({ actor, params, body }) => calibrateJudge({ actor, ...params, ...body }, ports));
  serve('checkJudgeDrift', ({ actor, params, body }) => {
    const { every_hours: everyHours, budget_usd: budgetUsd, ...rest } = body;
    return checkJudgeDrift({ actor, ...params, ...rest, everyHours, budgetUsd }, ports);
  });
  serve('listSentBack', ({ actor, params }) => listSentBack({ actor, campaign: params.campaign }, ports));
  serve('sendBack', ({ actor, params, body }) => sendBack({ actor, ...params, ...body }, ports));
  serve('takeBack', ({ actor, params }) => takeBack({ actor, ...params }, ports));
}
