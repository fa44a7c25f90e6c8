import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { KeptSnapshot, ReportFormat, ReportLocale } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { ReportSource } from './build-report.ts';

export type ReportRequest = {
  readonly id: number;
  readonly source: ReportSource;
  readonly format: ReportFormat;
  readonly locale: ReportLocale;
};
/** An error as a message between threads. */
export type ReportFault = Pick<ArenaError, 'code' | 'message' | 'hint'>;
type ReportReply = { readonly id: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly error: ReportFault }
);

const VERSION = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  }
).version;
/** The compiler of pages and its fonts hold 150 MB: the thread ends when nobody asked for so long. */
const IDLE_MS = 60_000;

/**
 * Writes reports one after another in a thread that starts with the first one.
 * @throws ArenaError('internal') where the thread ends or a page does not compile
 */
export function openReports() {
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | null = null;
  let next = 0;
  const waiting = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>();

  const end = (reason: string): void => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new ArenaError('internal', reason));
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./report-thread.ts', import.meta.url));
    started.unref();
    started.on('message', (reply: ReportReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) idle = setTimeout(() => void close(), IDLE_MS).unref();
      if ('bytes' in reply) asked?.resolve(reply.bytes);
      else asked?.reject(toError(reply.error));
    });
    started.on('error', (error) => {
      if (worker === started) end(`The thread that writes reports failed: ${error.message}`);
    });
    started.on('exit', () => {
      if (worker === started) end('The thread that writes reports ended.');
    });
    return started;
  };
  async function close(): Promise<void> {
    const ending = worker;
    if (idle !== null) clearTimeout(idle);
    end('The arena is shutting down.');
    await ending?.terminate();
  }
  return {
    close,
    write(kept: KeptSnapshot, format: ReportFormat, locale: ReportLocale): Promise<Uint8Array> {
      if (idle !== null) clearTimeout(idle);
      worker ??= start();
      const id = next;
      next += 1;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker?.postMessage({
          id,
          source: { kept, version: VERSION },
          format,
          locale,
        } satisfies ReportRequest);
      });
    },
  };
}

function toError({ code, message, hint }: ReportFault): ArenaError {
  return new ArenaError(code, message, hint === undefined ? {} : { hint });
}
