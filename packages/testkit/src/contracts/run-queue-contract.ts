import { setTimeout as pause } from 'node:timers/promises';
import type { RunQueue } from '@agon/arena';
import type { RunId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly queue: RunQueue;
  /** The queue of another process on the same data. */
  readonly elsewhere: RunQueue;
  /** Begins to listen, each time as one more worker in a process of its own. */
  listen(work: (run: RunId) => Promise<void>): Promise<void>;
};

/** Longer than a listener takes to look again: what comes twice has come by then. */
const QUIET_MS = 2000;

export function runQueueContract(setUp: () => Promise<Setup>): void {
  const listening = async (listen: Setup['listen']) => {
    const heard: string[] = [];
    await listen(async (run) => void heard.push(run));
    return heard;
  };
  /** The time limit of the test is its end. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await pause(20);
  };

  describe('the contract of RunQueue', () => {
    it('tells each announcement to one of many workers, whoever announces', async () => {
      const { queue, elsewhere, listen } = await setUp();
      const workers = await Promise.all([1, 2, 3].map(() => listening(listen)));
      const runs = ['run-1', 'run-2', 'run-3', 'run-4'] as RunId[];
      await Promise.all(runs.map((run, index) => (index % 2 === 0 ? queue : elsewhere).announce(run)));
      await until(() => new Set(workers.flat()).size === runs.length);
      await pause(QUIET_MS);
      expect(workers.flat().sort()).toEqual(runs);
    });

    it('keeps what was announced before anybody listened, and tells a run again that is announced again', async () => {
      const { queue, listen } = await setUp();
      await queue.announce('run-1' as RunId);
      const heard = await listening(listen);
      await until(() => heard.length === 1);
      await queue.announce('run-1' as RunId);
      await until(() => heard.length === 2);
      expect(heard).toEqual(['run-1', 'run-1']);
    });
  });
}
