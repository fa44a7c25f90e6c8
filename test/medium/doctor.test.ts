import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@agon/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAgon } from './arena-process.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'agon-doctor-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

type Check = { name: string; ok: boolean; found: string; advice: string | null };

async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: unknown; check(name: string): Check }> {
  const process = runAgon(['doctor', '--json', ...args], { env });
  const code = await process.ended;
  const { checks } = process.events[0] as { checks: Check[] };
  return {
    code,
    check: (name) => checks.find((check) => check.name === name)!,
  };
}

describe('agon doctor', () => {
  it('finds nothing wrong with this machine, and makes no folder', async () => {
    const data = join(root, 'later');
    const { code, check } = await doctor(['--data', data, '--port', '0']);
    expect(check('node')).toMatchObject({ ok: true });
    expect(check('embedded PostgreSQL').found).toMatch(/^PostgreSQL 18 for \S+, run as /);
    expect(check('data folder')).toMatchObject({ ok: true, found: `${data} (will be made)` });
    expect(code).toBe(0);
    expect(existsSync(data)).toBe(false);
  });

  it('finds a file for a folder, a newer folder, a taken port', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const first = await doctor(['--data', file, '--port', String(port)]);
    server.close();
    expect(first.code).toBe(1);
    expect(first.check('data folder')).toMatchObject({ ok: false, found: `${file} is a file` });
    expect(first.check('port')).toMatchObject({ ok: false, advice: expect.stringContaining('--port 0') });
    const newer = join(root, 'newer');
    mkdirSync(join(newer, 'postgres'), { recursive: true });
    writeFileSync(join(newer, 'postgres', 'PG_VERSION'), '99\n');
    const second = await doctor(['--data', newer]);
    expect(second.check('data folder')).toMatchObject({
      ok: false,
      found: expect.stringContaining('PostgreSQL 99'),
    });
  });

  it('reaches the server at DATABASE_URL, or says why not', async () => {
    const database = await createTestDatabase();
    const reached = await doctor(['--port', '0'], { DATABASE_URL: database.url });
    expect(reached.check('database').found).toMatch(/^PostgreSQL \d\d at DATABASE_URL, up to date$/);
    await database.drop();
    const gone = await doctor(['--port', '0'], { DATABASE_URL: database.url });
    expect(gone.check('database')).toMatchObject({
      ok: false,
      found: expect.stringContaining('There is no database'),
      advice: expect.stringContaining('createdb'),
    });
  });

  it('tries the GPU in a process of its own, and says what is missing', async () => {
    const { code, check } = await doctor(['--gpu', '--port', '0'], { PATH: '/nowhere' });
    expect(check('gpu')).toMatchObject({ ok: false });
    // onnxruntime-node comes without the provider: no machine passes before `agon setup-gpu`
    expect(check('cuda provider')).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^(libonnxruntime_providers_shared\.so is missing|none for )/),
      advice: expect.stringMatching(/setup-gpu|docs\/gpu\.md/),
    });
    expect(code).toBe(1);
  });
});

describe('agon migrate', { timeout: 120_000 }, () => {
  it('says what is missing without making anything, and applies it', async () => {
    const data = join(root, 'arena');
    const before = runAgon(['migrate', 'status', '--data', data, '--json']);
    expect(await before.ended).toBe(0);
    const { pending } = before.events[0] as { pending: string[] };
    expect(before.events).toEqual([{ applied: 0, pending, newer: false }]);
    expect(pending.length).toBeGreaterThan(0);
    expect(existsSync(data)).toBe(false);
    const up = runAgon(['migrate', 'up', '--data', data, '--json']);
    expect(await up.ended).toBe(0);
    const done = [{ applied: pending.length, pending: [], newer: false }];
    expect(up.events).toEqual(done);
    const after = runAgon(['migrate', '--data', data, '--json']);
    expect(await after.ended).toBe(0);
    expect(after.events).toEqual(done);
    expect(existsSync(join(data, 'postgres', 'postmaster.pid'))).toBe(false);
  });
});
