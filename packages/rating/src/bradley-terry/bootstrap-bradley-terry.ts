import type { RatingWarning } from '@agon/domain';
import { type BootstrapDraws, drawRounds } from '../bootstrap/bootstrap-draws.ts';
import { type ClusteredVotes, type GroupedVotes, sortByHigher } from '../bootstrap/bootstrap-plan.ts';
import { combineWays } from '../bootstrap/combine-ways.ts';
import {
  type ClusterNumbers,
  clusterVotes,
  joinClusters,
  numberClusters,
} from '../covariance/cluster-votes.ts';
import { degreesOfFreedom } from '../covariance/degrees-of-freedom.ts';
import { clusterWarnings, type FittedGroup } from '../covariance/sandwich-covariance.ts';
import { fromDraws, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import type { Threads } from '../threads/threads.ts';
import { groupCounts, groupVotes, readVotes } from './read-votes.ts';

/**
 * Intervals by Poisson bootstrap: in each round every comparison, or every cluster, counts Poisson(1) times. Clustered by
 * rater and prompt, three bootstraps are combined: see `combineWays`.
 */
export function bootstrapBradleyTerry(group: FittedGroup, anchor: number, threads?: Threads): GroupIntervals {
  const { fit, settings } = group;
  const table = sortByHigher(group.table);
  const draw = (votes: GroupedVotes | ClusteredVotes, way = ''): BootstrapDraws =>
    drawRounds(table, fit, `bootstrap/${settings.seed}${way}`, votes, settings.rounds, { threads });
  if (settings.cluster === 'none' && table.plain) {
    return fromDraws(fit.theta, draw(groupCounts(table)), anchor);
  }
  const votes = readVotes(group, table);
  if (settings.cluster === 'none') return fromDraws(fit.theta, draw(groupVotes(votes, table)), anchor);
  const warnings: RatingWarning[] = [];
  let tooFew = false;
  const cluster = (
    name: 'rater' | 'prompt',
  ): { numbers: ClusterNumbers; drawn: ClusteredVotes; clusters: number } => {
    const numbers = numberClusters(votes, group.columns[name]);
    const { drawn, sizes } = clusterVotes(votes, numbers);
    warnings.push(...clusterWarnings(name, sizes, votes.length));
    tooFew ||= sizes.clusters < 2;
    return { numbers, drawn, clusters: sizes.clusters };
  };
  if (settings.cluster !== 'rater,prompt') {
    const { drawn, clusters } = cluster(settings.cluster);
    if (tooFew) return withoutIntervals(warnings);
    return withWarnings(fromDraws(fit.theta, draw(drawn), anchor, degreesOfFreedom([clusters])), warnings);
  }
  const [rater, prompt] = [cluster('rater'), cluster('prompt')];
  if (tooFew) return withoutIntervals(warnings);
  const both = clusterVotes(votes, joinClusters(rater.numbers, prompt.numbers));
  const isEachAlone = both.sizes.clusters === votes.length;
  const ways = {
    rater: draw(rater.drawn, '/rater'),
    prompt: draw(prompt.drawn, '/prompt'),
    both: draw(isEachAlone ? groupVotes(votes, table) : both.drawn, '/both'),
  };
  const degrees = degreesOfFreedom([rater.clusters, prompt.clusters]);
  return withWarnings(combineWays(fit.theta, ways, anchor, degrees), warnings);
}

function withWarnings(intervals: GroupIntervals, warnings: readonly RatingWarning[]): GroupIntervals {
  return { ...intervals, warnings: [...warnings, ...intervals.warnings] };
}
