import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type RunId } from '@agon/domain';
import { type PositionReport, reportPosition } from '@agon/judging';
import type { Ports } from '../ports/ports.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { verdicts } from '../runs/kinds/verdicts.ts';
import { callsOf, errorsOf, requireRun, secondsOf, tokensOf } from '../runs/present-run.ts';

/** Past these a run's numbers should not be used before somebody looked at its replies. */
const MOST_UNSCORED = 0.1;
const LEAST_CONSISTENCY = 0.5;

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
  const [counts, orders] = await Promise.all([deps.runs.counts(id), deps.runs.orderCounts(id)]);
  const position = reportPosition(orders);
  const { a = 0, b = 0, tie = 0 } = counts.results;
  const unscored = unscoredOf(counts.results);
  const config = run.config as { readonly judge: string; readonly identity: string };
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
    battles: counts.targets,
    calls: callsOf(counts),
    verdicts: { ok: { a, b, tie }, unscored },
    tokens: tokensOf(counts),
    cost: counts.costUsd,
    seconds: secondsOf(run, deps.clock.now()),
    suspect: isSuspect(counts.results, position),
    probes: { position_consistency: position.consistency, first_slot_rate: position.firstSlotRate },
    errors: errorsOf(run, counts),
  };
}

function unscoredOf(results: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).filter(([label]) => !verdicts.results.includes(label)));
}

/** Whether a run's numbers should not be used before somebody looked at its replies. */
export function isSuspect(results: Readonly<Record<string, number>>, position: PositionReport): boolean {
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((x, y) => x + y, 0);
  const all = sum(results);
  return (
    (all > 0 && sum(unscoredOf(results)) / all > MOST_UNSCORED) ||
    (position.consistency !== null && position.consistency < LEAST_CONSISTENCY)
  );
}
