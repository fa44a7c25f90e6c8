import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'agon-main-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = 'model_a,model_b,winner\n';
const ROWS = 'x,y,model_a\ny,x,model_a\nx,y,tie\n';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
}

/** Long enough for the process to have begun to read. */
const BEGUN = 800;

describe('agon as a process', () => {
  it('waits for a pipe that has nothing yet', async () => {
    const child = start(['rank', '-', '--json']);
    const out = text(child.stdout);
    await setTimeout(BEGUN);
    child.stdin.write(HEADER + ROWS);
    await setTimeout(50);
    child.stdin.end(ROWS);
    expect(JSON.parse(await out)).toMatchObject({ comparisons: { read: 6, used: 6 } });
  });

  it('ends in silence at Ctrl-C', async () => {
    const child = start(['rank', '-', '--json']);
    const [out, err] = [text(child.stdout), text(child.stderr)];
    child.stdin.write(HEADER + ROWS);
    await setTimeout(BEGUN);
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close');
    expect([code, signal, await out, await err]).toEqual([null, 'SIGINT', '', '']);
  });

  it.skipIf(process.platform === 'win32')('reads a named pipe once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const child = start(['rank', pipe, '--json']);
    const out = text(child.stdout);
    await writeFile(pipe, HEADER + ROWS);
    expect(JSON.parse(await out)).toMatchObject({ comparisons: { read: 3 } });
  });

  it.skipIf(!existsSync('/dev/full'))('says in a line that its output cannot be written', async () => {
    const path = join(folder, 'few.csv');
    writeFileSync(path, HEADER + ROWS);
    for (const more of [[], ['--json']]) {
      const full = openSync('/dev/full', 'w');
      const child = spawn(process.execPath, [MAIN, 'rank', path, ...more], {
        stdio: ['ignore', full, 'pipe'],
      });
      const err = text(child.stderr!);
      const [code] = await once(child, 'close');
      closeSync(full);
      expect(code).toBe(2);
      expect(await err).toMatch(/^agon: The output cannot be written: ENOSPC[^\n]*$/m);
      expect(await err).not.toMatch(/^ +at /m);
    }
  });

  it('does not mind a reader that has seen enough', async () => {
    const path = join(folder, 'many.csv');
    const models = Array.from({ length: 400 }, (_, at) => `model-${at}-${'m'.repeat(200)}`);
    const lines = models.flatMap((model, at) => {
      const next = models[(at + 1) % models.length];
      return [`${model},${next},model_a`, `${model},${next},model_b`];
    });
    writeFileSync(path, HEADER + lines.join('\n'));
    const child = start(['rank', path, '--interval', 'none']);
    child.stdout.destroy();
    const err = text(child.stderr);
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(await err).not.toMatch(/EPIPE| at /);
  });
});
