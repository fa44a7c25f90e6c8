import { readdir, readFile } from 'node:fs/promises';
import type { JudgeCatalogue } from '@agon/arena';
import { type Judge, parseJudge } from '@agon/judging';

/** Folder of the judges that come with Agon. */
export const BUILT_IN_JUDGES = new URL('../../../judges/', import.meta.url);

/** Reads `judge.md` of each folder below `folder`. @throws ArenaError('judge_invalid') with file and line */
export function judgeFiles(folder: URL = BUILT_IN_JUDGES): JudgeCatalogue {
  return {
    async all() {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      const judges: Judge[] = [];
      for (const name of names.sort()) {
        judges.push(
          parseJudge(await readFile(new URL(`${name}/judge.md`, folder), 'utf8'), `judges/${name}/judge.md`),
        );
      }
      return judges;
    },
  };
}
