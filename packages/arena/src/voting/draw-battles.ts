import type { DrawnBattles } from '@agon/contract';
import { ArenaError, type BattleId, type RaterId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import { refuseUnlessOpen } from '../campaigns/require-campaign.ts';
import type { GivenBattles, NewVoterBattle, OpenBattle } from '../ports/battle-store.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { DrawableContent } from '../ports/content-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { SentBackBattle } from '../ports/sent-back-store.ts';
import { showBattles } from './blind-battle.ts';
import { voterRule } from './draw-rule.ts';
import { identifyVoter } from './identify-voter.ts';
import { type PairIndex, pairIndexOf } from './pair-index.ts';
import { drawPair, type SentBackCell } from './pair-sampler.ts';
import { requireMayVote } from './require-may-vote.ts';
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
  | 'campaigns'
  | 'members'
  | 'raters'
  | 'content'
  | 'battles'
  | 'sentBack'
  | 'completionCodes'
  | 'clock'
  | 'ids'
  | 'tickets'
  | 'renderer'
>;

/** A voter with two windows may draw in both at once: then one of them draws again. */
const MAX_ATTEMPTS = 10;

/**
 * Battles for a voter: first the open ones of an earlier visit, then new draws.
 * A voter is never given the same prompt with the same two models twice, with other answers neither, and never a text
 * that an earlier battle showed: its model may have been named since. A battle that ran out of time may return, as
 * nothing of it was told. Which answer stands for a model is for the campaign's settings to say.
 */
export async function drawBattles(command: DrawBattles, deps: DrawPorts): Promise<DrawnBattles> {
  const raterId = await identifyVoter(command.actor, deps);
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  refuseUnlessOpen(campaign);
  requireMayVote(campaign, command.actor);
  if (!(await deps.raters.hasConsent(raterId, campaign.id, campaign.settings.consent_version))) {
    throw new ArenaError('consent_required', 'Agree to the terms of this campaign first.', {
      hint: 'POST /api/v1/campaigns/{campaign}/consents',
      data: { version: campaign.settings.consent_version },
    });
  }
  let contentIsFresh = false;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const content = await (contentIsFresh
      ? deps.content.drawable(campaign.id)
      : deps.content.lastDrawable(campaign.id));
    const drawn = await tryDraw(command, campaign, content, raterId, deps);
    if (drawn !== null) return drawn;
    contentIsFresh = true;
  }
  throw new ArenaError('rate_limited', 'Other requests of this voter came in between, again and again.', {
    hint: 'Ask for battles in one place at a time.',
    retryAfterMs: 200,
  });
}

/** Null where the voter's battles or the content changed in the meantime. */
async function tryDraw(
  command: DrawBattles,
  campaign: CampaignRecord,
  content: DrawableContent,
  raterId: RaterId,
  deps: DrawPorts,
): Promise<DrawnBattles | null> {
  const { settings } = campaign;
  const index = pairIndexOf(content, voterRule(settings));
  const given = await deps.battles.givenTo(campaign.id, raterId, index);
  const basis = { campaignId: campaign.id, raterId, changes: given.changes, contentVersion: content.version };
  const progress = voterProgress(given.votes, campaign, raterId, deps);
  const nowMs = deps.clock.now();
  const open = given.open.filter((battle) => battle.expiresAtMs > nowMs);
  const holding = new Set(command.holding);
  const room =
    settings.quota === null ? command.count : Math.min(command.count, settings.quota - given.votes);
  const held = open.filter((battle) => holding.has(battle.id)).length;
  const wanted = Math.max(0, room - held);
  const shown = open.filter((battle) => !holding.has(battle.id)).slice(0, wanted);
  const listed = cellsOf(await deps.sentBack.open(campaign.id), index);
  const { fresh, exhausted } = drawNew(wanted - shown.length, given, open, listed, campaign, raterId, deps);
  if (!(await deps.battles.issueToVoter(basis, fresh))) return null;
  const battles = await showBattles([...shown, ...fresh], campaign, raterId, deps);
  return { battles, progress, exhausted: exhausted && battles.length + held === 0 };
}

function drawNew(
  count: number,
  given: GivenBattles,
  open: readonly OpenBattle[],
  listed: readonly SentBackCell[],
  campaign: CampaignRecord,
  raterId: RaterId,
  deps: DrawPorts,
): { readonly fresh: readonly NewVoterBattle[]; readonly exhausted: boolean } {
  const fresh: NewVoterBattle[] = [];
  if (count <= 0) return { fresh, exhausted: false };
  const { settings } = campaign;
  const nowMs = deps.clock.now();
  const seen = given.seen.fork();
  for (const battle of open) seen.addBattle(battle);
  for (let i = 0; i < count; i += 1) {
    const seed = `${settings.sampling_seed}/${campaign.id}/${raterId}/${given.drawn + i}`;
    const pair = drawPair(seen, seed, listed);
    if (pair === null) return { fresh, exhausted: true };
    seen.addBattle(pair);
    fresh.push({
      id: deps.ids.next() as BattleId,
      campaignId: campaign.id,
      promptId: pair.promptId,
      models: pair.models,
      answers: pair.answers,
      drawProbability: pair.probability,
      drawReason: pair.reason,
      drawWeight: pair.weight,
      drawnAtMs: nowMs,
      expiresAtMs: nowMs + settings.battle_ttl_s * 1000,
    });
  }
  return { fresh, exhausted: false };
}

/** Battles of the list that are still asked, each once: both answers stand for their models. */
function cellsOf(battles: readonly SentBackBattle[], index: PairIndex): SentBackCell[] {
  const cells = new Map<string, SentBackCell>();
  for (const { promptId, models, answers } of battles) {
    const cell = index.cellOf(promptId, models.a, models.b);
    if (cell === undefined) continue;
    const [first, second] = index
      .sidesOf(cell)
      .map((side) => side.answers.find((answer) => answer === answers.a || answer === answers.b));
    if (first === undefined || second === undefined) continue;
    cells.set(`${first}/${second}`, { cell, answers: [first, second] });
  }
  return [...cells.values()];
}
