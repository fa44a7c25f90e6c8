import type { RunJson } from '@agon/contract';

/** Columns of a list of runs as a file. */
export const RUN_COLUMNS = [
  'run',
  'kind',
  'campaign',
  'subject',
  'provider',
  'model',
  'state',
  'error',
  'started_at',
  'finished_at',
  'seconds',
  'calls',
  'pending',
  'done',
  'failed',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'cost_usd',
  'budget_usd',
] as const;

/** A run as a row of that file. */
export function runCells(run: RunJson): readonly (string | number | null)[] {
  return [
    run.run,
    run.kind,
    run.campaign,
    run.subject,
    run.provider,
    run.model,
    run.state,
    run.error,
    run.started_at,
    run.finished_at,
    run.seconds,
    run.calls.total,
    run.calls.pending,
    run.calls.done,
    run.calls.failed,
    run.tokens.prompt,
    run.tokens.cached,
    run.tokens.completion,
    run.cost,
    run.budget,
  ];
}
