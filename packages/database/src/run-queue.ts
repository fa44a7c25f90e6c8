import type { RunQueue } from '@agon/arena';
import type { RunId } from '@agon/domain';
import { PgBoss } from 'pg-boss';

const QUEUE = 'run';

export type RunQueueConnection = RunQueue & {
  /** Calls `work` for each announced run, one after another for each listener. */
  listen(work: (run: RunId) => Promise<void>): Promise<void>;
  /** Rejects where the queue cannot be used. */
  check(): Promise<void>;
  stop(): Promise<void>;
};

/** pg-boss on the same database, in a schema of its own. What it tells is a hint; the rows of calls are the truth. */
export async function openRunQueue(
  url: string,
  onError: (error: Error) => void,
): Promise<RunQueueConnection> {
  const boss = new PgBoss({ connectionString: url, max: 2, application_name: 'agon-queue' });
  boss.on('error', onError);
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    async announce(run) {
      await boss.send(QUEUE, { run });
    },
    async listen(work) {
      await boss.work<{ run: string }>(QUEUE, { pollingIntervalSeconds: 0.5, batchSize: 1 }, async (jobs) => {
        for (const job of jobs) await work(job.data.run as RunId);
      });
    },
    async check() {
      if ((await boss.getQueue(QUEUE)) === null) throw new Error(`the queue ${QUEUE} is not there`);
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
}
