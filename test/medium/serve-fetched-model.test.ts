import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeTinyDecoder } from '../../packages/inference/src/onnx/samples/tiny-decoder.ts';
import { runAgon } from './arena-process.ts';
import { type HubServer, serveHub } from './hub-server.ts';

const REPO = 'someone/tiny-model';
let [hub, root]: [HubServer, string] = [undefined as never, ''];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'agon-fetched-'));
  const source = join(root, 'source');
  writeTinyDecoder(source, { groupQuery: true, external: true, saysLetters: true });
  const names = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(source.length + 1)
        .split(sep)
        .join('/'),
    );
  hub = await serveHub(REPO, new Map(names.map((name) => [name, readFileSync(join(source, name))])));
});
afterEach(async () => {
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

it('a model that `agon models get` fetched is served by `agon judge serve`, and asked without the hub', async () => {
  const get = runAgon(['models', 'get', REPO, '--json', '--data', root], {
    env: { HF_ENDPOINT: hub.url, HF_TOKEN: '' },
  });
  expect(await get.ended).toBe(0);
  const folder = String(get.events[0]?.folder);
  expect(folder.startsWith(root)).toBe(true);
  await hub.close();

  const serve = runAgon(['judge', 'serve', '--onnx', folder, '--threads', '1', '--memory', '64', '--json'], {
    env: { HF_ENDPOINT: hub.url },
  });
  try {
    const ready = await serve.event('ready');
    expect(ready).toMatchObject({
      model: 'tiny-model',
      execution_provider: 'cpu',
      piece_tokens: expect.any(Number),
      attention: 'provider',
      memory: { most_bytes: 64 * 2 ** 20, rows: 8 },
    });
    const reply = await fetch(`${ready.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'tiny-model',
        messages: [{ role: 'user', content: 'w3 w7' }],
        temperature: 0,
        max_tokens: 1,
        logprobs: true,
        top_logprobs: 2,
      }),
    });
    expect(reply.status).toBe(200);
    const { choices } = (await reply.json()) as {
      readonly choices: readonly {
        readonly message: { readonly content: string };
        readonly logprobs: { readonly content: readonly { readonly top_logprobs: readonly object[] }[] };
      }[];
    };
    expect(choices[0]?.message.content).toMatch(/^[AB]$/);
    expect(choices[0]?.logprobs.content[0]?.top_logprobs).toEqual([
      expect.objectContaining({ token: expect.stringMatching(/^[AB]$/) }),
      expect.objectContaining({ token: expect.stringMatching(/^[AB]$/) }),
    ]);
    const metrics = await (await fetch(String(ready.url).replace(/\/v1$/, '/metrics'))).text();
    expect(metrics).toMatch(/^agon_model_memory_bytes [1-9]\d*$/m);
    expect(metrics).toMatch(/^agon_model_memory_limit_bytes 67108864$/m);
  } finally {
    serve.child.kill('SIGTERM');
  }
  expect(await serve.ended).toBe(0);
});
