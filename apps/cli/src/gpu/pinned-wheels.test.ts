import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { CUDA_LIBRARIES } from '@agon/inference/onnx';
import { describe, expect, it } from 'vitest';
import { PINNED_WHEELS, PROVIDER_VERSION } from './pinned-wheels.ts';

describe('PINNED_WHEELS', () => {
  it('has the provider of the onnxruntime-node that is installed', () => {
    const { version } = createRequire(import.meta.resolve('@agon/inference/onnx'))(
      'onnxruntime-node/package.json',
    ) as { version: string };
    expect(PROVIDER_VERSION).toBe(version);
  });

  it('brings every library that is opened before the provider', () => {
    const names = PINNED_WHEELS.flatMap(({ libraries }) => libraries.map(({ member }) => basename(member)));
    expect(names).toEqual(expect.arrayContaining([...CUDA_LIBRARIES]));
  });
});
