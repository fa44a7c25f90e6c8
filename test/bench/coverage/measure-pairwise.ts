import { DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { explainRatings } from '@agon/rating';
import { normalDraws } from '@agon/stats';
import { type Estimate, estimate } from './coverage-tally.ts';
import { type CampaignSize, simulateVotes, type VotingWorld } from './simulate-votes.ts';

const STEPS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1] as const;

export type PairwiseBin = {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  /** Mean of what was said. */
  readonly said: number;
  /** How often it was so; null: no pairs. */
  readonly held: Estimate | null;
};

/**
 * P(i above j), as the board says it, beside how often i truly was above j. Strengths are drawn anew for each campaign,
 * N(0, s²) with s the `strengths` of the world, so that true gaps are of any size. Where s is not far above an interval's
 * error, whoever leads has often been lucky: what is said is then too much by as much as knowing s would take back. Models are alike in wordiness here: the
 * order of what Bradley–Terry estimates is then that of the strengths, which is known.
 */
export function measurePairwise(
  world: VotingWorld,
  size: CampaignSize,
  campaigns: number,
  seed: string,
): PairwiseBin[] {
  const models = world.strengths.length;
  const bins = STEPS.slice(1).map(() => ({
    pairs: 0,
    said: 0,
    byCampaign: [] as [right: number, of: number][],
  }));
  for (let n = 0; n < campaigns; n += 1) {
    const strengths = Array.from(
      normalDraws(`coverage/strengths/${seed}/${n}`, models),
      (draw, model) => world.strengths[model]! * draw,
    );
    const fair = { ...world, strengths, wordiness: strengths.map(() => 0) };
    const columns = simulateVotes(fair, size, `${seed}/${n}`);
    const insights = explainRatings(columns, {
      ...DEFAULT_RATING_SETTINGS,
      cluster: 'rater,prompt',
      seed: n,
    });
    if (insights === null) continue;
    const strengthOf = (name: string): number => strengths[columns.models.indexOf(name)]!;
    const seen = bins.map((): [number, number] => [0, 0]);
    insights.models.forEach((above, i) => {
      // models come by falling rating, so each pair is told from the side that leads
      insights.models.slice(i + 1).forEach((below, k) => {
        const said = insights.pairwise[i]![i + 1 + k]!;
        const at = STEPS.findLastIndex((step) => step <= Math.min(said, 1 - 1e-12));
        const right = Number(strengthOf(above) > strengthOf(below));
        bins[at]!.pairs += 1;
        bins[at]!.said += said;
        seen[at]![0] += right;
        seen[at]![1] += 1;
      });
    });
    seen.forEach((counts, at) => {
      if (counts[1] > 0) bins[at]!.byCampaign.push(counts);
    });
  }
  return bins.map(({ pairs, said, byCampaign }, at) => ({
    from: STEPS[at]!,
    to: STEPS[at + 1]!,
    pairs,
    said: said / pairs,
    held: byCampaign.length < 2 ? null : shareWithError(byCampaign),
  }));
}

/** A share over all pairs; its error from campaigns (ratio estimate), as pairs of one campaign share its luck. */
function shareWithError(counts: readonly (readonly [right: number, of: number])[]): Estimate {
  const right = counts.reduce((sum, [hits]) => sum + hits, 0);
  const of = counts.reduce((sum, [, all]) => sum + all, 0);
  const mean = right / of;
  const residuals = counts.map(([hits, all]) => ((hits - mean * all) * counts.length) / of);
  return { mean, se: estimate(residuals).se };
}
