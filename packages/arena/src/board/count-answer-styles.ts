import { type AnswerId, countStyle, type StyleCounts } from '@agon/domain';
import type { CampaignComparison } from '../ports/comparison-store.ts';
import type { Ports } from '../ports/ports.ts';

/** Texts that are fetched at a time. */
const BATCH = 500;

/** Answers do not change, so each is counted once; the key names how many of its turns were shown. */
const counted = new Map<string, StyleCounts>();
const MOST_KEPT = 200_000;

/** The comparisons with the style of the answers that were shown; those whose answers are not stored stay as they are. */
export async function countAnswerStyles(
  rows: readonly CampaignComparison[],
  deps: Pick<Ports, 'content'>,
): Promise<CampaignComparison[]> {
  if (counted.size > MOST_KEPT) counted.clear();
  const missing = new Set<AnswerId>();
  for (const row of rows) {
    if (row.answers === null) continue;
    for (const id of [row.answers.a, row.answers.b]) if (!counted.has(keyOf(id, row.turn))) missing.add(id);
  }
  const texts = new Map<AnswerId, readonly string[]>();
  const ids = [...missing];
  for (let from = 0; from < ids.length; from += BATCH) {
    const found = await deps.content.answerTexts(ids.slice(from, from + BATCH));
    for (const [id, { turns }] of found) texts.set(id, turns);
  }
  const styleOf = (id: AnswerId, turn: number | undefined): StyleCounts | undefined => {
    const key = keyOf(id, turn);
    const known = counted.get(key);
    const turns = texts.get(id);
    if (known !== undefined || turns === undefined) return known;
    const counts = countStyle(turns.slice(0, turn ?? turns.length).join('\n'));
    counted.set(key, counts);
    return counts;
  };
  return rows.map((row) => {
    if (row.answers === null) return row;
    const a = styleOf(row.answers.a, row.turn);
    const b = styleOf(row.answers.b, row.turn);
    return a === undefined || b === undefined ? row : { ...row, style: { a, b } };
  });
}

function keyOf(id: AnswerId, turn: number | undefined): string {
  return `${id}/${turn ?? ''}`;
}
