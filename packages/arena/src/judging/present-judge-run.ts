import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type RunId } from '@agon/domain';
import { reportPosition } from '@agon/judging';
import type { Ports } from '../ports/ports.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { VerdictConfig } from '../runs/kinds/run-kind.ts';
import { verdicts } from '../runs/kinds/verdicts.ts';
import { callsOf, errorsOf, requireRun, secondsOf, spendingOf, tokensOf } from '../runs/present-run.ts';
import { readVerdictCounts } from '../runs/run-standing.ts';
import { checkVerdicts, doubtsOf } from './check-verdicts.ts';

/** @throws ArenaError('not_found') */
export async function requireJudgeRun(id: string, deps: Pick<Ports, 'runs'>): Promise<RunRecord> {
  const run = await requireRun(id, deps);
  if (run.kind === 'verdicts') return run;
  throw new ArenaError('not_found', 'There is no such judge run.', {
    hint: 'See the campaign’s list of judge runs.',
  });
}

/** A run as the contract shows it, at any moment of its life. */
export async function presentJudgeRun(id: RunId, deps: Pick<Ports, 'runs' | 'clock'>): Promise<JudgeRunJson> {
  const run = await requireJudgeRun(id, deps);
  const [counts, found, derived] = await Promise.all([
    deps.runs.counts(id),
    readVerdictCounts(run, deps),
    deps.runs.derivedCounts(id),
  ]);
  const { orders } = found;
  const checks = checkVerdicts(found);
  const position = reportPosition(orders);
  const ok = (outcome: 'a' | 'b' | 'tie') => (counts.results[outcome] ?? 0) + (derived[outcome] ?? 0);
  const unscored = unscoredOf(counts.results);
  const config = run.config as Pick<VerdictConfig, 'judge' | 'identity' | 'mode'>;
  const isPairwise = (config.mode ?? 'pairwise') === 'pairwise';
  return {
    run: run.id,
    campaign: run.campaign ?? '',
    judge: config.judge,
    identity: config.identity,
    provider: run.provider,
    model: run.model,
    base_url: run.baseUrl,
    state: run.state,
    started_at: new Date(run.startedAtMs).toISOString(),
    finished_at: run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString(),
    // of scores, targets are answers: battles are those that got a verdict
    battles: isPairwise ? counts.targets : Object.values(derived).reduce((sum, n) => sum + n, 0),
    calls: callsOf(counts),
    verdicts: { ok: { a: ok('a'), b: ok('b'), tie: ok('tie') }, unscored },
    tokens: tokensOf(counts),
    cost: counts.costUsd,
    ...spendingOf(run, counts),
    seconds: secondsOf(run, deps.clock.now()),
    suspect: doubtsOf(checks).length > 0,
    standing: run.standing,
    standing_reason: run.standingReason,
    probes: {
      position_consistency: position.consistency,
      first_slot_rate: position.firstSlotRate,
      checks: [...checks],
    },
    errors: errorsOf(run, counts),
  };
}

function unscoredOf(results: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).filter(([label]) => !verdicts.results.includes(label)));
}
