import type { JudgeEstimateJson } from '@agon/contract';
import type { BattleId, JudgeId } from '@agon/domain';
import { isControlJudge } from '@agon/judging';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { BattleSides } from '../ports/battle-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { NewCall } from '../ports/run-store.ts';
import { chooseKnownProvider } from '../providers/choose-provider.ts';
import { batchPriceShare, refuseWithoutBatches } from '../runs/batch-rules.ts';
import { promptTokensOf } from '../runs/call-pool.ts';
import { verdicts } from '../runs/kinds/verdicts.ts';
import { loadMaterial } from '../runs/load-material.ts';
import { costBetween, pricesOf, refuseUncountable } from '../runs/run-prices.ts';
import { requireJudge } from './list-judges.ts';
import {
  configOf,
  planJudgeCalls,
  refuseUnfit,
  requireBattles,
  requireModel,
  type StartJudgeRun,
} from './start-judge-run.ts';

/** Calls that are rendered to see how long they are. */
const SAMPLE = 64;
/** Where nothing is known of a judge's replies: a paragraph of reasons. */
const GUESSED_TOKENS = 200;
/** As long as one that is drawn for a call. */
const NONCE = 'a1b2c3d4';

/**
 * What a judge run would ask, and about what it would cost; nothing is asked or written down. It is refused where the
 * run would be.
 * @throws ArenaError as `startJudgeRun`
 */
export async function estimateJudgeRun(
  command: StartJudgeRun,
  deps: Pick<
    Ports,
    | 'runs'
    | 'campaigns'
    | 'members'
    | 'content'
    | 'battles'
    | 'judges'
    | 'judgeStore'
    | 'providers'
    | 'providerRules'
    | 'clock'
    | 'ids'
  >,
): Promise<JudgeEstimateJson> {
  const { actor, model, seed, budgetUsd, batch = false } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const judge = await requireJudge(command.judge, actor, deps);
  if (isControlJudge(judge.id)) return NOTHING;
  requireModel(judge, model);
  const provider = await chooseKnownProvider(command, deps);
  refuseUnfit(judge, provider);
  const prices = pricesOf(provider, model, command.prices ?? null);
  refuseUncountable(budgetUsd, prices, provider, model);
  if (batch) refuseWithoutBatches(budgetUsd, prices, provider, model);

  const planning = { ...deps, battles: withoutWriting(deps.battles) };
  const battles = await requireBattles(command, campaign, planning);
  const known = await deps.judgeStore.idOf(judge.identity);
  const config = configOf(judge, known ?? ('' as JudgeId), provider, command);
  const plan = (judgeStore: Ports['judgeStore']) =>
    planJudgeCalls(judge, config, seed, battles, campaign, model, { ...planning, judgeStore });
  const all = await plan({
    ...deps.judgeStore,
    scored: async () => [],
    scoredAnswers: async () => [],
  });
  const calls = known === null ? all : await plan(deps.judgeStore);

  const step = Math.max(1, Math.ceil(calls.length / SAMPLE));
  const sample = calls.filter((_, at) => at % step === 0);
  const material = await loadMaterial(verdicts, campaign.id, sample, planning);
  const lengthOf = (call: NewCall) => {
    if (verdicts.unasked?.(config, call, material) != null) return null;
    const request = verdicts.render(config, call, material, NONCE);
    return promptTokensOf(request);
  };
  const lengths = sample.map(lengthOf).filter((each) => each !== null);
  const share = sample.length === 0 ? 0 : lengths.length / sample.length;
  const asked = Math.round(calls.length * share);
  const mean = lengths.reduce((total, each) => total + each, 0) / Math.max(1, lengths.length);
  const { maxTokens } = judge.settings;
  const typical = await deps.runs.typicalVerdictTokens(judge.id, model);
  const promptTokens = Math.round(asked * mean);
  const expected = Math.round(asked * Math.min(maxTokens, typical ?? GUESSED_TOKENS));
  const most = asked * maxTokens * (1 + judge.reask);
  const priceShare = batch ? batchPriceShare(provider) : 1;
  return {
    calls: asked,
    scored: all.length - calls.length,
    prompt_tokens: promptTokens,
    completion_tokens: { expected, most, from: typical === null ? 'guess' : 'replies' },
    cost: costBetween({ prompt: promptTokens, expected, most }, prices, priceShare),
    prices,
    price_share: priceShare,
  };
}

/** Battles that would be drawn are there for whoever plans, and nowhere else. */
function withoutWriting(battles: Ports['battles']): Ports['battles'] {
  const drawn = new Map<BattleId, BattleSides>();
  return {
    ...battles,
    issueToJudge: async (battle) => {
      drawn.set(battle.id, { ...battle, turns: null });
    },
    sides: async (ids) => {
      const there = await battles.sides(ids.filter((id) => !drawn.has(id)));
      return new Map(
        ids.flatMap((id) => {
          const sides = drawn.get(id) ?? there.get(id);
          return sides === undefined ? [] : [[id, sides]];
        }),
      );
    },
  };
}

/** A rule asks no model. */
const NOTHING: JudgeEstimateJson = {
  calls: 0,
  scored: 0,
  prompt_tokens: 0,
  completion_tokens: { expected: 0, most: 0, from: 'guess' },
  cost: null,
  prices: null,
  price_share: 1,
};
