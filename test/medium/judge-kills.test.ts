import { expect, it } from 'vitest';
import { killJudges } from '../crash/kill-judges.ts';

const CALLS = Number(process.env.AGON_KILL_CALLS ?? 800);
const KILLS = Number(process.env.AGON_KILLS ?? 4);
const CONCURRENCY = 16;

it('ends with the same verdicts however often its workers are killed, and pays twice only for what was in flight', async () => {
  const report = await killJudges({ calls: CALLS, concurrency: CONCURRENCY, kills: KILLS });
  process.stdout.write(`${KILLS} kills in ${CALLS} calls: ${JSON.stringify(report)}\n`);
  expect(report.killed).toBe(report.whole);
  expect(report.verdicts).toBe(CALLS);
  expect(report.odd).toBe(0);
  expect(report.counts).toEqual({ done: report.verdicts, pending: 0, failed: 0 });
  // what is in flight, replies that are not stored yet included
  expect(report.worst).toBeLessThanOrEqual(CONCURRENCY);
  expect(report.paidAgain).toBeLessThanOrEqual(KILLS * CONCURRENCY);
  expect(report.repliesAgain).toBeLessThanOrEqual(report.paidAgain);
}, 900_000);
