import type { ComparisonColumns, RatingSettings } from '@agon/domain';
import { renumberClusters } from './covariance/renumber-clusters.ts';
import { reweightPairs } from './pairs/reweight-pairs.ts';

/** Columns as a fit reads them: clusters numbered closely, pairs weighted where the settings say so. */
export function prepareColumns(given: ComparisonColumns, settings: RatingSettings): ComparisonColumns {
  const numbered = renumberClusters(given, settings);
  return settings.reweight === 'pair' ? reweightPairs(numbered, settings) : numbered;
}
