import { readdir, readFile } from 'node:fs/promises';
import type { InstrumentSource } from '@agon/arena';
import { type Instrument, parseInstrument } from '@agon/judging';

/** Folder of the instruments that come with Agon. */
export const BUILT_IN_JUDGES = new URL('../../../judges/', import.meta.url);

/** Reads `judge.md` of each folder below `folder`. @throws ArenaError('judge_invalid') with file and line */
export function instrumentFiles(folder: URL = BUILT_IN_JUDGES): InstrumentSource {
  return {
    async all() {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      const instruments: Instrument[] = [];
      for (const name of names.sort()) {
        instruments.push(
          parseInstrument(
            await readFile(new URL(`${name}/judge.md`, folder), 'utf8'),
            `judges/${name}/judge.md`,
          ),
        );
      }
      return instruments;
    },
  };
}
