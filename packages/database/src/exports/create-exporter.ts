import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportedFile, Exporter, StoredKind } from '@agon/arena';
import { ArenaError, type CampaignId } from '@agon/domain';
import type { JobProcesses } from '../jobs/open-job-processes.ts';

/** What an export's process is asked. */
export type ExportTask = {
  readonly url: string;
  readonly campaign: CampaignId;
  readonly what: StoredKind;
};

type File = Awaited<ReturnType<typeof open>>;

const PROCESS = {
  module: new URL('./export-process.ts', import.meta.url),
  // rows come and go: with the usual room for what is young, and for what may be old, a million votes take twice as much
  v8: ['--max-old-space-size=1024', '--max-semi-space-size=8'],
} as const;
/** Bytes that are read at a time. */
const PART = 256 * 1024;

/** @param url of the database, postgres://… */
export function createExporter(url: string, processes: JobProcesses): Exporter {
  return {
    async parquet(campaign, what, signal) {
      const file = await openNameless();
      try {
        const byteLength = await processes.run<number>({
          ...PROCESS,
          task: { url, campaign, what } satisfies ExportTask,
          output: file.fd,
          signal,
          died,
        });
        return { byteLength, body: readOnce(file, byteLength) };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
  };
}

/** A file of the temporary folder that has lost its name already: whatever ends first, nothing of it stays. */
async function openNameless(): Promise<File> {
  const folder = await mkdtemp(join(tmpdir(), 'agon-export-'));
  try {
    return await open(join(folder, 'table'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readOnce(file: File, byteLength: number): ExportedFile['body'] {
  let read = 0;
  let isOpen = true;
  const end = async (): Promise<{ done: true; value: undefined }> => {
    if (isOpen) {
      isOpen = false;
      await file.close();
    }
    return { done: true, value: undefined };
  };
  // no generator: one that nobody began does nothing where it is returned, and the file would stay open
  const body: ExportedFile['body'] = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      if (!isOpen || read === byteLength) return await end();
      const part = Buffer.allocUnsafeSlow(Math.min(PART, byteLength - read));
      // the process that wrote it has moved the place that both share: each read says its own
      const { bytesRead } = await file.read(part, 0, part.length, read).catch(async (error: unknown) => {
        await end();
        throw error;
      });
      read += bytesRead;
      return { done: false, value: part.subarray(0, bytesRead) };
    },
    return: end,
  };
  return body;
}

function died(how: string): ArenaError {
  return new ArenaError('internal', `The process that wrote the file ended before its time (${how}).`);
}
