import { startDueChecks, type WorkPorts, workRun } from '@agon/arena';
import { checkServer, describeFault, openRunQueue } from '@agon/database';
import { ArenaError, type RunId } from '@agon/domain';
import { compose } from './compose.ts';
import type { KeySource } from './key-source.ts';

export type JudgeServiceOptions = {
  readonly databaseUrl: string;
  /** AGON_ENCRYPTION_KEY, AGON_PROVIDER_HOSTS, AGON_MODEL_MEMORY, AGON_MODEL_EP and AGON_GPU_LIBRARIES are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keys: KeySource;
  /** Ends the service: calls in flight are returned to the pool. */
  readonly signal: AbortSignal;
};

/** How often the rows are looked at when the queue says nothing. */
const LOOK_MS = 3000;
/** How often it is asked whether a check of a judge is due. */
const DUE_MS = 30_000;
/** Between two looks at a run whose remaining calls wait for their time. */
const WAIT_MS = 500;

/** Works on runs of every kind until the signal: told by the queue, and by looking at the rows itself. */
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
  const queue = await openRunQueue(options.databaseUrl, logError);
  const running = new Map<RunId, Promise<void>>();
  const take = (run: RunId): Promise<void> => {
    const known = running.get(run);
    if (known !== undefined) return known;
    const work = workUntilEnd(run, ports, options.signal)
      .catch(logError)
      .finally(() => running.delete(run));
    running.set(run, work);
    return work;
  };
  await queue.listen(async (run) => void take(run));
  let lookedMs = Number.NEGATIVE_INFINITY;
  const ended = (async () => {
    while (!options.signal.aborted) {
      if (ports.monotonic.now() - lookedMs >= DUE_MS) {
        lookedMs = ports.monotonic.now();
        await startDueChecks({ ...ports, runQueue: queue }).catch(logError);
      }
      for (const run of await ports.runs.open().catch(() => [])) void take(run);
      await ports.timers.after(LOOK_MS, options.signal);
    }
    await Promise.all(running.values());
    await queue.stop();
    await close();
  })();
  return { ended };
}

async function workUntilEnd(run: RunId, ports: WorkPorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const result = await workRun(run, ports, signal);
    if (result.kind === 'finished') return;
    const ms = Math.min(WAIT_MS, Math.max(1, result.untilMs - ports.clock.now()));
    await ports.timers.after(ms, signal);
  }
}

function logError(error: unknown): void {
  const line = { time: new Date().toISOString(), level: 'error', service: 'judge', ...describeFault(error) };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
