import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type JudgeRunId } from '@agon/domain';
import { reportPosition } from '@agon/judging';
import type { JudgeRunRecord } from '../ports/judge-store.ts';
import type { Ports } from '../ports/ports.ts';

/** Past these a run's numbers should not be used before somebody looked at its replies. */
const MOST_UNSCORED = 0.1;
const LEAST_CONSISTENCY = 0.5;

/** @throws ArenaError('not_found') */
export async function requireJudgeRun(id: string, deps: Pick<Ports, 'judgeRuns'>): Promise<JudgeRunRecord> {
  const run = await deps.judgeRuns.find(id as JudgeRunId);
  if (run !== null) return run;
  throw new ArenaError('not_found', 'There is no such judge run.', {
    hint: 'See the campaign’s list of judge runs.',
  });
}

/** A run as the contract shows it, at any moment of its life. */
export async function presentJudgeRun(
  id: JudgeRunId,
  deps: Pick<Ports, 'judgeRuns' | 'clock'>,
): Promise<JudgeRunJson> {
  const run = await requireJudgeRun(id, deps);
  const counts = await deps.judgeRuns.counts(id);
  const position = reportPosition(counts.ordered);
  const ok = { a: counts.outcomes.a ?? 0, b: counts.outcomes.b ?? 0, tie: counts.outcomes.tie ?? 0 };
  const scored = ok.a + ok.b + ok.tie;
  const unscored = Object.values(counts.unscored).reduce((sum, count) => sum + count, 0);
  const failed = (counts.unscored.provider_error ?? 0) + (counts.unscored.timeout ?? 0);
  const errors = [...counts.errors];
  if (run.error !== null) errors.unshift({ reason: 'run', count: 1, example: run.error });
  return {
    run: run.id,
    campaign: run.campaign,
    judge: run.judge,
    identity: run.identity,
    model: run.model,
    base_url: run.baseUrl,
    state: run.state,
    started_at: new Date(run.startedAtMs).toISOString(),
    finished_at: run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString(),
    battles: counts.battles,
    calls: {
      total: counts.total,
      pending: counts.pending,
      sent: counts.sent,
      failed,
      retried: counts.retried,
    },
    verdicts: { ok, unscored: { ...counts.unscored } },
    tokens: { prompt: counts.promptTokens, cached: counts.cachedTokens, completion: counts.completionTokens },
    cost: counts.costUsd,
    seconds: ((run.finishedAtMs ?? deps.clock.now()) - run.startedAtMs) / 1000,
    suspect:
      (scored + unscored > 0 && unscored / (scored + unscored) > MOST_UNSCORED) ||
      (position.consistency !== null && position.consistency < LEAST_CONSISTENCY),
    probes: { position_consistency: position.consistency, first_slot_rate: position.firstSlotRate },
    errors: errors.map((error) => ({ ...error })),
  };
}
