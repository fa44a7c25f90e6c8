import type { AnswerId, PromptId } from '@agon/domain';
import { contentHash } from '@agon/domain';
import { applies, type Judge, type JudgedItem, partsOf, readJudgeReply, renderJudge } from '@agon/judging';
import type { NewCall, Read } from '../../ports/run-store.ts';
import { wholeText } from './asked-form.ts';
import { itemOfAnswers } from './judged-item.ts';
import type { Material, Outcome, VerdictConfig } from './run-kind.ts';
import { probedScoreItem, probeLabel, readProbedTarget } from './score-probes.ts';

/** Digits of a hash that tell one list of answers from another. */
const LIST_HASH = 8;

/** What a call for scores is about: one answer and one part of what is judged, or several answers to be ranked. */
export type ScoreTarget = {
  readonly prompt: PromptId;
  readonly answers: readonly AnswerId[];
  readonly part: string;
};

export function scoreTarget({ prompt, answers, part }: ScoreTarget): string {
  return `${prompt}/${answers.join('+')}/${part}`;
}

/** @param target of a call, probe or not */
export function readScoreTarget(target: string): ScoreTarget {
  const [prompt = '', answers = '', ...part] = readProbedTarget(target).target.split('/');
  return {
    prompt: prompt as PromptId,
    answers: answers.split('+') as AnswerId[],
    part: part.join('/'),
  };
}

/** Parts of an item, each a call of its own; an item that lacks what the judge needs has one that is not asked. */
export function scoreParts(judge: Judge, item: JudgedItem): readonly string[] {
  const parts = partsOf(judge, item);
  return parts.length === 0 ? [''] : parts;
}

/** Calls about targets, in the orders that the judge's file says: one, both ways, or each answer once in each place. */
export function planScores(judge: Judge, targets: readonly string[], repeat: number): readonly NewCall[] {
  return targets.flatMap((target) =>
    ordersOf(judge, readScoreTarget(target).answers.length).flatMap((order) =>
      Array.from({ length: repeat }, (_, i) => ({ target, order, repeat: i + 1 })),
    ),
  );
}

function ordersOf(judge: Judge, count: number): readonly string[] {
  if (judge.mode !== 'listwise') return [''];
  const plain = Array.from({ length: count }, (_, i) => i);
  const rotated = (by: number) => [...plain.slice(by), ...plain.slice(0, by)].join('');
  if (judge.order.runs === 'one') return [rotated(0)];
  return judge.order.runs === 'both' ? [rotated(0), plain.toReversed().join('')] : plain.map(rotated);
}

/** Why nothing has to be asked about a call; null: it has to be. */
export function scoreUnasked(
  judge: Judge,
  config: VerdictConfig,
  call: NewCall,
  material: Material,
): Read | null {
  const { prompt, answers } = readScoreTarget(call.target);
  return applies(judge, itemOfAnswers(prompt, answers, material))
    ? null
    : unscoredRead(config, call, 'not_applicable');
}

export function renderScore(judge: Judge, call: NewCall, material: Material, nonce: string, attempt: number) {
  const { prompt, answers, part } = readScoreTarget(call.target);
  const plain = itemOfAnswers(prompt, answers, material);
  const item = probedScoreItem(judge, plain, readProbedTarget(call.target));
  return renderJudge(judge, item, { order: showingOf(call.order), nonce, part, attempt });
}

/** What a reply gives each answer of its call: 0..1, more is better. Of a ranking, first is 1 and last is 0. */
export function readScore(
  judge: Judge,
  config: VerdictConfig,
  call: NewCall,
  outcome: Outcome,
  nonce: string,
  material: Material | undefined,
): Read {
  if (outcome.kind === 'fault') {
    return unscoredRead(config, call, outcome.fault.reason === 'timeout' ? 'timeout' : 'provider_error');
  }
  const { finishReason, logprobs, reasoning } = outcome.reply;
  const { prompt, answers, part } = readScoreTarget(call.target);
  const reading = readJudgeReply(
    judge,
    { text: wholeText(judge, config, outcome.reply, nonce), finishReason, logprobs, reasoning },
    { order: showingOf(call.order), nonce, part, attempt: 0 },
    material === undefined ? undefined : itemOfAnswers(prompt, answers, material),
  );
  switch (reading.kind) {
    case 'score':
      return scoredRead('scored', config, call, [reading.value]);
    case 'ranking': {
      const last = Math.max(1, reading.places.length - 1);
      return scoredRead(
        'ranked',
        config,
        call,
        reading.places.map((place) => 1 - (place - 1) / last),
      );
    }
    case 'unscored':
      return unscoredRead(config, call, reading.reason, judge);
    case 'preference':
      return unscoredRead(config, call, 'unparseable', judge);
  }
}

function scoredRead(label: string, config: VerdictConfig, call: NewCall, values: readonly number[]): Read {
  const { probe, place } = readProbedTarget(call.target);
  // what is read in a reply to a probe is counted, and is no score
  if (probe !== null) return { label: probeLabel(values[place] ?? 0), reading: null };
  return { label, reading: readingOf(config, call, values, null) };
}

/** Reasons that another try may mend. */
const MENDABLE = ['unparseable', 'two_labels', 'cut_off'];

function unscoredRead(config: VerdictConfig, call: NewCall, reason: string, judge?: Judge): Read {
  const isMendable = judge?.reask === 1 && MENDABLE.includes(reason);
  return {
    label: reason,
    reading: readProbedTarget(call.target).probe === null ? readingOf(config, call, [], reason) : null,
    ...(isMendable ? { mayAskAgain: true } : {}),
  };
}

function readingOf(
  { judgeId }: VerdictConfig,
  call: NewCall,
  values: readonly number[],
  unscored: string | null,
): Read['reading'] {
  const { answers, part } = readScoreTarget(call.target);
  const order = storedOrder(call);
  return {
    type: 'scores',
    judgeId,
    part,
    order,
    unscored,
    answers: answers.map((answerId, i) => ({ answerId, value: values[i] ?? null })),
  };
}

/** The order of a call as its scores have it: ranks in one list of answers say nothing of another list. */
export function storedOrder({ target, order }: NewCall): string {
  const { answers } = readScoreTarget(target);
  return order === '' ? '' : `${order}@${contentHash(answers.join('+')).slice(0, LIST_HASH)}`;
}

function showingOf(order: string): readonly number[] {
  return order === '' ? [0] : [...order].map(Number);
}
