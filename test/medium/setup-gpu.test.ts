import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAgon } from './arena-process.ts';
import { describeWheel, makeWheel, noise, type StandIn, serveWheels } from './wheel-server.ts';

const PROVIDER: readonly StandIn[] = [
  { member: 'onnxruntime/capi/other.txt', content: Buffer.from('not wanted') },
  { member: 'onnxruntime/capi/libonnxruntime_providers_shared.so', content: noise(5_000), stored: true },
  { member: 'onnxruntime/capi/libonnxruntime_providers_cuda.so', content: noise(600_000) },
];
const CUDA: readonly StandIn[] = [
  { member: 'nvidia/cu13/lib/libcudart.so.13', content: Buffer.alloc(50_000, 'cuda') },
];
const FILES = ['provider-1-cp312.whl', 'cuda-1-py3.whl'] as const;

let root: string;
let wheels: Map<string, Buffer>;
let server: Awaited<ReturnType<typeof serveWheels>>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'agon-gpu-'));
  wheels = new Map([
    [FILES[0], makeWheel(PROVIDER)],
    [FILES[1], makeWheel(CUDA)],
  ]);
  server = await serveWheels(wheels);
  const pinned = [describeWheel('provider', FILES[0], PROVIDER), describeWheel('cuda', FILES[1], CUDA)];
  writeFileSync(join(root, 'wheels.json'), JSON.stringify(pinned));
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function start(...args: readonly string[]) {
  const all = ['setup-gpu', '--json', '--data', root, '--wheels', join(root, 'wheels.json'), ...args];
  return runAgon(all, { env: { PIP_INDEX_URL: server.index, AGON_GPU_LIBRARIES: '' } });
}

async function setUp(...args: readonly string[]) {
  const process = start(...args);
  const code = await process.ended;
  return { code, said: process.events[0]!, errors: process.errors() };
}

const library = (name: string) => readFileSync(join(root, 'gpu', 'lib', name));
const CUDA_PROVIDER = 'libonnxruntime_providers_cuda.so';

// there are libraries for Linux on x64 only
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('agon setup-gpu', () => {
  it('fetches nothing before the licence is accepted', async () => {
    const { code, said, errors } = await setUp();
    expect(code).toBe(2);
    expect(said).toMatchObject({ error: { code: 'consent_required' } });
    expect(errors).toContain(FILES[0]);
    expect(existsSync(join(root, 'gpu'))).toBe(false);
  });

  it('takes the libraries out of the wheels, and nothing twice', async () => {
    const first = await setUp('--yes');
    expect(first.errors).not.toContain('agon:');
    expect(first.code).toBe(0);
    expect(first.said).toMatchObject({ folder: join(root, 'gpu'), complete: true });
    for (const { member, content } of [...PROVIDER.slice(1), ...CUDA])
      expect(library(member.split('/').at(-1)!), member).toEqual(content);
    expect(readdirSync(join(root, 'gpu', 'lib')).length).toBe(3);
    server.state.sent = 0;
    const second = await setUp('--yes');
    expect((second.said.libraries as { state: string }[]).map(({ state }) => state)).toEqual(
      Array(3).fill('kept'),
    );
    expect(server.state.sent).toBe(0);
  });

  it('puts an onnxruntime-node there that doctor tries, whose provider is looked for in that folder', async () => {
    expect((await setUp('--yes')).code).toBe(0);
    const doctor = runAgon(['doctor', '--gpu', '--json', '--data', root, '--port', '0'], {
      env: { AGON_GPU_LIBRARIES: '' },
    });
    await doctor.ended;
    const { checks } = doctor.events[0] as { checks: { name: string; ok: boolean; found: string }[] };
    const cuda = checks.find(({ name }) => name === 'cuda provider')!;
    // the stand-ins are no libraries: what is in the folder was opened, and not what came with npm
    expect(cuda.ok).toBe(false);
    expect(cuda.found).not.toContain('is missing');
  });

  it('goes on after a cut connection, and after a kill', async () => {
    server.state.cutAfter = 300_000;
    server.state.slow = true;
    const killed = start('--yes');
    await expect.poll(() => server.state.sent, { timeout: 20_000 }).toBeGreaterThan(400_000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(server.state.cutAfter).toBe(null);
    server.state.sent = 0;
    server.state.slow = false;
    expect((await setUp('--yes')).code).toBe(0);
    expect(library(CUDA_PROVIDER)).toEqual(PROVIDER[2]!.content);
    // of 600 kB; the ends of both wheels are read again, and are all of the small one
    expect(server.state.sent).toBeLessThan(500_000);
  });

  it('throws away what is not what was pinned', async () => {
    const changed = PROVIDER.map((each) =>
      each.member.endsWith(CUDA_PROVIDER) ? { ...each, content: noise(600_000) } : each,
    );
    wheels.set(FILES[0], makeWheel(changed));
    const { code, said } = await setUp('--yes');
    expect(code).toBe(2);
    expect(said).toMatchObject({
      error: { code: 'invalid_file', message: expect.stringContaining('wrong checksum') },
    });
    expect(readdirSync(join(root, 'gpu', 'lib'))).toEqual(['libonnxruntime_providers_shared.so']);
    expect(existsSync(join(root, 'gpu', 'node_modules'))).toBe(false);
  });

  it('says that an index has no such wheel', async () => {
    wheels.delete(FILES[1]);
    const { said } = await setUp('--yes');
    expect(said).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining(FILES[1]) },
    });
  });
});
