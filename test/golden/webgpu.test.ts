import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ModelInfo } from '@agon/inference/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyDecoder } from '../../packages/inference/src/onnx/samples/tiny-decoder.ts';
import { unpackSoftwareVulkan, whyNoSoftwareVulkan } from './software-vulkan.ts';
import type { Findings } from './webgpu-child.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-webgpu-'));
const folder = join(scratch, 'tiny');
const whyNot = whyNoSoftwareVulkan();
let device: Readonly<Record<string, string>> = {};

/** Runs `webgpu-child.ts` on a small decoder with GroupQueryAttention. Most of its time goes into making shaders ready. */
async function run<T>(what: 'compare' | 'auto', environment: Readonly<Record<string, string>>) {
  const { AGON_GPU_LIBRARIES: _none, ...own } = process.env;
  const script = fileURLToPath(new URL('./webgpu-child.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, folder, what], {
    env: { ...own, ...environment },
  });
  return { found: JSON.parse(stdout) as T, stderr };
}

describe.skipIf(whyNot !== null)(
  `WebGPU on a device in software${whyNot === null ? '' : ` (${whyNot})`}`,
  () => {
    beforeAll(() => {
      const vulkan = join(scratch, 'vulkan');
      mkdirSync(vulkan);
      device = unpackSoftwareVulkan(vulkan);
      writeTinyDecoder(folder, { groupQuery: true, sharpAttention: true });
    });
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));

    it('computes long runs wrongly, is read in pieces that it computes rightly, and else refused', async () => {
      const { found } = await run<Findings>('compare', device);
      // without this the rest would show nothing
      expect(found.oneRun).toBeGreaterThan(0.1);
      expect(found.asked).toBeLessThan(0.001);
      expect(found.together).toBeLessThan(0.001);
      expect(found.info).toMatchObject({
        executionProvider: 'webgpu',
        reading: { pieceTokens: 31, attention: 'provider' },
        fingerprint: expect.stringMatching(/^onnx-[0-9a-f]{16}-float32-webgpu-p31$/),
        notes: [expect.stringMatching(/in pieces of 64 tokens, .* in pieces of 31 tokens/)],
      });
      expect(found.ways).toEqual([
        expect.stringMatching(/^provider_refused: webgpu computes this model wrongly/),
        'pieces of 64, attention: cpu',
      ]);
    }, 120_000);

    it('is left for the processor by auto, with the reasons', async () => {
      const { found } = await run<ModelInfo>('auto', device);
      expect(found.executionProvider).toBe('cpu');
      expect(found.notes.at(-1)).toMatch(/^webgpu takes [\d.]+ times as long as the processor/);
    }, 60_000);
  },
);

it('loads on the processor by auto where there is no device, and says why on no other', async () => {
  writeTinyDecoder(folder, { groupQuery: true });
  const { found } = await run<ModelInfo>('auto', { VK_ICD_FILENAMES: join(scratch, 'none.json') });
  expect(found).toMatchObject({
    executionProvider: 'cpu',
    reading: { attention: 'provider' },
    fingerprint: expect.stringMatching(/^onnx-[0-9a-f]{16}-float32-cpu-(?:p64|rows)$/),
  });
  expect(found.notes.map((note) => note.match(/cuda|tensorrt|webgpu|coreml|dml/)?.[0])).toEqual(
    process.platform === 'linux' ? ['cuda', 'tensorrt', 'webgpu'] : expect.any(Array),
  );
});
