import type { Database } from '../connect.ts';

/** Class of the advisory locks that living workers hold; the second number is the worker's. */
export const WORKER_LOCKS = 727_002;
const NUMBERS = 2 ** 31 - 1;

export type WorkerLock = {
  /** Stamped on the leases of this worker. */
  readonly worker: number;
  release(): void;
};

/**
 * Takes a number that is held for as long as this process has its connection: a killed worker's number is free at once,
 * and with it its leases.
 */
export async function takeWorkerLock({ sql }: Database): Promise<WorkerLock> {
  const connection = await sql.reserve();
  for (;;) {
    const worker = 1 + Math.floor(Math.random() * (NUMBERS - 1));
    const [row] = await connection<{ taken: boolean }[]>`
      select pg_try_advisory_lock(${WORKER_LOCKS}, ${worker}) as taken`;
    if (row?.taken === true) return { worker, release: () => connection.release() };
  }
}
