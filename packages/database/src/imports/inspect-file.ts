import type { ImportSource } from '@agon/arena';
import type { FileInspection } from '@agon/contract';
import { isArenaError } from '@agon/domain';
import { readTableFile } from '@agon/files';
import type { RowSink } from '@agon/formats';
import { Preview } from './preview.ts';
import { summaryOf } from './read-files.ts';

/** What a file is, by its first rows. A file that no format fits is no fault here: its columns can be mapped. */
export async function inspectFile({
  name,
  path,
}: Pick<ImportSource, 'name' | 'path'>): Promise<FileInspection> {
  const preview = new Preview();
  const sink = onlyFirstRows(preview);
  const look = async (format?: string) => {
    const options = { name, ...(format === undefined ? {} : { format }) };
    return summaryOf(name, await readTableFile(path, options, sink));
  };
  try {
    const { format, unused, models, labels } = await look();
    return { format, ...tableOf(preview), unused, models, labels };
  } catch (error) {
    if (!isArenaError(error)) throw error;
    // rows as they stand, under any name of a format
    if (error.code === 'unknown_format') await look('plain').catch(() => {});
    return { format: null, ...tableOf(preview), unused: [], models: [], labels: [] };
  }
}

function tableOf(preview: Preview): Pick<FileInspection, 'columns' | 'rows'> {
  const { columns, rows } = preview.present();
  return { columns, rows };
}

function onlyFirstRows(preview: Preview): RowSink {
  return {
    scale: 1,
    wantsTexts: false,
    startRow(values) {
      if (values !== null) preview.row(0, values);
    },
    prompt() {},
    answer() {},
    comparison() {},
    ranking() {},
    score() {},
    refuse() {},
    passOver() {},
  };
}
