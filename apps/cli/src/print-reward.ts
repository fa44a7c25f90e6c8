import type { JudgeCardJson } from '@agon/contract';
import { printTable } from './print.ts';

/** What a reward model's scores are worth to people, on stdout. */
export function printReward(reward: NonNullable<JudgeCardJson['reward']>): void {
  const { slope, held_out: heldOut, needs } = reward;
  if (reward.state === 'too_few') {
    process.stdout.write(
      `Scores are not calibrated: ${needs.votes} votes that name a winner, on ${needs.prompts} prompts, are needed.\n`,
    );
    return;
  }
  const fixed = (value: number | null, digits = 3) => (value === null ? null : value.toFixed(digits));
  process.stdout.write(
    `P(people prefer a) = σ(β · difference of scores), β = ${fixed(slope.value, 2)} (${fixed(slope.low, 2)} to ${fixed(slope.high, 2)}).\n` +
      `On ${heldOut.votes} held-out votes on ${heldOut.battles} battles, ${reward.folds} folds by prompt:\n`,
  );
  printTable(
    ['chances', 'log loss', 'accuracy, %', 'Brier', 'ECE'],
    [
      ['calibrated', reward.calibrated] as const,
      ['not calibrated, beta = 1', reward.as_it_is] as const,
      ['50 % for every battle', reward.half] as const,
    ].map(([name, own]) => [
      name,
      fixed(own.log_loss),
      own.accuracy === null ? null : (100 * own.accuracy).toFixed(1),
      fixed(own.brier),
      fixed(own.ece),
    ]),
  );
}
