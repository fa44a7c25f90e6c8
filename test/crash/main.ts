/**
 * `npm run test:crash`: votes under SIGKILL. The real api must lose none and double none; two broken designs, run by
 * the same harness as its own control, must be caught.
 */
import { fileURLToPath } from 'node:url';
import { type CrashPlan, type CrashResult, runCrashTest } from './run-crash-test.ts';

const API = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));
const BROKEN = fileURLToPath(new URL('./broken-api.ts', import.meta.url));

type Case = CrashPlan & {
  readonly broken?: 'early' | 'twice';
  readonly verdict: (result: CrashResult) => boolean;
};

const CASES: readonly Case[] = [
  {
    name: 'the real design',
    script: API,
    votes: 10_000,
    voters: 64,
    apiKills: 50,
    postgresKills: 8,
    verdict: (r) =>
      r.lost === 0 &&
      r.doubled === 0 &&
      r.chainBroken === 0 &&
      r.stored === r.acknowledged &&
      r.acknowledged === 10_000 &&
      r.apiKills >= 50 &&
      r.postgresKills >= 8,
  },
  {
    name: 'control: acknowledged before the commit',
    script: BROKEN,
    broken: 'early',
    votes: 2000,
    voters: 64,
    apiKills: 6,
    postgresKills: 0,
    verdict: (r) => r.lost > 0,
  },
  {
    name: 'control: no unique key',
    script: BROKEN,
    broken: 'twice',
    votes: 2000,
    voters: 64,
    apiKills: 6,
    postgresKills: 0,
    sabotage: 'alter table votes drop constraint votes_chain; drop index votes_once, votes_idempotency',
    verdict: (r) => r.doubled > 0,
  },
];

let failed = 0;
for (const { verdict, broken, ...plan } of CASES) {
  process.env.AGON_BROKEN = broken ?? '';
  const result = await runCrashTest(plan);
  const ok = verdict(result);
  if (!ok) failed += 1;
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'} ${plan.name}: ${result.acknowledged} acknowledged, ${result.stored} stored, ${result.lost} lost, ` +
      `${result.doubled} doubled, ${broken === undefined ? `${result.chainBroken} broken links, ` : ''}${result.apiKills} kills of the api and ` +
      `${result.postgresKills} of PostgreSQL, ${result.ownEnds} ends of its own, ${result.retries} requests sent again, ${result.seconds.toFixed(0)} s\n`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;
