import { ArenaError, isArenaError, type JudgeRunId, type VerdictId } from '@agon/domain';
import { type Judge, parseJudge, parseVerdict, renderJudgePrompt } from '@agon/judging';
import type { JudgeModel } from '../ports/judge-model.ts';
import type { JudgeRunRecord, LeasedCall, NewVerdict } from '../ports/judge-store.ts';
import type { Ports } from '../ports/ports.ts';

export type WorkPorts = Pick<Ports, 'judgeRuns' | 'judgeModels' | 'content' | 'feed' | 'clock' | 'ids'>;

/** A lease outlives any sane reply; a killed worker's calls return after it. */
const LEASE_MS = 180_000;
/** A call that met a passing fault this often is stored as unscored, and can be asked again by another run. */
const MOST_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1000;

/** What a worker should do next: go on at once, look again later, or leave the run. */
export type WorkResult = 'more' | 'wait' | 'finished';

/**
 * Takes the next calls of a run and asks them, `concurrency` at a time. Verdict and completion are stored together,
 * so killing a worker loses nothing and pays twice only for what was in flight.
 */
export async function workJudgeRun(
  id: JudgeRunId,
  deps: WorkPorts,
  signal: AbortSignal,
): Promise<WorkResult> {
  const run = await deps.judgeRuns.find(id);
  if (run === null || (run.state !== 'queued' && run.state !== 'running')) return 'finished';
  if (run.state === 'queued') await deps.judgeRuns.setState(id, 'running', null, deps.clock.now());
  let model: JudgeModel;
  let judge: Judge;
  try {
    model = deps.judgeModels.open(run);
    judge = parseJudge(run.source);
  } catch (error) {
    return failRun(run, error, deps);
  }
  const nowMs = deps.clock.now();
  const calls = await deps.judgeRuns.lease(id, run.concurrency, nowMs, nowMs + LEASE_MS);
  if (calls.length === 0) return finishOrWait(run, deps);
  const faults = await Promise.all(calls.map((call) => judgeOneCall(run, call, judge, model, deps, signal)));
  deps.feed.changed(run.campaignId);
  const refusal = faults.find((fault) => fault !== null);
  if (refusal !== undefined && refusal !== null) return failRun(run, refusal, deps);
  if (run.budgetUsd !== null) {
    const { costUsd } = await deps.judgeRuns.counts(id);
    if (costUsd !== null && costUsd >= run.budgetUsd) {
      await deps.judgeRuns.setState(
        id,
        'cancelled',
        `The budget of ${run.budgetUsd} USD is spent.`,
        deps.clock.now(),
      );
      return 'finished';
    }
  }
  return 'more';
}

async function finishOrWait(run: JudgeRunRecord, deps: WorkPorts): Promise<WorkResult> {
  const { pending } = await deps.judgeRuns.counts(run.id);
  if (pending > 0) return 'wait';
  await deps.judgeRuns.setState(run.id, 'done', null, deps.clock.now());
  deps.feed.changed(run.campaignId);
  return 'finished';
}

async function failRun(run: JudgeRunRecord, error: unknown, deps: WorkPorts): Promise<WorkResult> {
  if (!isArenaError(error)) throw error;
  await deps.judgeRuns.setState(
    run.id,
    'failed',
    error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
    deps.clock.now(),
  );
  return 'finished';
}

/** @returns the refusal that should end the whole run, or null */
async function judgeOneCall(
  run: JudgeRunRecord,
  call: LeasedCall,
  judge: Judge,
  model: JudgeModel,
  deps: WorkPorts,
  signal: AbortSignal,
): Promise<ArenaError | null> {
  const prompts = await deps.content.promptTexts([call.promptId]);
  const answers = await deps.content.answerTexts([call.answers.a, call.answers.b]);
  const [prompt, a, b] = [
    prompts.get(call.promptId),
    answers.get(call.answers.a),
    answers.get(call.answers.b),
  ];
  if (prompt === undefined || a === undefined || b === undefined) {
    throw new ArenaError('internal', 'A battle points to a prompt or an answer that is gone.', {
      data: { battle: call.battleId },
    });
  }
  const turns = call.turns ?? prompt.turns.length;
  // the tail of a version 7 UUID is random
  const nonce = deps.ids.next().slice(-10);
  const messages = renderJudgePrompt(judge, {
    prompt: prompt.turns.slice(0, turns),
    answers: { a: a.turns.slice(0, turns), b: b.turns.slice(0, turns) },
    order: call.order,
    nonce,
  });
  try {
    const answer = await model.ask(messages, judge.settings, signal);
    const parsed = parseVerdict(answer, call.order, nonce);
    await store(run, call, deps, {
      outcome: parsed.kind === 'ok' ? parsed.outcome : null,
      unscored: parsed.kind === 'ok' ? null : parsed.reason,
      raw: answer.text,
      promptTokens: answer.promptTokens,
      cachedTokens: answer.cachedTokens,
      completionTokens: answer.completionTokens,
      costUsd: answer.costUsd,
      latencyMs: answer.latencyMs,
      retried: answer.retried,
    });
    return null;
  } catch (error) {
    if (signal.aborted) {
      await deps.judgeRuns.release(call, 'the worker stopped', deps.clock.now());
      return null;
    }
    if (!isArenaError(error)) throw error;
    if (error.code === 'provider_refused') {
      await deps.judgeRuns.release(call, error.message, deps.clock.now());
      return error;
    }
    if (call.attempts < MOST_ATTEMPTS) {
      const pauseMs = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (call.attempts - 1);
      await deps.judgeRuns.release(call, error.message, deps.clock.now() + pauseMs);
      return null;
    }
    await store(run, call, deps, { ...NOTHING, unscored: 'provider_error', raw: error.message, retried: 0 });
    return null;
  }
}

const NOTHING = {
  outcome: null,
  promptTokens: null,
  cachedTokens: null,
  completionTokens: null,
  costUsd: null,
  latencyMs: null,
} as const;

async function store(
  run: JudgeRunRecord,
  call: LeasedCall,
  deps: WorkPorts,
  verdict: Omit<NewVerdict, 'id' | 'atMs'>,
): Promise<void> {
  await deps.judgeRuns.complete(run, call, {
    ...verdict,
    id: deps.ids.next() as VerdictId,
    atMs: deps.clock.now(),
  });
}
