import { type BySlot, countStyle, type StyleColumns, type StyleCounts, toStyleColumns } from '@agon/domain';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { ComparisonView } from './comparison-view.ts';

/** Texts that are fetched at a time. */
const BATCH = 500;
const MAX_TURNS = 65_536;

/** Answers do not change, so each is counted once; the key names how many of its turns were shown. */
const counted = new WeakMap<CampaignComparisons['answers'], Map<number, StyleCounts>>();

/**
 * The style of the answers that a view's rows showed; NaN for those whose answers are not stored. Null where none is.
 */
export async function countAnswerStyles(
  comparisons: CampaignComparisons,
  view: ComparisonView,
  deps: Pick<Ports, 'content'>,
): Promise<BySlot<StyleColumns> | null> {
  const { answers } = comparisons;
  const { answerA, answerB, turn } = comparisons[view.source];
  const known = counted.get(answers) ?? new Map<number, StyleCounts>();
  counted.set(answers, known);
  const missing = new Map<number, Set<number>>();
  for (const row of view.places()) {
    for (const code of [answerA[row]!, answerB[row]!]) {
      if (code < 0 || known.has(code * MAX_TURNS + turn[row]!)) continue;
      missing.set(code, (missing.get(code) ?? new Set()).add(turn[row]!));
    }
  }
  const codes = [...missing.keys()];
  for (let from = 0; from < codes.length; from += BATCH) {
    const batch = codes.slice(from, from + BATCH).map((code) => [answers.nameOf(code), code] as const);
    const found = await deps.content.answerTexts(batch.map(([id]) => id));
    for (const [id, code] of batch) {
      const turns = found.get(id)?.turns;
      if (turns === undefined) continue;
      for (const shown of missing.get(code)!) {
        const text = turns.slice(0, shown === 0 ? turns.length : shown).join('\n');
        known.set(code * MAX_TURNS + shown, countStyle(text));
      }
    }
  }
  const style: BySlot<(StyleCounts | undefined)[]> = { a: [], b: [] };
  let styled = false;
  for (const row of view.places()) {
    const a = known.get(answerA[row]! * MAX_TURNS + turn[row]!);
    const b = known.get(answerB[row]! * MAX_TURNS + turn[row]!);
    const isKnown = a !== undefined && b !== undefined;
    styled ||= isKnown;
    style.a.push(isKnown ? a : undefined);
    style.b.push(isKnown ? b : undefined);
  }
  return styled ? { a: toStyleColumns(style.a), b: toStyleColumns(style.b) } : null;
}
