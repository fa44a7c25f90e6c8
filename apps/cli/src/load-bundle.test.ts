import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../scripts/bundle.ts';
import { isCurrent, loadBundle } from './load-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-bundle-'));
const bundle = join(folder, 'build');
const SOURCE = fileURLToPath(new URL('./run-agon.ts', import.meta.url));

beforeAll(() => writeBundle(bundle), 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runAgon(module: string, ...args: readonly string[]) {
  const url = JSON.stringify(pathToFileURL(module).href);
  const script = `import(${url}).then(async (agon) => { process.exitCode = await agon.runAgon(process.argv.slice(1)); })`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, '--', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the bundle of verbs that work on files', () => {
  it('says what the sources say', () => {
    const file = join(folder, 'votes.csv');
    writeFileSync(
      file,
      `model_a,model_b,winner,judge\n${'x,y,model_a,r\ny,z,model_b,s\nz,x,tie,r\n'.repeat(9)}`,
    );
    for (const args of [
      ['rank', file, '--json'],
      ['rank', file, '--interval', 'bootstrap', '--method', 'elo', '--json'],
      ['raters', file, '--json'],
    ]) {
      const said = runAgon(join(bundle, 'run-agon.mjs'), ...args);
      expect(said).toEqual(runAgon(SOURCE, ...args));
      expect(JSON.parse(said.stdout)).not.toHaveProperty('error');
    }
  });

  it('is left where a source has changed since', () => {
    const at = pathToFileURL(`${bundle}/`);
    expect(isCurrent(at)).toBe(true);
    const source = join(folder, 'source.ts');
    writeFileSync(source, '');
    utimesSync(source, 1, 1);
    writeFileSync(join(bundle, 'sources.json'), JSON.stringify({ '../source.ts': [0, 1000] }));
    expect(isCurrent(at)).toBe(true);
    utimesSync(source, 2, 2);
    expect(isCurrent(at)).toBe(false);
    rmSync(source);
    expect(isCurrent(at)).toBe(false);
    expect(isCurrent(pathToFileURL(`${folder}/`))).toBe(false);
  });

  it('is not for verbs that meet a server', async () => {
    for (const argv of [[], ['start'], ['rank', '--campaign', 'x'], ['agreement', '--campaign=x']])
      expect(await loadBundle(argv)).toBeNull();
  });
});
