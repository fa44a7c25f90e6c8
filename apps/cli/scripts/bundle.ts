import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { BundleSources } from '../src/load-bundle.ts';

/** What verbs on files never load. */
const LEFT_OUT = [
  /^@agon\/(api|client|database|inference|judging)/,
  /^@huggingface\//,
  /\/(with-server|verbs\/(?!rank|agreement|raters)[a-z-]+)\.ts$/,
];

/** Writes `run-agon.mjs`, its chunks, and `sources.json`, by which a stale bundle is known. @param folder absolute */
export async function writeBundle(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const build = await rolldown({
    input: fileURLToPath(new URL('../src/run-agon.ts', import.meta.url)),
    platform: 'node',
    external: LEFT_OUT,
    plugins: [
      {
        // threads and files are found from where their module stands in the source
        name: 'source-urls',
        transform: (code, id) =>
          code.includes('import.meta.url')
            ? code.replaceAll(
                'import.meta.url',
                `new URL(${JSON.stringify(fromFolder(folder, id))}, import.meta.url).href`,
              )
            : null,
      },
    ],
  });
  await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  // a change of packages runs this again
  const files = (await build.watchFiles).filter((file) => !file.includes(`${sep}node_modules${sep}`));
  await build.close();
  const sources: BundleSources = Object.fromEntries(
    files.map((file) => {
      const { size, mtimeMs } = statSync(file);
      return [fromFolder(folder, file), [size, mtimeMs]];
    }),
  );
  writeFileSync(join(folder, 'sources.json'), JSON.stringify(sources));
}

function fromFolder(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}
