import type { BlindBattle, DrawnBattles } from '@agon/contract';
import { ArenaError, type BattleId, mapSlots, type RaterId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { refuseUnlessOpen, requireCampaign } from '../campaigns/require-campaign.ts';
import type { GivenBattle } from '../ports/battle-store.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { showBattles } from './blind-battle.ts';
import { identifyVoter } from './identify-voter.ts';
import { drawPair, promptPairKey } from './pair-sampler.ts';
import { refuseUnlessWelcome } from './refuse-unless-welcome.ts';
import { voterProgress } from './voter-progress.ts';

export type DrawBattles = {
  readonly actor: Actor;
  readonly campaign: string;
  /** How many battles the page wants to hold, those in `holding` included. */
  readonly count: number;
  readonly holding: readonly string[];
};

type DrawPorts = Pick<
  Ports,
  'campaigns' | 'raters' | 'votes' | 'content' | 'battles' | 'clock' | 'ids' | 'tickets' | 'renderer'
>;

/**
 * Battles for a voter: first the open ones of an earlier visit, then new draws.
 * A voter is never given the same prompt with the same two models twice; a battle that ran out of time may return.
 */
export async function drawBattles(command: DrawBattles, deps: DrawPorts): Promise<DrawnBattles> {
  const raterId = await identifyVoter(command.actor, deps);
  const campaign = await requireCampaign(command.campaign, deps);
  refuseUnlessOpen(campaign);
  refuseUnlessWelcome(campaign, command.actor);
  if (!(await deps.raters.hasConsent(raterId, campaign.id, campaign.settings.consent_version))) {
    throw new ArenaError('consent_required', 'Agree to the terms of this campaign first.', {
      hint: 'POST /api/v1/campaigns/{campaign}/consents',
      data: { version: campaign.settings.consent_version },
    });
  }
  const given = await deps.battles.givenTo(campaign.id, raterId);
  const votes = await deps.votes.countOf(raterId, campaign.id);
  const progress = voterProgress(votes, campaign.settings);
  if (progress.done) return { battles: [], progress, exhausted: false };

  const nowMs = deps.clock.now();
  const holding = new Set(command.holding);
  const isOpen = (battle: GivenBattle) => battle.state === 'issued' && battle.expiresAtMs > nowMs;
  const room =
    campaign.settings.quota === null
      ? command.count
      : Math.min(command.count, campaign.settings.quota - votes);
  const held = given.filter((battle) => isOpen(battle) && holding.has(battle.id)).length;
  const wanted = Math.max(0, room - held);
  const shown = given.filter((battle) => isOpen(battle) && !holding.has(battle.id)).slice(0, wanted);
  const drawn = await drawNew(wanted - shown.length, given, campaign, raterId, deps);
  const battles: BlindBattle[] = await showBattles([...shown, ...drawn.battles], campaign, raterId, deps);
  return {
    battles,
    progress,
    exhausted: drawn.exhausted && shown.length + drawn.battles.length + held === 0,
  };
}

async function drawNew(
  count: number,
  given: readonly GivenBattle[],
  campaign: CampaignRecord,
  raterId: RaterId,
  deps: DrawPorts,
): Promise<{ readonly battles: readonly GivenBattle[]; readonly exhausted: boolean }> {
  if (count <= 0) return { battles: [], exhausted: false };
  const nowMs = deps.clock.now();
  const content = await deps.content.content(campaign.id);
  const isReturned = (battle: GivenBattle) =>
    battle.state === 'expired' || (battle.state === 'issued' && battle.expiresAtMs <= nowMs);
  const seen = new Set(
    given
      .filter((battle) => !isReturned(battle))
      .map((battle) => promptPairKey(battle.promptId, battle.models.a, battle.models.b)),
  );
  const battles: GivenBattle[] = [];
  for (let i = 0; i < count; i += 1) {
    const seed = `${campaign.settings.sampling_seed}/${campaign.id}/${raterId}/${given.length + i}`;
    const pair = drawPair(content, seen, seed, {
      skipSelfNaming: campaign.settings.self_naming === 'exclude',
    });
    if (pair === null) return { battles, exhausted: true };
    seen.add(promptPairKey(pair.promptId, pair.models.a, pair.models.b));
    const battle: GivenBattle = {
      id: deps.ids.next() as BattleId,
      promptId: pair.promptId,
      models: mapSlots(pair.models, (id) => id),
      answers: mapSlots(pair.answers, (id) => id),
      state: 'issued',
      expiresAtMs: nowMs + campaign.settings.battle_ttl_s * 1000,
    };
    battles.push(battle);
    await deps.battles.issue({
      ...battle,
      campaignId: campaign.id,
      raterId,
      drawProbability: pair.probability,
      drawReason: pair.reason,
      drawnAtMs: nowMs,
    });
  }
  return { battles, exhausted: false };
}
