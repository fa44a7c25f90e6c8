import { type CombineRule, combineOrders, type JudgeReading } from '@agon/judging';
import { type CardLabel, type CardVerdict, peopleOf, winnerAgreement } from '@agon/rating/judge-card';
import type { HeldItem } from './read-cells.ts';

const RULES: readonly CombineRule[] = ['logit_mean', 'prob_mean', 'agree_else_tie', 'separate'];

/**
 * Ways to make one verdict of two orders, each held against people on the battles that were judged in both. `logit_mean`
 * is left out where no battle has probabilities; `separate` is both verdicts as they are.
 */
export function compareRules(items: readonly HeldItem[]) {
  const both = items.filter(({ verdicts }) => readingOf(verdicts, 'ab') && readingOf(verdicts, 'ba'));
  return RULES.flatMap((rule) => {
    const used = rule === 'logit_mean' ? both.filter(({ swap }) => swap !== null) : both;
    if (used.length === 0) return [];
    const labels = new Map(used.map((item) => [item, labelsBy(rule, item.verdicts)]));
    const said = (item: HeldItem): readonly CardLabel[] => labels.get(item) ?? [];
    const { agreement, kappa } = winnerAgreement(used, peopleOf, said);
    const all = [...labels.values()].flat();
    const ties = all.filter((label) => label === 'tie').length;
    return [
      { rule, agreement, kappa, ties: all.length === 0 ? null : ties / all.length, battles: used.length },
    ];
  });
}

function labelsBy(rule: CombineRule, verdicts: readonly CardVerdict[]): CardLabel[] {
  const [ab, ba] = [readingOf(verdicts, 'ab')!, readingOf(verdicts, 'ba')!];
  if (rule === 'separate') return [ab.outcome, ba.outcome];
  const combined = combineOrders(rule, ab, ba);
  return combined.kind === 'preference' ? [combined.outcome] : [];
}

function readingOf(
  verdicts: readonly CardVerdict[],
  order: 'ab' | 'ba',
): Extract<JudgeReading, { kind: 'preference' }> | null {
  const found = verdicts.find((verdict) => verdict.order === order);
  if (found === undefined) return null;
  return { kind: 'preference', outcome: found.label, shareA: found.shareA, coverage: null };
}
