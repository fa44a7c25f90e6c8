import { ArenaError } from '@agon/domain';
import type { JudgeSubject } from '../../ports/judge-card-store.ts';
import { nameOf } from './agreement-map.ts';

/**
 * The judge that a card is asked for, by its name or identity and its model; of several, the one with most verdicts.
 * @param subjects most verdicts first
 * @throws ArenaError('not_found') that names those there are
 */
export function chooseSubject(
  subjects: readonly JudgeSubject[],
  judge: string,
  model: string | undefined,
): JudgeSubject {
  const exact = subjects.filter((each) => each.identity === judge || each.name === judge);
  // imported judges have long names: "gpt-4" is enough for "gpt-4 (MT-bench pairwise)" where it is the only one
  const begun = subjects.filter((each) => each.name.startsWith(`${judge} `));
  const isOne = new Set(begun.map(({ name }) => name)).size === 1;
  const named = exact.length === 0 && isOne ? begun : exact;
  const found = named.find((each) => model === undefined || each.model === model);
  if (found !== undefined) return found;
  const there = (named.length > 0 ? named.map((each) => each.model) : subjects.map(nameOf)).slice(0, 10);
  throw new ArenaError(
    'not_found',
    named.length > 0
      ? `"${judge}" has asked no model "${model}" in this campaign.`
      : `No judge "${judge}" has given verdicts in this campaign.`,
    {
      hint:
        there.length === 0
          ? 'Run a judge first, or import verdicts.'
          : `${named.length > 0 ? 'Models' : 'Judges'} with verdicts: ${there.join(', ')}.`,
    },
  );
}
