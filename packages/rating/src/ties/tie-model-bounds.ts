import type { OutcomeTable } from './fit-tie-model.ts';

/**
 * Whether a tie model of a strongly connected table (a tie joins both ways) has a finite maximum, and what is in the
 * way. `no_ties`, `only_ties`: the tie parameter runs to its end. `ordered`: the models fit on a line on which every
 * win spans at least one step and every tie at most one; stretching the line then raises the likelihood for ever.
 */
export function tieModelBounds(table: OutcomeTable): 'bounded' | 'no_ties' | 'only_ties' | 'ordered' {
  let ties = 0;
  let decided = 0;
  for (let cell = 0; cell < table.cells; cell += 1) {
    if (table.ties[cell]! > 0) ties += 1;
    if (table.wins[cell]! > 0 || table.losses[cell]! > 0) decided += 1;
  }
  if (ties === 0) return 'no_ties';
  if (decided === 0) return 'only_ties';
  return fitsOnLine(table) ? 'ordered' : 'bounded';
}

/**
 * Bellman and Ford: x_loser <= x_winner − 1 for every win and |x_i − x_j| <= 1 for every tie has a solution unless its
 * graph has a negative cycle.
 */
function fitsOnLine(table: OutcomeTable): boolean {
  // two models that each beat the other are such a cycle, and most tables have a pair of them
  for (let cell = 0; cell < table.cells; cell += 1)
    if (table.wins[cell]! > 0 && table.losses[cell]! > 0) return false;
  const place = new Float64Array(table.models);
  const shorten = (to: number, from: number, length: number): boolean => {
    const reach = place[from]! + length;
    if (reach >= place[to]!) return false;
    place[to] = reach;
    return true;
  };
  for (let round = 0; round <= table.models; round += 1) {
    let changed = false;
    for (let cell = 0; cell < table.cells; cell += 1) {
      const i = table.low[cell]!;
      const j = table.high[cell]!;
      if (table.wins[cell]! > 0) changed = shorten(j, i, -1) || changed;
      if (table.losses[cell]! > 0) changed = shorten(i, j, -1) || changed;
      if (table.ties[cell]! > 0) {
        changed = shorten(i, j, 1) || changed;
        changed = shorten(j, i, 1) || changed;
      }
    }
    if (!changed) return true;
  }
  return false;
}
