import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CUDA_LIBRARIES, runtimeFolders } from '@agon/inference/cuda';
import { describe, expect, it } from 'vitest';
import { PINNED_WHEELS, PROVIDER_VERSION } from './pinned-wheels.ts';

describe('PINNED_WHEELS', () => {
  it('has the provider of the onnxruntime-node that is installed', () => {
    const { version } = JSON.parse(readFileSync(join(runtimeFolders().runtime, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(PROVIDER_VERSION).toBe(version);
  });

  it('brings every library that is opened before the provider', () => {
    const names = PINNED_WHEELS.flatMap(({ libraries }) => libraries.map(({ member }) => basename(member)));
    expect(names).toEqual(expect.arrayContaining([...CUDA_LIBRARIES]));
  });
});
