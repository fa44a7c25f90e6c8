import { type CampaignComparisons, GONE } from '@agon/arena';
import {
  type AnswerId,
  type BySlot,
  COMPARISON_SOURCES,
  type Comparison,
  type ComparisonSource,
  OUTCOMES,
} from '@agon/domain';

export type ListedComparison = Comparison & {
  readonly excluded: string | null;
  readonly answers: BySlot<AnswerId> | null;
};

/** Columns as one object for each row that is there, votes first: slow and easy to read. */
export function listComparisons(comparisons: CampaignComparisons): ListedComparison[] {
  return COMPARISON_SOURCES.flatMap((source) =>
    Array.from({ length: comparisons[source].length }, (_, row) => row)
      .filter((row) => comparisons[source].excluded[row] !== GONE)
      .map((row) => listOne(comparisons, source, row)),
  );
}

function listOne(comparisons: CampaignComparisons, source: ComparisonSource, row: number): ListedComparison {
  const block = comparisons[source];
  const share = block.shareA?.[row] ?? Number.NaN;
  const weight = block.weight?.[row] ?? 1;
  const [prompt, turn, category, language] = [
    block.prompt[row]!,
    block.turn[row]!,
    block.category[row]!,
    block.language[row]!,
  ];
  const [a, b] = [block.answerA[row]!, block.answerB[row]!];
  return {
    modelA: block.models[block.a[row]!]!,
    modelB: block.models[block.b[row]!]!,
    outcome: OUTCOMES[block.outcome[row]!]!,
    ...(Number.isNaN(share) ? {} : { shareA: share }),
    source,
    ...(weight === 1 ? {} : { weight }),
    ...(block.rater[row]! < 0 ? {} : { rater: comparisons.raters[source].nameOf(block.rater[row]!) }),
    ...(prompt < 0 ? {} : { promptKey: comparisons.prompts.nameOf(prompt) }),
    ...(turn === 0 ? {} : { turn }),
    ...(category === 0 ? {} : { category: comparisons.categories[category - 1]! }),
    ...(language === 0 ? {} : { language: comparisons.languages[language - 1]! }),
    answers: a < 0 ? null : { a: comparisons.answers.nameOf(a), b: comparisons.answers.nameOf(b) },
    ...(Number.isNaN(block.atMs[row]!) ? {} : { atMs: block.atMs[row]! }),
    excluded: block.excluded[row] === 0 ? null : comparisons.reasons[block.excluded[row]! - 1]!,
  };
}
