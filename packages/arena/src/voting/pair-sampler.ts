import type { AnswerId, BySlot, ModelId, Probability, PromptId } from '@agon/domain';
import { type SeededRandom, seededRandom } from '@agon/stats';
import type { PairIndex } from './pair-index.ts';
import type { SeenContent } from './seen-content.ts';

export type DrawnPair = {
  readonly cell: number;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Probability, over the choices this voter still had, of this prompt with these two answers on any sides. */
  readonly probability: Probability;
  /** What a vote on it weighs, so that boards are as if nothing was drawn from a list; null: 1. */
  readonly weight: number | null;
  readonly reason: string;
};

/** A battle that researchers want more votes on. */
export type SentBackCell = { readonly cell: number; readonly answers: readonly [AnswerId, AnswerId] };

/** Of a voter's draws, how many come from the list of battles that were sent back, while any is left for them. */
export const SENT_BACK_SHARE = 0.25;

/**
 * Uniform over the pairs of models that this voter can still be asked about, then uniform over that pair's
 * prompts, then over the answers of each model that may stand for it, then a fair coin for the sides. Every draw depends
 * only on `seed` and on what the voter has seen.
 *
 * Where battles were sent back, a share of the draws is uniform over those of them that the voter has not seen. A battle
 * of the list then has the probability q / L + (1 − q) u and any other (1 − q) u, u as without a list; weights
 * (1 − q) u / probability make an estimate from all votes that of uniform draws (Horvitz and Thompson, 1952), and are 1
 * for all battles that are not on the list (docs/adr/0013-battles-sent-back.md).
 * @param seen what this voter was given before: never drawn again
 * @returns null where nothing is left for this voter
 */
export function drawPair(
  seen: SeenContent,
  seed: string,
  sentBack: readonly SentBackCell[] = [],
): DrawnPair | null {
  const { index } = seen;
  const { starts } = index;
  const choices: number[] = [];
  for (let pair = 0; pair < index.pairs; pair += 1) if (seen.leftOf(pair) > 0) choices.push(pair);
  if (choices.length === 0) return null;
  const random = seededRandom(seed);
  const listed = sentBack.filter(({ cell }) => !seen.has(cell));
  const share = listed.length === 0 ? 0 : SENT_BACK_SHARE;
  /** As without a list. */
  const plain = (cell: number): number =>
    1 / (choices.length * seen.leftOf(index.pairOf(cell)) * answerChoices(index, cell));
  if (share > 0 && random.next() < share) {
    const { cell, answers } = listed[random.below(listed.length)]!;
    const probability = share / listed.length + (1 - share) * plain(cell);
    return {
      ...sidesOf(index, cell, random, (k) => answers[k]!),
      probability,
      weight: ((1 - share) * plain(cell)) / probability,
      reason: `sent back: ${share} of the draws are uniform over these`,
    };
  }
  const pair = choices[random.below(choices.length)]!;
  const prompts = seen.leftOf(pair);
  let cell = starts[pair]!;
  for (let left = random.below(prompts); seen.has(cell) || left > 0; cell += 1)
    if (!seen.has(cell)) left -= 1;
  const drawn = sidesOf(index, cell, random, (_, answers) =>
    answers.length === 1 ? answers[0]! : answers[random.below(answers.length)]!,
  );
  const same = listed.find((each) => each.cell === cell && showsSame(each, drawn.answers));
  const usual = plain(cell);
  const probability = (1 - share) * usual + (same === undefined ? 0 : share / listed.length);
  return {
    ...drawn,
    probability,
    weight: same === undefined ? null : ((1 - share) * usual) / probability,
    reason: `uniform over pairs, then over prompts${answerChoices(index, cell) === 1 ? '' : ', then over answers'}`,
  };
}

function answerChoices(index: PairIndex, cell: number): number {
  return index.sidesOf(cell).reduce((product, { answers }) => product * answers.length, 1);
}

function sidesOf(
  index: PairIndex,
  cell: number,
  random: SeededRandom,
  choose: (side: number, answers: readonly AnswerId[]) => AnswerId,
): Pick<DrawnPair, 'cell' | 'promptId' | 'models' | 'answers'> {
  const sides = index
    .sidesOf(cell)
    .map(({ model, answers }, side) => ({ model, answer: choose(side, answers) }));
  const [a, b] = random.below(2) === 0 ? [sides[0]!, sides[1]!] : [sides[1]!, sides[0]!];
  return {
    cell,
    promptId: index.promptOf(cell),
    models: { a: a.model, b: b.model },
    answers: { a: a.answer, b: b.answer },
  };
}

function showsSame({ answers }: SentBackCell, shown: BySlot<AnswerId>): boolean {
  return answers.includes(shown.a) && answers.includes(shown.b);
}
