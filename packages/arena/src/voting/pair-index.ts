import type { ModelId, PromptId } from '@agon/domain';
import type { AnswerRecord, CampaignContent } from '../ports/content-store.ts';
import type { DrawRule } from './draw-rule.ts';
import { standingAnswers } from './standing-answers.ts';

/**
 * All that voters of a campaign can be asked, numbered: a cell is one prompt with one unordered pair of models. The
 * cells of a pair follow each other, its prompts in the order of the content's answers; pairs are in the order of
 * their models' ids. Retired models have no cells, and a model that gave several answers to a prompt has no more cells
 * than one that gave one.
 */
export type PairIndex = {
  /** Some model of the campaign gave several answers to a prompt, whether they may be drawn or not. */
  readonly hasSeveral: boolean;
  readonly pairs: number;
  /** The cells of pair `p` are `starts[p]` to `starts[p + 1] - 1`. */
  readonly starts: Uint32Array;
  /** The answers of either model of a cell that may be shown, each equally likely: one, unless the rule says `any`. */
  answersOf(cell: number): readonly [readonly AnswerRecord[], readonly AnswerRecord[]];
  /** Undefined where the campaign does not ask this (any more). */
  cellOf(prompt: PromptId, modelA: ModelId, modelB: ModelId): number | undefined;
  /** The pair that a cell belongs to. */
  pairOf(cell: number): number;
};

const indexed = new WeakMap<CampaignContent, Map<string, PairIndex>>();

/** The index of a campaign's content under a rule, made once for each of both. */
export function pairIndexOf(content: CampaignContent, rule: DrawRule): PairIndex {
  const known = indexed.get(content) ?? new Map<string, PairIndex>();
  indexed.set(content, known);
  const key = `${rule.choice}/${rule.skipSelfNaming}/${rule.skipBlank}`;
  const index = known.get(key) ?? indexPairs(content, rule);
  known.set(key, index);
  return index;
}

export function indexPairs(content: CampaignContent, rule: DrawRule): PairIndex {
  const { answers } = content;
  const modelIds = [...new Set(answers.map((answer) => answer.modelId))].sort();
  const modelNumber = new Map(modelIds.map((id, i) => [id, i]));
  const { promptNumber, asked, choices, hasSeveral } = standingAnswers(content, rule);
  const models = modelIds.length;
  const slotOf = (first: number, second: number) => {
    const [x, y] = [modelNumber.get(answers[first]!.modelId)!, modelNumber.get(answers[second]!.modelId)!];
    return x < y ? x * models + y : y * models + x;
  };
  // how many prompts each pair of models shares; pairs that share none get no number
  const shared = new Uint32Array(models * models);
  for (const list of asked) {
    for (const [i, first] of list.entries())
      for (const second of list.slice(i + 1)) shared[slotOf(first, second)]! += 1;
  }
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
  for (const [prompt, list] of asked.entries()) {
    for (const [i, first] of list.entries()) {
      for (const second of list.slice(i + 1)) {
        const pair = pairOfSlot[slotOf(first, second)]!;
        const cell = next[pair]!;
        next[pair] = cell + 1;
        firstOf[cell] = first;
        secondOf[cell] = second;
        promptOf[cell] = prompt;
      }
    }
  }
  const choicesAt = (place: number) => (choices.get(place) ?? [place]).map((each) => answers[each]!);
  return {
    hasSeveral,
    pairs: sizes.length,
    starts,
    answersOf: (cell) => [choicesAt(firstOf[cell]!), choicesAt(secondOf[cell]!)],
    cellOf(prompt, modelA, modelB) {
      const [wanted, x, y] = [promptNumber.get(prompt), modelNumber.get(modelA), modelNumber.get(modelB)];
      if (wanted === undefined || x === undefined || y === undefined) return undefined;
      const pair = pairOfSlot[x < y ? x * models + y : y * models + x]!;
      if (pair === -1) return undefined;
      const cell = lowerBound(promptOf, wanted, starts[pair]!, starts[pair + 1]!);
      return cell < starts[pair + 1]! && promptOf[cell] === wanted ? cell : undefined;
    },
    pairOf: (cell) => lowerBound(starts, cell + 1, 0, starts.length) - 1,
  };
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
