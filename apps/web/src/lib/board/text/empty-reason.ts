import type { Board } from '@agon/contract';
import { METHOD_FACTS, modelsTies, takesOption } from '@agon/domain';
import { m } from '#paraglide/messages.js';

/** In logits, as the fit takes them. */
const MIN_PRIOR = 0.001;
const MAX_PRIOR = 10_000;

/** Why these switches leave nothing to rank, and which one to change; null where they are not to blame. */
export function emptyReason({
  query,
  models,
  counts,
}: Pick<Board, 'query' | 'models' | 'counts'>): string | null {
  const isThere = (name: string) => models.some((model) => model.name === name);
  const { method, baseline, anchor } = query;
  if (query.prior !== undefined) {
    if (!takesOption(method, 'prior')) return m.board_empty_prior();
    if (query.prior < MIN_PRIOR || query.prior > MAX_PRIOR) return m.board_empty_prior_range();
  }
  const { needs } = METHOD_FACTS[method];
  if (modelsTies(method) && query.ties === 'drop') return m.board_empty_ties();
  if (needs.includes('baseline') && baseline === undefined) return m.board_empty_baseline();
  if (takesOption(method, 'baseline') && baseline !== undefined && !isThere(baseline))
    return m.board_empty_baseline_unknown({ model: baseline });
  const anchored = anchor?.slice(0, anchor.lastIndexOf('=')) ?? 'mean';
  if (anchored !== 'mean' && !isThere(anchored)) return m.board_empty_anchor_unknown({ model: anchored });
  if (needs.includes('verdicts') && counts.verdicts === 0) return m.board_empty_verdicts();
  if (needs.includes('answers')) return m.board_empty_answers();
  return null;
}
