import { helpWithRounds } from '../bootstrap/share-rounds.ts';
import { helpWithPass } from '../contextual/sum-contextual.ts';
import { helpWithCounts } from '../pairs/count-shared-rows.ts';
import type { SharedWork } from './threads.ts';

/** Does parts of what threads share until none is left to begin; returns at once where none is. */
export function helpWithWork(work: SharedWork): void {
  if (work.kind === 'rounds') helpWithRounds(work);
  else if (work.kind === 'contextual') helpWithPass(work);
  else helpWithCounts(work);
}
