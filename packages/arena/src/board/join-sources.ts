import type { ComparisonColumns } from '@agon/domain';
import type { ComparisonView } from './comparison-view.ts';

/**
 * People's votes and, after them, the judges' verdicts, as columns that say which is which and at which turn: what a
 * fit needs that sets them beside each other. Prompts have one numbering already; raters of verdicts count for nothing.
 */
export function joinSources(people: ComparisonView, judges: ComparisonView): ComparisonColumns {
  const [votes, verdicts] = [people.columns(), judges.columns()];
  const length = votes.length + verdicts.length;
  const codes = new Map(votes.models.map((name, code) => [name, code]));
  for (const name of verdicts.models) if (!codes.has(name)) codes.set(name, codes.size);
  const renumbered = verdicts.models.map((name) => codes.get(name)!);
  const ints = (first: ArrayLike<number>, second: ArrayLike<number>): Int32Array => {
    const joined = new Int32Array(length);
    joined.set(first);
    joined.set(second, votes.length);
    return joined;
  };
  const models = (of: ArrayLike<number>): Int32Array =>
    Int32Array.from({ length: verdicts.length }, (_, row) => renumbered[of[row]!]!);
  const outcome = new Uint8Array(length);
  outcome.set(votes.outcome);
  outcome.set(verdicts.outcome, votes.length);
  const shareA = new Float64Array(length).fill(Number.NaN);
  if (votes.shareA !== undefined) shareA.set(votes.shareA);
  if (verdicts.shareA !== undefined) shareA.set(verdicts.shareA, votes.length);
  const weight = new Float64Array(length).fill(1);
  if (votes.weight !== undefined) weight.set(votes.weight);
  if (verdicts.weight !== undefined) weight.set(verdicts.weight, votes.length);
  return {
    length,
    models: [...codes.keys()],
    a: ints(votes.a, models(verdicts.a)),
    b: ints(votes.b, models(verdicts.b)),
    outcome,
    shareA,
    weight,
    rater: ints(votes.rater!, new Int32Array(verdicts.length).fill(-1)),
    prompt: ints(votes.prompt!, verdicts.prompt!),
    turn: ints(people.turns(), judges.turns()),
    source: new Uint8Array(length).fill(1, votes.length),
  };
}
