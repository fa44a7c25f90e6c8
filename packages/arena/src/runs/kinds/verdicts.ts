import type { Outcome as ReadOutcome } from '@agon/domain';
import {
  applies,
  type Judge,
  type JudgedItem,
  judgeByRule,
  parseJudge,
  readJudgeReply,
  renderJudge,
} from '@agon/judging';
import { seededRandom } from '@agon/stats';
import type { NewCall, Read } from '../../ports/run-store.ts';
import { formSettings, settingsInForm, wholeText } from './asked-form.ts';
import { itemOfBattle } from './judged-item.ts';
import type { Material, Outcome, RunKind, VerdictConfig } from './run-kind.ts';
import { planScores, readScore, readScoreTarget, renderScore, scoreUnasked } from './scores.ts';
import { probedItem, readTarget } from './verdict-probes.ts';

/** What a reply about a battle may be read as. */
export const OUTCOMES = ['a', 'b', 'tie', 'both_bad'] as const;

/**
 * A judge's verdicts. Of a pairwise judge a target is a battle, or a probe with one (`readTarget`), and its order the slot
 * order that the judge sees; of the others it is answers and a part of what is judged (`readScoreTarget`).
 */
export const verdicts: RunKind<VerdictConfig> = {
  name: 'verdicts',
  parser: 'verdict-2',
  results: [...OUTCOMES, 'scored', 'ranked'],
  lands: 'verdicts',
  settings: formSettings,

  plan(config, seed, targets) {
    if (!isPairwise(config)) return planScores(judgeOf(config), targets, config.repeat);
    const { verdict } = config.source === '' ? { verdict: null } : judgeOf(config);
    // answers that are read one at a time stand in no order
    const isUnordered = verdict?.parser === 'reward' && verdict.form === 'pointwise';
    const ordersOf = (battle: string): readonly ('ab' | 'ba')[] => {
      if (isUnordered) return ['ab'];
      if (config.orders === 'both') return ['ab', 'ba'];
      if (config.orders === 'first') return ['ab'];
      return [seededRandom(`order/${seed}/${battle}`).below(2) === 0 ? 'ab' : 'ba'];
    };
    return targets.flatMap((target) =>
      ordersOf(target).flatMap((order) =>
        Array.from({ length: config.repeat }, (_, i) => ({ target, order, repeat: i + 1 })),
      ),
    );
  },

  needs(call) {
    // a score's target names its prompt first, a battle's nothing but the battle
    if (!call.target.includes('/')) return { battle: readTarget(call.target).battle };
    const { prompt, answers } = readScoreTarget(call.target);
    return { prompt, answers };
  },

  asksNobody: (config) => (config.control ?? null) !== null,

  unasked(config, call, material) {
    const { control = null } = config;
    if (control !== null) {
      const item = itemOfBattle(readTarget(call.target).battle, material);
      return scored(config, call, judgeByRule(control, item, slotsOf(call.order), config.identity), null);
    }
    const judge = judgeOf(config);
    if (!isPairwise(config)) return scoreUnasked(judge, config, call, material);
    const target = readTarget(call.target);
    const item = itemOfBattle(target.battle, material);
    if (!applies(judge, item)) return unscored(config, call, 'not_applicable');
    // equal answers are alike; the probe with two of them is there to see what the judge makes of it
    return target.probe === null && areEqual(item) ? scored(config, call, 'tie', null) : null;
  },

  render(config, call, material, nonce, attempt = 0) {
    const judge = judgeOf(config);
    const request = isPairwise(config)
      ? renderBattle(judge, call, material, nonce, attempt)
      : renderScore(judge, call, material, nonce, attempt);
    const { system, user, inputs } = request;
    if (inputs !== undefined) return { kind: 'score', inputs };
    return { kind: 'chat', system, turns: [user], settings: settingsInForm(judge, config, request, nonce) };
  },

  readsMaterial: (config) => config.mode === 'grounded',

  read(config, call, outcome, nonce, material) {
    const judge = judgeOf(config);
    return isPairwise(config)
      ? readBattle(judge, config, call, outcome, nonce)
      : readScore(judge, config, call, outcome, nonce, material);
  },
};

function renderBattle(judge: Judge, call: NewCall, material: Material, nonce: string, attempt: number) {
  const target = readTarget(call.target);
  const order = slotsOf(call.order);
  const item = probedItem(judge, itemOfBattle(target.battle, material), target, order);
  return renderJudge(judge, item, { order, nonce, part: '', attempt });
}

/** Reasons that another try may mend. */
const MENDABLE = ['unparseable', 'two_labels', 'cut_off'];

function readBattle(
  judge: Judge,
  config: VerdictConfig,
  call: NewCall,
  outcome: Outcome,
  nonce: string,
): Read {
  if (outcome.kind === 'fault') {
    return unscored(config, call, outcome.fault.reason === 'timeout' ? 'timeout' : 'provider_error');
  }
  const { finishReason, logprobs, reasoning } = outcome.reply;
  const reading = readJudgeReply(
    judge,
    { text: wholeText(judge, config, outcome.reply, nonce), finishReason, logprobs, reasoning },
    { order: slotsOf(call.order), nonce, part: '', attempt: 0 },
  );
  if (reading.kind === 'preference') return scored(config, call, reading.outcome, reading.shareA);
  const reason = reading.kind === 'unscored' ? reading.reason : 'unparseable';
  const read = unscored(config, call, reason);
  return judge.reask === 1 && MENDABLE.includes(reason) ? { ...read, mayAskAgain: true } : read;
}

function scored(config: VerdictConfig, call: NewCall, outcome: ReadOutcome, shareA: number | null): Read {
  return { label: outcome, reading: readingOf(config, call, { outcome, shareA, unscored: null }) };
}

function unscored(config: VerdictConfig, call: NewCall, reason: string): Read {
  return {
    label: reason,
    reading: readingOf(config, call, { outcome: null, shareA: null, unscored: reason }),
  };
}

/** What is read in a reply to a probe is counted, and is no verdict. */
function readingOf(
  { judgeId }: VerdictConfig,
  { target }: NewCall,
  said: {
    readonly outcome: ReadOutcome | null;
    readonly shareA: number | null;
    readonly unscored: string | null;
  },
): Read['reading'] {
  const { battle, probe } = readTarget(target);
  return probe === null ? { type: 'verdict', judgeId, battleId: battle, ...said } : null;
}

function areEqual({ candidates: [a = [], b = []] }: JudgedItem): boolean {
  return a.length === b.length && a.every((text, turn) => text === b[turn]);
}

/** Which candidate stands in each slot. */
function slotsOf(order: string): readonly number[] {
  return order === 'ba' ? [1, 0] : [0, 1];
}

/** Runs of before modes were pairwise. */
function isPairwise({ mode = 'pairwise' }: VerdictConfig): boolean {
  return mode === 'pairwise';
}

/** A run's file is read once, not for each call. */
const judges = new WeakMap<VerdictConfig, Judge>();

function judgeOf(config: VerdictConfig): Judge {
  const known = judges.get(config);
  if (known !== undefined) return known;
  const judge = parseJudge(config.source);
  judges.set(config, judge);
  return judge;
}
