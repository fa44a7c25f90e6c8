import type { RatingSettings, StyleCount } from '@agon/domain';
import { chosenFeatures, countOf } from './style-features.ts';

/** Counts of the answers that a method reads; none for most. */
export function neededCounts(
  settings: Pick<RatingSettings, 'method' | 'style' | 'styleDefinition'>,
): readonly StyleCount[] {
  if (settings.method === 'length-controlled') return ['length'];
  if (settings.method !== 'contextual') return [];
  return [...new Set(chosenFeatures(settings).flatMap((feature) => countOf(feature, settings) ?? []))];
}
