/** The thread that writes reports: see open-reports.ts. */
import { parentPort } from 'node:worker_threads';
import { isArenaError } from '@agon/domain';
import type { ReportFault, ReportRequest } from './open-reports.ts';
import { writeReport } from './write-report.ts';

const port = parentPort;
if (port === null) throw new Error('report-thread.ts runs in a worker thread only.');

port.on('message', ({ id, source, format, locale }: ReportRequest) => {
  writeReport(source, format, locale).then(
    (bytes) => port.postMessage({ id, bytes }),
    (error: unknown) => port.postMessage({ id, error: toFault(error) }),
  );
});

function toFault(error: unknown): ReportFault {
  if (!isArenaError(error)) {
    return {
      code: 'internal',
      message: error instanceof Error ? error.message : String(error),
      hint: undefined,
    };
  }
  const { code, message, hint } = error;
  return { code, message, hint };
}
