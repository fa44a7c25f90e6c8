import { fitPredictionPowered } from '@agon/rating';
import { CoverageTally, type Held } from './coverage-tally.ts';
import type { MeasuredLine } from './measure-lines.ts';
import { simulateVerdicts } from './simulate-verdicts.ts';
import type { VotingWorld } from './simulate-votes.ts';

const ELO_PER_LOGIT = 400 / Math.LN10;
const Z95 = 1.959963984540054;

/**
 * 400 battles that people and a biased judge decided and 4,000 that the judge alone did; against what people would say
 * in `endless` battles: people and judge together, people alone, and the judge taken for a person.
 */
export function measurePredictionPowered(
  world: VotingWorld,
  endless: number,
  campaigns: number,
  seed: string,
): MeasuredLine[] {
  const models = world.strengths.length;
  const { labelled } = simulateVerdicts(world, { labelled: endless, judged: 0 }, `${seed}/truth`);
  const truth = fitPredictionPowered(models, labelled, [], 0)!.theta;
  const [powered, people, judge] = [new CoverageTally(), new CoverageTally(), new CoverageTally()];
  for (let n = 0; n < campaigns; n += 1) {
    const both = simulateVerdicts(world, { labelled: 400, judged: 4000 }, `${seed}/${n}`);
    const taken = both.judged.map((verdict) => ({ ...verdict, human: verdict.judge }));
    hold(powered, fitPredictionPowered(models, both.labelled, both.judged), truth);
    hold(people, fitPredictionPowered(models, both.labelled, [], 0), truth);
    hold(judge, fitPredictionPowered(models, taken, [], 0), truth);
  }
  return [
    ['people and judge together (prediction-powered)', powered],
    ['people alone', people],
    ['the judge alone, taken for people', judge],
  ];
}

function hold(tally: CoverageTally, fit: ReturnType<typeof fitPredictionPowered>, truth: Float64Array): void {
  if (fit === null) {
    tally.add([], null);
    return;
  }
  const m = truth.length;
  const intervals = Array.from(fit.theta, (value, i): Held => {
    const half = Z95 * Math.sqrt(fit.covariance[i * (m + 1)]!);
    return {
      low: ELO_PER_LOGIT * (value - half),
      high: ELO_PER_LOGIT * (value + half),
      truth: ELO_PER_LOGIT * truth[i]!,
    };
  });
  tally.add(intervals, null);
}
