import type { GroupInsightsJson, RatingInsightsJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';

/** Models of a group that are named; a line has room for no more. */
const NAMED = 3;

/** Groups of models that can be compared with each other, the largest first. */
export function groupsOf(insights: RatingInsightsJson | null | undefined): GroupInsightsJson[] {
  return insights == null ? [] : [insights, ...(insights.others ?? [])];
}

/** "Among a, b, c and 4 more": no number compares models of two groups. */
export function groupName({ models }: Pick<GroupInsightsJson, 'models'>): string {
  const names = models.slice(0, NAMED).join(m.board_comma());
  return models.length > NAMED
    ? m.board_group_more({ names, count: models.length - NAMED })
    : m.board_group({ names });
}
