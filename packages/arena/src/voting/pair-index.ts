import type { AnswerId, ModelId, PromptId } from '@agon/domain';
import type { DrawableContent } from '../ports/content-store.ts';
import type { DrawRule } from './draw-rule.ts';
import { standingAnswers } from './standing-answers.ts';

/** One side of a cell. */
type CellSide = {
  readonly model: ModelId;
  /** The model's answers that may be shown, each equally likely: one, unless the rule says `any`. */
  readonly answers: readonly AnswerId[];
};

/**
 * All that voters of a campaign can be asked, numbered: a cell is one prompt with one unordered pair of models. The
 * cells of a pair follow each other, its prompts in the order of their first answers; pairs are in the order of their
 * models' ids. Retired models have no cells, and a model that gave several answers to a prompt has no more cells than
 * one that gave one.
 */
export type PairIndex = {
  /** Some model of the campaign gave several answers to a prompt, whether they may be drawn or not. */
  readonly hasSeveral: boolean;
  readonly pairs: number;
  /** The cells of pair `p` are `starts[p]` to `starts[p + 1] - 1`. */
  readonly starts: Uint32Array;
  /** The two sides of each cell, as places of answers: of several that may be shown, the one that stands for all. */
  readonly firsts: Uint32Array;
  readonly seconds: Uint32Array;
  promptOf(cell: number): PromptId;
  sidesOf(cell: number): readonly [CellSide, CellSide];
  /** Undefined where the campaign does not ask this (any more). */
  cellOf(prompt: PromptId, modelA: ModelId, modelB: ModelId): number | undefined;
  /** The pair that a cell belongs to. */
  pairOf(cell: number): number;
  /** Sides on which the text of an answer may be shown, by whatever model and to whatever prompt, as places. */
  sidesShowing(answer: AnswerId): readonly number[];
  /** All cells with a side. */
  cellsWith(side: number): readonly number[];
};

const indexed = new WeakMap<DrawableContent, Map<string, PairIndex>>();

/** The index of a campaign's content under a rule, made once for each of both. */
export function pairIndexOf(content: DrawableContent, rule: DrawRule): PairIndex {
  const known = indexed.get(content) ?? new Map<string, PairIndex>();
  indexed.set(content, known);
  const key = `${rule.choice}/${rule.skipSelfNaming}/${rule.skipBlank}`;
  const index = known.get(key) ?? indexPairs(content, rule);
  known.set(key, index);
  return index;
}

export function indexPairs(content: DrawableContent, rule: DrawRule): PairIndex {
  const { answers } = content;
  const models = answers.models.length;
  const modelNumber = new Map(answers.models.map((id, i) => [id, i]));
  const rank = new Uint32Array(models);
  for (const [i, id] of [...answers.models].sort().entries()) rank[modelNumber.get(id)!] = i;
  const { starts: asked, places, choices, hasSeveral } = standingAnswers(content, rule);
  const slotOf = (modelA: number, modelB: number) => {
    const [x, y] = [rank[modelA]!, rank[modelB]!];
    return x < y ? x * models + y : y * models + x;
  };
  const visit = (meet: (slot: number, prompt: number, first: number, second: number) => void) => {
    for (let prompt = 0; prompt < answers.prompts; prompt += 1) {
      const end = asked[prompt + 1]!;
      for (let i = asked[prompt]!; i < end; i += 1) {
        for (let j = i + 1; j < end; j += 1) {
          const [first, second] = [places[i]!, places[j]!];
          meet(slotOf(answers.model[first]!, answers.model[second]!), prompt, first, second);
        }
      }
    }
  };
  // how many prompts each pair of models shares; pairs that share none get no number
  const shared = new Uint32Array(models * models);
  visit((slot) => {
    shared[slot]! += 1;
  });
  const pairOfSlot = new Int32Array(models * models).fill(-1);
  const sizes: number[] = [];
  for (const [slot, size] of shared.entries()) {
    if (size === 0) continue;
    pairOfSlot[slot] = sizes.length;
    sizes.push(size);
  }
  const starts = new Uint32Array(sizes.length + 1);
  for (const [pair, size] of sizes.entries()) starts[pair + 1] = starts[pair]! + size;
  const cells = starts[sizes.length]!;
  const firstOf = new Uint32Array(cells);
  const secondOf = new Uint32Array(cells);
  const promptOf = new Uint32Array(cells);
  const next = starts.slice();
  visit((slot, prompt, first, second) => {
    const pair = pairOfSlot[slot]!;
    const cell = next[pair]!;
    next[pair] = cell + 1;
    firstOf[cell] = first;
    secondOf[cell] = second;
    promptOf[cell] = prompt;
  });
  const sideAt = (place: number): CellSide => ({
    model: answers.models[answers.model[place]!]!,
    answers: (choices.get(place) ?? [place]).map((each) => answers.idOf(each)),
  });
  const cellAt = (prompt: number, x: number, y: number): number | undefined => {
    const pair = pairOfSlot[slotOf(x, y)]!;
    if (pair === -1) return undefined;
    const cell = lowerBound(promptOf, prompt, starts[pair]!, starts[pair + 1]!);
    return cell < starts[pair + 1]! && promptOf[cell] === prompt ? cell : undefined;
  };
  const sidesTo = (prompt: number) => places.subarray(asked[prompt]!, asked[prompt + 1]!);
  const isSide = (side: number, place: number) =>
    answers.model[side] === answers.model[place] && (choices.get(side) ?? [side]).includes(place);
  const repeated = repeatedTexts(answers.text);
  return {
    hasSeveral,
    pairs: sizes.length,
    starts,
    firsts: firstOf,
    seconds: secondOf,
    promptOf: (cell) => answers.promptId(promptOf[cell]!),
    sidesOf: (cell) => [sideAt(firstOf[cell]!), sideAt(secondOf[cell]!)],
    cellOf(prompt, modelA, modelB) {
      const wanted = answers.promptNumber(prompt);
      const [x, y] = [modelNumber.get(modelA), modelNumber.get(modelB)];
      if (wanted === undefined || x === undefined || y === undefined) return undefined;
      return cellAt(wanted, x, y);
    },
    pairOf: (cell) => lowerBound(starts, cell + 1, 0, starts.length) - 1,
    sidesShowing(answer) {
      const place = answers.placeOf(answer);
      if (place === undefined) return [];
      const same = repeated.get(answers.text[place]!) ?? [place];
      return same.flatMap((each) => [...sidesTo(answers.prompt[each]!)].filter((side) => isSide(side, each)));
    },
    cellsWith(side) {
      const prompt = answers.prompt[side]!;
      return [...sidesTo(prompt)].flatMap((other) =>
        other === side ? [] : (cellAt(prompt, answers.model[side]!, answers.model[other]!) ?? []),
      );
    },
  };
}

/** Places of answers by their text, where several have the same one. */
function repeatedTexts(text: Uint32Array): ReadonlyMap<number, readonly number[]> {
  const repeated = new Map<number, number[]>();
  for (const [place, oldest] of text.entries()) {
    if (oldest === place) continue;
    const same = repeated.get(oldest);
    if (same === undefined) repeated.set(oldest, [oldest, place]);
    else same.push(place);
  }
  return repeated;
}

/** First place from `from` to `to` whose number is at least `wanted`; `to` where there is none. */
function lowerBound(numbers: Uint32Array, wanted: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
