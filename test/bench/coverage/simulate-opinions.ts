import type { Comparison, Outcome } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';

export type OpinionsSize = {
  /** Battles, each decided by three people and a judge. */
  readonly battles: number;
  readonly raters: number;
};

/** Standard deviations in logits: how far apart two answers are, and what the judge and each rater see besides. */
const [SPREAD, JUDGE_ERROR, RATER_TASTE] = [1.2, 1, 0.5];
const PEOPLE = 3;

/** Opinions on the same battles, of people who each have a taste of their own, and of a judge. */
export function simulateOpinions(size: OpinionsSize, seed: string): Comparison[] {
  const random = seededRandom(`coverage/opinions/${seed}`);
  const spread = normalDraws(random, size.battles);
  const error = normalDraws(random, size.battles);
  const taste = normalDraws(random, 2 * size.raters);
  const rows: Comparison[] = [];
  for (let battle = 0; battle < size.battles; battle += 1) {
    const gap = SPREAD * spread[battle]!;
    const say = (rater: string, source: Comparison['source'], seen: number): void => {
      rows.push({
        modelA: 'x',
        modelB: 'y',
        outcome: drawOutcome(random.next(), seen),
        source,
        rater,
        promptKey: `prompt-${battle}`,
      });
    };
    say('judge', 'judges', gap + JUDGE_ERROR * error[battle]!);
    const first = random.below(size.raters);
    for (let k = 0; k < PEOPLE; k += 1) {
      const rater = (first + k) % size.raters;
      say(`rater-${rater}`, 'people', gap + RATER_TASTE * taste[rater]!);
    }
  }
  return rows;
}

/** Davidson's, with a fifth of ties between equals. */
function drawOutcome(chance: number, gap: number): Outcome {
  const [up, ties] = [Math.exp(gap / 2), 0.5];
  const place = chance * (up + ties + 1 / up);
  return place < up ? 'a' : place < up + ties ? 'tie' : 'b';
}
