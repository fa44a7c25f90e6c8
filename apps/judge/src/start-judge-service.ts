import { setTimeout as pause } from 'node:timers/promises';
import { type WorkPorts, workJudgeRun } from '@agon/arena';
import { checkServer, openJudgeQueue } from '@agon/database';
import { ArenaError, type JudgeRunId } from '@agon/domain';
import { compose } from './compose.ts';
import type { KeySource } from './key-source.ts';

export type JudgeServiceOptions = {
  readonly databaseUrl: string;
  /** AGON_ENCRYPTION_KEY and AGON_PROVIDER_HOSTS are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keys: KeySource;
  /** Ends the service: questions in flight are returned to the pool. */
  readonly signal: AbortSignal;
};

/** How often the rows are looked at when the queue says nothing. */
const LOOK_MS = 3000;
/** Between two looks at a run whose remaining calls wait for their time. */
const WAIT_MS = 500;

/** Works on judge runs until the signal: told by the queue, and by looking at the rows itself. */
export async function startJudgeService(
  options: JudgeServiceOptions,
): Promise<{ readonly ended: Promise<void> }> {
  if (options.databaseUrl === '') {
    throw new ArenaError('database_unreachable', 'AGON_DATABASE_URL is missing.', {
      hint: 'Use `npm start`, which brings a database, or name one.',
    });
  }
  const { ports, database, close } = await compose(options.databaseUrl, options.environment, options.keys);
  await checkServer(database);
  const queue = await openJudgeQueue(options.databaseUrl, logError);
  const running = new Map<JudgeRunId, Promise<void>>();
  const take = (run: JudgeRunId): Promise<void> => {
    const known = running.get(run);
    if (known !== undefined) return known;
    const work = workUntilEnd(run, ports, options.signal)
      .catch(logError)
      .finally(() => running.delete(run));
    running.set(run, work);
    return work;
  };
  await queue.listen(async (run) => void take(run));
  const ended = (async () => {
    while (!options.signal.aborted) {
      for (const run of await ports.judgeRuns.open().catch(() => [])) void take(run);
      await pause(LOOK_MS, undefined, { signal: options.signal }).catch(() => {});
    }
    await Promise.all(running.values());
    await queue.stop();
    await close();
  })();
  return { ended };
}

async function workUntilEnd(run: JudgeRunId, ports: WorkPorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const result = await workJudgeRun(run, ports, signal);
    if (result === 'finished') return;
    if (result === 'wait') await pause(WAIT_MS, undefined, { signal }).catch(() => {});
  }
}

function logError(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', service: 'judge', message })}\n`);
}
