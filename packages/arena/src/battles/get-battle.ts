import type { BattleAnswerJson, BattlePageJson, BattleQueryJson } from '@agon/contract';
import { ArenaError, isBlank, mapSlots } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { BattleAnswer, BattleRecord, BattleVerdict, BattleVote } from '../ports/battle-browser.ts';
import type { PromptMaterial } from '../ports/content-store.ts';
import type { Ports } from '../ports/ports.ts';
import { toBattleQuery } from './battle-query.ts';

/** Of an answer's run, what says nothing of how the answer was made. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['modelId', 'limit', 'repeat']);

/**
 * Everything on one battle, whichever of those about the same two answers is asked for. Never for voters.
 * @throws ArenaError('not_found')
 */
export async function getBattle(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly battle: string;
    /** The list that the reader comes from. */
    readonly query: BattleQueryJson;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'battleBrowser' | 'renderer'>,
): Promise<BattlePageJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const battle = await deps.battleBrowser.find(campaign.id, command.battle);
  if (battle === null) throw noSuchBattle();
  const place = await deps.battleBrowser.place(campaign.id, toBattleQuery(command.query), battle.id);
  return presentBattle(battle, place, deps);
}

function noSuchBattle(): ArenaError {
  return new ArenaError('not_found', 'The campaign has no such battle.', {
    hint: 'See the list of its battles; an undone import takes its battles with it.',
  });
}

function presentBattle(
  battle: BattleRecord,
  place: BattlePageJson['place'],
  deps: Pick<Ports, 'renderer'>,
): BattlePageJson {
  const { prompt } = battle;
  const shown = battle.turns ?? Number.POSITIVE_INFINITY;
  return {
    id: battle.id,
    prompt_id: battle.promptKey,
    category: battle.category,
    language: battle.language,
    shown_turns: battle.turns,
    prompt:
      prompt === null
        ? null
        : { turns: prompt.slice(0, shown).map((text) => ({ text, ...deps.renderer.render(text) })) },
    material: presentMaterial(battle.material),
    answers: mapSlots(battle.answers, (answer) => presentAnswer(answer, shown, deps)),
    battles: battle.battles.map(({ id, origin, state, drawProbability, skipReason, atMs }) => ({
      id,
      origin,
      state,
      draw_probability: drawProbability,
      skip_reason: skipReason,
      at: new Date(atMs).toISOString(),
    })),
    votes: battle.votes.map(presentVote),
    verdicts: battle.verdicts.map(presentVerdict),
    place,
  };
}

function presentMaterial({
  reference,
  rubric,
  criteria,
  checklist,
  context,
}: PromptMaterial): BattlePageJson['material'] {
  return {
    reference: reference === undefined ? null : [...reference],
    rubric: rubric === undefined ? null : { name: rubric.name, levels: [...rubric.levels] },
    criteria: criteria === undefined ? null : [...criteria],
    checklist: checklist === undefined ? null : [...checklist],
    context: context === undefined ? null : [...context],
  };
}

function presentAnswer(
  { model, turns, selfNaming, promptTokens, completionTokens, origin }: BattleAnswer,
  shown: number,
  deps: Pick<Ports, 'renderer'>,
): BattleAnswerJson {
  return {
    model,
    turns:
      turns?.slice(0, shown).map((text, turn) => ({
        text,
        names: [...new Set((selfNaming[turn] ?? []).map(({ start, end }) => text.slice(start, end)))],
        ...(isBlank(text)
          ? { html: '', direction: 'auto' as const, blank: true }
          : { ...deps.renderer.render(text), blank: false }),
      })) ?? null,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    made_by:
      origin === null
        ? null
        : {
            run: origin.run,
            provider: origin.provider,
            model: origin.model,
            settings: Object.fromEntries(
              Object.entries(origin.config).filter(([name]) => !NOT_SETTINGS.has(name)),
            ),
          },
  };
}

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const secondsOf = (ms: number | null) => (ms === null ? null : ms / 1000);

function presentVote(vote: BattleVote): BattlePageJson['votes'][number] {
  return {
    id: vote.id,
    voter: vote.voter,
    outcome: vote.outcome,
    first_outcome: vote.firstOutcome,
    state: vote.state,
    reason: vote.reason,
    imported: vote.isImported,
    source: vote.source,
    seconds: secondsOf(vote.shownMs),
    reasons: vote.tags === null ? null : { a: [...vote.tags.a], b: [...vote.tags.b] },
    note: vote.note,
    weight: vote.weight,
    at: isoOf(vote.atMs),
    changes: vote.changes.map(({ kind, outcome, afterReveal, atMs }) => ({
      kind,
      outcome,
      after_reveal: afterReveal,
      at: new Date(atMs).toISOString(),
    })),
  };
}

function presentVerdict(verdict: BattleVerdict): BattlePageJson['verdicts'][number] {
  return {
    id: verdict.id,
    judge: verdict.judge,
    identity: verdict.identity,
    control: verdict.isControl,
    model: verdict.model,
    order: verdict.order,
    repeat: verdict.repeat,
    outcome: verdict.outcome,
    unscored: verdict.unscored,
    share_a: verdict.shareA,
    parser: verdict.parser,
    run: verdict.run,
    standing: verdict.standing,
    imported: verdict.isImported,
    prompt_tokens: verdict.promptTokens,
    completion_tokens: verdict.completionTokens,
    cost: verdict.costUsd,
    seconds: secondsOf(verdict.latencyMs),
    reply_end: verdict.replyEnd,
    at: isoOf(verdict.atMs),
  };
}
