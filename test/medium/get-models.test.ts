import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAgon } from './arena-process.ts';
import { COMMIT, type HubServer, serveHub } from './hub-server.ts';

const REPO = 'someone/small-model';
const WEIGHTS = 'onnx/model.onnx_data';
const files = new Map<string, Buffer>([
  ['.gitattributes', Buffer.from('*.onnx filter=lfs')],
  ['README.md', Buffer.from('A model.')],
  ['LICENSE', Buffer.from('Do as you like.')],
  ['config.json', Buffer.from('{"model_type":"llama","eos_token_id":2}')],
  ['tokenizer.json', Buffer.from(`{"version":"1.0","filler":"${'x'.repeat(3000)}"}`)],
  ['tokenizer_config.json', Buffer.from('{"chat_template":"{{ messages }}"}')],
  ['onnx/model.onnx', randomBytes(5000)],
  [WEIGHTS, randomBytes(900_000)],
  ['onnx/model_q4.onnx', randomBytes(4000)],
  ['model.safetensors', randomBytes(2000)],
]);

let [hub, root]: [HubServer, string] = [undefined as never, ''];

beforeEach(async () => {
  hub = await serveHub(REPO, files);
  root = mkdtempSync(join(tmpdir(), 'agon-models-'));
});

afterEach(async () => {
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

function start(args: readonly string[]) {
  return runAgon(['models', 'get', ...args, '--json', '--data', root], {
    env: { HF_ENDPOINT: hub.url, HF_TOKEN: '' },
  });
}

async function get(...args: readonly string[]) {
  const process = start(args);
  const code = await process.ended;
  return { code, said: process.events[0]!, lines: process.events.length, errors: process.errors() };
}

describe('agon models get', () => {
  it('fetches what a model needs and nothing else, tells the sizes before, and fetches nothing twice', async () => {
    const first = await get(REPO);
    expect(first.errors).toContain('onnx/model.onnx_data: 900 kB\n');
    expect(first.errors).toMatch(/\d+ kB in 6 files/);
    expect(first.code).toBe(0);
    expect(first.lines).toBe(1);
    const folder = join(root, 'models', REPO);
    expect(first.said).toMatchObject({
      repo: REPO,
      revision: 'main',
      commit: COMMIT,
      folder,
      complete: true,
    });
    for (const path of ['config.json', 'tokenizer.json', 'LICENSE', 'onnx/model.onnx', WEIGHTS]) {
      expect(readFileSync(join(folder, path)), path).toEqual(files.get(path));
    }
    expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model.onnx', 'model.onnx_data']);
    expect(existsSync(join(folder, 'model.safetensors'))).toBe(false);
    hub.sent.clear();
    const second = await get(`${REPO}@v1`);
    expect(second.said).toMatchObject({ complete: true, files: expect.arrayContaining([]) });
    expect((second.said.files as { state: string }[]).map(({ state }) => state)).toEqual(
      Array(6).fill('kept'),
    );
    expect(hub.sent.size).toBe(0);
  });

  it('goes on after a cut connection where it stopped', async () => {
    hub.cuts.set(WEIGHTS, 500_000);
    const { code } = await get(REPO);
    expect(code).toBe(0);
    expect(hub.cuts.size).toBe(0);
    expect(readFileSync(join(root, 'models', REPO, WEIGHTS))).toEqual(files.get(WEIGHTS));
    // what was on its way when the connection ended may be sent again
    expect(hub.sent.get(WEIGHTS)).toBeLessThan(900_000 + 500_000);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('resumes after %s', async (signal) => {
    hub.slowness = 10_000;
    const killed = start([REPO]);
    await expect.poll(() => hub.sent.get(WEIGHTS) ?? 0, { timeout: 20_000 }).toBeGreaterThan(300_000);
    killed.child.kill(signal);
    expect(await killed.ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 1);
    if (signal === 'SIGINT') expect(killed.events[0]).toMatchObject({ complete: false });
    expect(existsSync(join(root, 'models', REPO, WEIGHTS))).toBe(false);
    hub.slowness = null;
    hub.sent.clear();
    expect((await get(REPO)).code).toBe(0);
    expect(hub.sent.get(WEIGHTS)).toBeLessThan(700_000);
    expect(readFileSync(join(root, 'models', REPO, WEIGHTS))).toEqual(files.get(WEIGHTS));
  });

  it('throws away what arrives with a wrong checksum', async () => {
    hub.spoilt.add(WEIGHTS);
    const { code, said } = await get(REPO);
    expect(code).toBe(2);
    expect(said).toMatchObject({ error: { code: 'invalid_file' } });
    expect(readdirSync(join(root, 'models', REPO, 'onnx'))).toEqual(['model.onnx']);
  });

  it('takes what is there when the hub is away', async () => {
    expect((await get(REPO)).code).toBe(0);
    await hub.close();
    const offline = await get(REPO);
    expect(offline.errors).toContain('cannot be reached');
    expect(offline.said).toMatchObject({ commit: COMMIT, complete: true });
    const other = await get(`${REPO}@v2`);
    expect(other.said).toMatchObject({ error: { code: 'provider_unreachable' } });
    hub = await serveHub(REPO, files);
  });

  it('takes another file by its name or its type of weights', async () => {
    const named = await get(REPO, '--file', 'model_q4.onnx', '--dir', join(root, 'other'));
    expect(named.said).toMatchObject({ folder: join(root, 'other'), file: 'onnx/model_q4.onnx' });
    expect(readdirSync(join(root, 'other', 'onnx'))).toEqual(['model_q4.onnx']);
    expect((await get(REPO, '--dtype', 'q4')).said).toMatchObject({ file: 'onnx/model_q4.onnx' });
  });

  it.each([
    ['someone/nothing', 'not_found', 'There is no model someone/nothing'],
    ['closed/model', 'provider_refused', 'accepted its terms'],
    [`${REPO}@elsewhere`, 'not_found', 'no revision "elsewhere"'],
    ['nonsense', 'unknown_option', 'names no repository'],
    ['../../etc', 'unknown_option', 'names no repository'],
  ])('says what is wrong with %s', async (repo, code, message) => {
    const refused = await get(repo);
    expect(refused.code).toBe(2);
    expect(refused.said).toMatchObject({ error: { code, message: expect.stringContaining(message) } });
    expect(existsSync(join(root, 'models'))).toBe(false);
  });
});
