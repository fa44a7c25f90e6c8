/** The process that writes what a campaign has to the file that it was given. */
import { writeSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { EXPORT_COLUMNS, storedRows } from '@agon/arena';
import { ParquetEncoder } from '@agon/formats/parquet';
import { connect } from '../connect.ts';
import { serveJob } from '../jobs/job-messages.ts';
import { OUTPUT_DESCRIPTOR } from '../jobs/open-job-processes.ts';
import type { ExportTask } from './create-exporter.ts';
import { createExportStore } from './export-store.ts';

serveJob(async ({ url, campaign, what }: ExportTask) => {
  const database = connect(url, { connections: 1 });
  const table = new ParquetEncoder(EXPORT_COLUMNS[what], zstdCompressSync);
  let written = 0;
  for await (const rows of storedRows(what, campaign, createExportStore(database)))
    written += write(table.push(rows));
  written += write(table.finish());
  await database.close();
  return written;
});

/** @returns how many bytes they are */
function write(bytes: Uint8Array): number {
  let done = 0;
  while (done < bytes.length) done += writeSync(OUTPUT_DESCRIPTOR, bytes, done);
  return bytes.length;
}
