import type { Comparison, Outcome } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import type { VotingWorld } from './simulate-votes.ts';

/** Votes of raters who answer with chance `reliability`, one of each, and otherwise out of a habit of their own. */
export function simulateRaters(
  world: Pick<VotingWorld, 'strengths' | 'ties'>,
  reliability: readonly number[],
  votes: number,
  seed: string,
): Comparison[] {
  const random = seededRandom(`coverage/raters/${seed}`);
  const models = world.strengths.length;
  const habits = normalDraws(random, 3 * reliability.length).map(Math.exp);
  return reliability.flatMap((share, rater) =>
    Array.from({ length: votes }, (_, at): Comparison => {
      const a = random.below(models);
      const b = (a + 1 + random.below(models - 1)) % models;
      const up = Math.exp((world.strengths[a]! - world.strengths[b]!) / 2);
      const chances =
        random.next() < share ? [up, 1 / up, world.ties] : [...habits.subarray(3 * rater, 3 * rater + 3)];
      return {
        modelA: `model-${a}`,
        modelB: `model-${b}`,
        outcome: OUTCOMES[pick(random.next(), chances)]!,
        source: 'people',
        rater: `rater-${rater}`,
        promptKey: `prompt-${rater}-${at}`,
      };
    }),
  );
}

const OUTCOMES: readonly Outcome[] = ['a', 'b', 'tie'];

function pick(chance: number, weights: readonly number[]): number {
  let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
}
