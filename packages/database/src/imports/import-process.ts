/** The process that reads and writes one import, or says what a file is. */
import type { ImportOutcome, ImportProgress } from '@agon/arena';
import type { FileInspection } from '@agon/contract';
import { connect } from '../connect.ts';
import { serveJob } from '../jobs/job-messages.ts';
import type { ImportTask } from './create-importer.ts';
import { inspectFile } from './inspect-file.ts';
import { readFiles } from './read-files.ts';
import { runImport } from './run-import.ts';

/** A listener hears of progress this often at most, ms. */
const TELL_EVERY = 100;

serveJob<ImportTask, ImportProgress, ImportOutcome | FileInspection>(async (task, tell) => {
  if (task.kind === 'inspect') return await inspectFile(task.file);
  let toldAt = 0;
  const watch = {
    onProgress: (progress: ImportProgress) => {
      const now = performance.now();
      if (now - toldAt < TELL_EVERY && progress.done < progress.total) return;
      toldAt = now;
      tell(progress);
    },
  };
  const database = connect(task.url, { connections: 1 });
  const outcome = await runImport(database.sql, task.job, readFiles(task.job.files, watch), watch);
  await database.close();
  return outcome;
});
