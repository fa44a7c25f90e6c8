import type { CampaignSettings, Reveal } from '@agon/contract';
import type { BySlot } from '@agon/domain';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredVote } from '../ports/vote-store.ts';
import { voterRule } from './draw-rule.ts';
import { pairIndexOf } from './pair-index.ts';

/** Whether the reply to a vote shows the names, because the campaign says so or because no vote can be undone. */
export function revealsAtOnce(
  settings: Pick<CampaignSettings, 'reveal' | 'reveal_when' | 'undo_grace_s'>,
): boolean {
  return settings.reveal && (settings.reveal_when === 'at_once' || settings.undo_grace_s === 0);
}

/** What a voter learns of a battle after the vote. */
export async function namesOf(
  { battleId, raterId }: Pick<StoredVote, 'battleId' | 'raterId'>,
  models: BySlot<string>,
  { id, settings }: CampaignRecord,
  deps: Pick<Ports, 'content' | 'battles' | 'votes'>,
): Promise<Reveal> {
  // most campaigns have one answer of each model to a prompt: then nothing is looked up
  const { hasSeveral } = pairIndexOf(await deps.content.lastDrawable(id), voterRule(settings));
  return {
    models: { ...models },
    answers: hasSeveral ? { ...(await deps.battles.answerPlaces(battleId)) } : { a: null, b: null },
    others: settings.show_others ? await deps.votes.othersOn(battleId, raterId) : null,
  };
}
