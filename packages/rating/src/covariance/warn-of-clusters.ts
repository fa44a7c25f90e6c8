import { METHOD_FACTS, type RatingResult, type RatingSettings } from '@agon/domain';

/**
 * Adds a warning where clusters were asked for and the interval has no use of them: the settings on the result name them
 * all the same, and the interval would be read as if it were by rater or by prompt.
 */
export function warnOfClusters(result: RatingResult): RatingResult {
  const { cluster } = result.settings;
  const reason = cluster === 'none' ? null : takesNoClusters(result.settings);
  if (reason === null) return result;
  const message = `${reason} takes every comparison for a draw of its own: the clusters (${cluster}) do not widen it. Sandwich and bootstrap use them.`;
  return { ...result, warnings: [...result.warnings, { code: 'clusters_not_used', message }] };
}

function takesNoClusters({ method, interval, prior }: RatingSettings): string | null {
  if (interval === 'none') return null;
  if (prior !== null) return 'The interval of a posterior';
  // methods without it say themselves which interval they show
  const hasFisher = METHOD_FACTS[method].intervals.includes('fisher');
  return hasFisher && interval === 'fisher' ? 'A fisher interval' : null;
}
