import type { RunJson } from '@agon/contract';
import { note, printTable } from './print.ts';

/** A run for people: where it stands, what was asked and what came of it. */
export function printRun(run: RunJson): void {
  const where = run.campaign === null ? '' : ` in ${run.campaign}`;
  process.stdout.write(
    `${run.kind} of ${run.subject}${where}, ${run.model || 'first model'} at ${run.provider}: ${run.state}, run ${run.run}\n`,
  );
  if (run.error !== null) note(run.error);
  if (run.kind === 'verdicts') note(standingText(run));
  const { calls, tokens } = run;
  printTable(
    ['what', 'count'],
    [
      ['calls', calls.total],
      ['pending', calls.pending],
      ['failed', calls.failed],
      ['sent', calls.sent],
      ...Object.entries(run.results).map(([label, count]) => [`read as ${label}`, count] as const),
      ['tokens sent', tokens.prompt],
      ['tokens received', tokens.completion],
      ...(tokens.reasoning === 0 ? [] : [['of them reasoning', tokens.reasoning] as const]),
      [run.cost_estimated ? 'cost by prices, USD' : 'cost, USD', run.cost],
    ],
  );
  for (const { batch, calls, state, remote_id, remote_state } of run.batches) {
    note(
      `batch ${batch}: ${calls} calls, ${remote_state ?? state}${remote_id === null ? '' : ` (${remote_id})`}`,
    );
  }
  for (const error of run.errors) note(`${error.count} × ${error.reason}: ${error.example}`);
}

/** Whether boards count the verdicts of a run, and what to do where they do not. */
export function standingText({
  run,
  standing,
  standing_reason: reason,
  finished_at: finishedAt,
  provider,
}: Pick<RunJson, 'run' | 'standing' | 'standing_reason' | 'finished_at' | 'provider'>): string {
  if (provider === '(control)') return 'A control judge: no board counts its verdicts.';
  const why = reason === null ? '' : `: ${reason}`;
  switch (standing) {
    case 'counted':
      return finishedAt === null ? 'Boards count its verdicts when it ends.' : 'Boards count its verdicts.';
    case 'suspect':
      return `Suspect${why}. No board counts its verdicts: look at its replies, then \`agon runs admit ${run}\`.`;
    case 'admitted':
      return `Admitted to the boards${why}.`;
    case 'excluded':
      return `Excluded from the boards${why}.`;
  }
}
