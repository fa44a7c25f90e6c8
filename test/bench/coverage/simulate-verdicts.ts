import { OUTCOME_CODES } from '@agon/domain';
import type { DoubleVerdict, JudgeVerdict } from '@agon/rating';
import { seededRandom } from '@agon/stats';
import { outcomeAt, type VotingWorld } from './simulate-votes.ts';

/** How far the judge's liking of each model is from people's, in logits: it errs for good, not by chance. */
const JUDGE_ERROR = [0.25, -0.2, 0.1, 0.3, -0.25, -0.1, 0.2, -0.3];
/** How much of a battle's own worth (beside the models' strengths) person and judge both see, in logits. */
const SHARED = 1.5;
/** How often the judge is moved by the same chance as the person. */
const SAME_CHANCE = 0.7;

export type Verdicts = {
  readonly labelled: readonly DoubleVerdict[];
  readonly judged: readonly JudgeVerdict[];
};

/** Battles drawn alike: the first `labelled` decided by a person and a judge, the next `judged` by the judge alone. */
export function simulateVerdicts(
  world: VotingWorld,
  size: { readonly labelled: number; readonly judged: number },
  seed: string,
): Verdicts {
  const random = seededRandom(`coverage/verdicts/${seed}`);
  const models = world.strengths.length;
  const shareOf = (gap: number, chance: number): number => {
    const outcome = outcomeAt(chance, gap, world.ties);
    return outcome === OUTCOME_CODES.a ? 1 : outcome === OUTCOME_CODES.b ? 0 : 0.5;
  };
  const battle = () => {
    const a = random.below(models);
    const b = (a + 1 + random.below(models - 1)) % models;
    const gap = world.strengths[a]! - world.strengths[b]! + SHARED * (2 * random.next() - 1);
    return { a, b, gap, judgeGap: gap + JUDGE_ERROR[a]! - JUDGE_ERROR[b]! };
  };
  const labelled = Array.from({ length: size.labelled }, (): DoubleVerdict => {
    const { a, b, gap, judgeGap } = battle();
    const chance = random.next();
    const other = random.next() < SAME_CHANCE ? chance : random.next();
    return { a, b, human: shareOf(gap, chance), judge: shareOf(judgeGap, other) };
  });
  const judged = Array.from({ length: size.judged }, (): JudgeVerdict => {
    const { a, b, judgeGap } = battle();
    return { a, b, judge: shareOf(judgeGap, random.next()) };
  });
  return { labelled, judged };
}
