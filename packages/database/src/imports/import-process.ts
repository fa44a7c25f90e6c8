/** The process that reads and writes one import: it is told of the job by its parent, answers, and ends. */
import { connect } from '../connect.ts';
import { packError } from '../error-message.ts';
import type { FromImport, ToImport } from './import-messages.ts';
import { inspectFile } from './inspect-file.ts';
import { readFiles } from './read-files.ts';
import { runImport } from './run-import.ts';

/** A listener hears of progress this often at most, ms. */
const TELL_EVERY = 100;

function tell(message: FromImport): void {
  process.send?.(message);
}

// whoever wanted it is gone
process.on('disconnect', () => process.exit(1));
process.once('message', async (message: ToImport) => {
  let toldAt = 0;
  try {
    if (message.kind === 'inspect') {
      tell({ kind: 'inspected', inspection: await inspectFile(message.file) });
    } else {
      const database = connect(message.url, { connections: 1 });
      const watch = {
        onProgress: (progress: Extract<FromImport, { kind: 'progress' }>['progress']) => {
          const now = performance.now();
          if (now - toldAt < TELL_EVERY && progress.done < progress.total) return;
          toldAt = now;
          tell({ kind: 'progress', progress });
        },
      };
      const outcome = await runImport(database.sql, message.job, readFiles(message.job.files, watch), watch);
      await database.close();
      tell({ kind: 'done', outcome });
    }
  } catch (error) {
    tell({ kind: 'failed', error: packError(error) });
  }
  process.disconnect();
});
