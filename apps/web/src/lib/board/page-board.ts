import type { Board } from '@agon/contract';
import { type Search, sourceOf, tabOf } from '#lib/board/switches/board-address.ts';

/** A heat map of up to so many models is shown whole. */
const WHOLE_MODELS = 40;
/** Of more, so many at a time: beyond that a matrix is a wall, and on a phone a wait. */
export const HEAT_MODELS = 25;

/** The part of a heat map that is shown: `from` of the URL is the place of its first model, from 1. */
export function heatWindow<Name>(models: readonly Name[], search: Search): { first: number; shown: Name[] } {
  if (models.length <= WHOLE_MODELS) return { first: 0, shown: [...models] };
  const asked = Math.trunc(Number(search.get('from') ?? 1));
  const last = Math.max(0, models.length - 1);
  const wanted = Number.isFinite(asked) ? Math.min(Math.max(asked - 1, 0), last) : 0;
  // windows stand side by side, so that one before and one after cover everything
  const first = wanted - (wanted % HEAT_MODELS);
  return { first, shown: models.slice(first, first + HEAT_MODELS) };
}

/**
 * The board as its page needs it: 300 models have 45,000 pairs, of which a page shows those of its heat map and the one
 * that is open.
 */
export function pageBoard(board: Board, search: Search): Board {
  const tab = tabOf(search);
  const source = sourceOf(tab);
  if (tab !== 'people' && tab !== 'judges') return { ...board, pairs: [] };
  const models = (board[source]?.models ?? []).map(({ model }) => model);
  const shown = new Set(heatWindow(models, search).shown);
  const open = new Set([search.get('pair'), search.get('against')]);
  const isKept = ({ model_a: a, model_b: b }: Board['pairs'][number]) =>
    (shown.has(a) && shown.has(b)) || (open.has(a) && open.has(b));
  return { ...board, pairs: board.pairs.filter(isKept) };
}
