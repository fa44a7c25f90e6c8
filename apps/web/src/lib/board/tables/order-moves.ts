export type OrderMove = { readonly model: string; readonly from: number; readonly to: number };

/** Who stands elsewhere in the second order, among those that both name; places count from 1 and only those. */
export function orderMoves(before: readonly string[], after: readonly string[]): OrderMove[] {
  const kept = before.filter((model) => after.includes(model));
  const then = after.filter((model) => before.includes(model));
  return kept.flatMap((model, i) => {
    const to = then.indexOf(model);
    return to === i ? [] : [{ model, from: i + 1, to: to + 1 }];
  });
}
