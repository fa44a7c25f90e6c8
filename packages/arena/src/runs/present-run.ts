import type { RunJson } from '@agon/contract';
import { ArenaError, type RunId } from '@agon/domain';
import type { Ports } from '../ports/ports.ts';
import type { RunCounts, RunRecord } from '../ports/run-store.ts';
import { kindOf } from './kinds/kind-of.ts';

/** @throws ArenaError('not_found') */
export async function requireRun(id: string, deps: Pick<Ports, 'runs'>): Promise<RunRecord> {
  const run = await deps.runs.find(id as RunId);
  if (run !== null) return run;
  throw noSuchRun();
}

export function noSuchRun(): ArenaError {
  return new ArenaError('not_found', 'There is no such run.', { hint: 'See the list of runs.' });
}

/** A run as the contract shows it, at any moment of its life. */
export async function presentRun(id: RunId, deps: Pick<Ports, 'runs' | 'clock'>): Promise<RunJson> {
  const run = await requireRun(id, deps);
  return toRunJson(run, await deps.runs.counts(id), deps.clock.now());
}

export function toRunJson(run: RunRecord, counts: RunCounts, nowMs: number): RunJson {
  const { pace } = run;
  return {
    run: run.id,
    kind: run.kind,
    campaign: run.campaign,
    title: run.campaignTitle,
    provider: run.provider,
    model: run.model,
    subject: run.subject,
    identity: (run.config as { readonly identity?: string }).identity ?? null,
    state: run.state,
    error: run.error,
    standing: run.standing,
    standing_reason: run.standingReason,
    started_at: new Date(run.startedAtMs).toISOString(),
    finished_at: run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString(),
    seconds: secondsOf(run, nowMs),
    calls: callsOf(counts),
    results: { ...counts.results },
    tokens: tokensOf(counts),
    cost: counts.costUsd,
    ...spendingOf(run, counts),
    settings: { ...kindOf(run).settings?.(run.config) },
    budget: run.budgetUsd,
    concurrency: run.concurrency,
    seed: run.seed,
    pace:
      pace === null || run.state !== 'running'
        ? null
        : {
            in_flight: pace.inFlight,
            limit: pace.limit,
            per_second: pace.perSecond,
            rate_limited: pace.rateLimited,
            latency_ms: pace.latencyMs,
            resting_until:
              pace.restingUntilMs === null || pace.restingUntilMs <= nowMs
                ? null
                : new Date(pace.restingUntilMs).toISOString(),
          },
    errors: errorsOf(run, counts),
  };
}

export function secondsOf(run: RunRecord, nowMs: number): number {
  return ((run.finishedAtMs ?? nowMs) - run.startedAtMs) / 1000;
}

export function callsOf(counts: RunCounts): RunJson['calls'] {
  return {
    total: counts.total,
    pending: counts.pending,
    in_flight: counts.inFlight,
    done: counts.done,
    failed: counts.failed,
    sent: counts.sent,
    unasked: counts.unasked,
    retried: counts.retried,
  };
}

export function tokensOf(counts: RunCounts): RunJson['tokens'] {
  return {
    prompt: counts.promptTokens,
    cached: counts.cachedTokens,
    completion: counts.completionTokens,
    reasoning: counts.reasoningTokens,
  };
}

/** What it goes by when it counts what it costs, and its batches. */
export function spendingOf(
  run: Pick<RunRecord, 'prices'>,
  counts: RunCounts,
): Pick<RunJson, 'cost_estimated' | 'prices' | 'batches'> {
  return {
    cost_estimated: counts.costEstimated,
    prices: run.prices,
    batches: counts.batches.map(presentBatch),
  };
}

/** What became of calls that met a fault. */
const FAULT_PREFIX = { failed: '', pending: 'waiting: ', done: 'passed: ' } as const;
const FAULT_STATE = { failed: 'failed', pending: 'waiting', done: 'passed' } as const;

const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

/** The window that batches are sent with. */
const BATCH_WINDOW_MS = 24 * 60 * 60 * 1000;

function presentBatch(batch: RunCounts['batches'][number]): RunJson['batches'][number] {
  return {
    batch: batch.id,
    remote_id: batch.remoteId,
    state: batch.state,
    remote_state: batch.remoteState,
    calls: batch.calls,
    created_at: new Date(batch.createdAtMs).toISOString(),
    checked_at: batch.checkedAtMs === null ? null : new Date(batch.checkedAtMs).toISOString(),
    expires_at: batch.remoteId === null ? null : new Date(batch.createdAtMs + BATCH_WINDOW_MS).toISOString(),
    file: batch.inputFile,
  };
}

/** Why the run stopped, why calls have no reply, and why replies have no result; each with an example. */
export function errorsOf(run: RunRecord, counts: RunCounts): RunJson['errors'] {
  const { results } = kindOf(run);
  const unread = Object.entries(counts.replies).flatMap(([reason, { count, example, lastAtMs }]) =>
    results.includes(reason)
      ? []
      : [{ reason, code: reason, state: 'unscored' as const, count, example, last_at: isoOf(lastAtMs) }],
  );
  const faults = counts.faults.map(({ reason, state, count, example, lastAtMs }) => ({
    reason: `${FAULT_PREFIX[state]}${reason}`,
    code: reason,
    state: FAULT_STATE[state],
    count,
    example,
    last_at: isoOf(lastAtMs),
  }));
  const stopped =
    run.error === null
      ? []
      : [
          {
            reason: 'run',
            code: 'run',
            state: 'stopped' as const,
            count: 1,
            example: run.error,
            last_at: isoOf(run.finishedAtMs),
          },
        ];
  return [...stopped, ...faults, ...unread];
}
