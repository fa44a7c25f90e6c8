import type { BoardQuery } from '@agon/contract';
import { categoryName } from '#lib/shell/category-name.ts';
import { m } from '#paraglide/messages.js';

/** The filters of a board in the reader's language, such as "Writing, Turn 1"; empty where there is none. */
export function filtersText({ category, language, turn, judge }: BoardQuery): string {
  return [
    category === undefined ? null : categoryName(category),
    language === undefined ? null : `${m.board_language()} ${language}`,
    turn === undefined ? null : `${m.board_turn()} ${turn}`,
    judge === undefined ? null : `${m.board_judge()} ${judge}`,
  ]
    .filter((text) => text !== null)
    .join(m.board_comma());
}
