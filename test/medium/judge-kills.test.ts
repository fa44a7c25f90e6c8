import { expect, it } from 'vitest';
import { killJudges } from '../crash/kill-judges.ts';

const CALLS = Number(process.env.AGON_KILL_CALLS ?? 800);
const KILLS = Number(process.env.AGON_KILLS ?? 4);
const CONCURRENCY = 16;

it('ends with the same verdicts however often its workers are killed, and pays twice only for what was in flight or had just come', async () => {
  const report = await killJudges({ calls: CALLS, concurrency: CONCURRENCY, kills: KILLS });
  process.stdout.write(`${KILLS} kills in ${CALLS} calls: ${JSON.stringify(report)}\n`);
  expect(report.killed).toBe(report.whole);
  expect(report.verdicts).toBe(CALLS);
  expect(report.odd).toBe(0);
  expect(report.counts).toEqual({ done: report.verdicts, pending: 0, failed: 0 });
  // each kill loses what is in flight, and replies that came a moment before
  expect(report.worst).toBeLessThanOrEqual(2 * CONCURRENCY);
  expect(report.paidAgain).toBeLessThanOrEqual(KILLS * 2 * CONCURRENCY);
  expect(report.repliesAgain).toBeLessThanOrEqual(report.paidAgain);
}, 900_000);
