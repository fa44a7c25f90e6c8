import { measureAgreement, measureRaters } from '@agon/rating';
import { seededRandom } from '@agon/stats';
import type { MeasuredLine } from './measure-lines.ts';
import { measureReadings } from './measure-readings.ts';
import type { Reading } from './read-intervals.ts';
import { type OpinionsSize, simulateOpinions } from './simulate-opinions.ts';
import { simulateRaters } from './simulate-raters.ts';
import type { VotingWorld } from './simulate-votes.ts';

/** Agreement of a judge with people and of people among themselves; the truth from `endless` battles. */
export function measureOpinions(
  size: OpinionsSize,
  endless: number,
  campaigns: number,
  seed: string,
): MeasuredLine[] {
  const read = (of: OpinionsSize, tag: string, rounds: number): Reading[] => {
    const rows = simulateOpinions(of, `${seed}/${tag}`);
    const found = measureAgreement(rows, { by: 'source', ties: 'keep', seed: 1, rounds });
    const [pair] = found.pairs;
    const people = measureAgreement(
      rows.filter(({ source }) => source === 'people'),
      { by: 'source', ties: 'keep', seed: 1, rounds },
    );
    return [
      { name: 'judge and people: agreement', value: pair!.agreement, low: pair!.low, high: pair!.high },
      { name: 'judge and people: κ', value: pair!.kappa, low: pair!.kappaLow, high: pair!.kappaHigh },
      { name: 'people: α', value: people.alpha, low: people.alphaLow, high: people.alphaHigh },
      { ...found.ceiling, name: 'people: how often two agree', value: found.ceiling.agreement },
    ];
  };
  const times = endless / size.battles;
  const all = read({ battles: endless, raters: Math.round(size.raters * times) }, 'truth', 2);
  const truth = new Map(all.map(({ name, value }) => [name, value!]));
  return measureReadings(truth, campaigns, (n) => read(size, `${n}`, 1000));
}

const RATERS = 40;

/**
 * Reliability of raters who are as reliable as its prior, Beta(8, 2), holds most people to be; and of five among them who
 * are careless, of whom it thinks too well.
 */
export function measureReliability(
  world: VotingWorld,
  votes: number,
  careless: number,
  campaigns: number,
  seed: string,
): MeasuredLine[] {
  return measureReadings(new Map(), campaigns, (n) => {
    const random = seededRandom(`coverage/reliability/${seed}/${n}`);
    const shares = Array.from({ length: RATERS }, (_, rater) =>
      rater < 5 ? careless : drawBeta82(random.next),
    );
    const { raters } = measureRaters(simulateRaters(world, shares, votes, `${seed}/${n}`));
    return raters.map(({ rater, reliability }) => {
      const number = Number(rater.slice('rater-'.length));
      return {
        name: `${number < 5 ? `reliability of five of ${careless}` : 'reliability of the others, from its prior'}, ${votes} votes each`,
        value: reliability!.reliability,
        low: reliability!.low,
        high: reliability!.high,
        truth: shares[number]!,
      };
    });
  });
}

/** Beta(8, 2): the eighth of nine uniform draws in order. */
function drawBeta82(next: () => number): number {
  return Array.from({ length: 9 }, next).sort((x, y) => x - y)[7]!;
}
