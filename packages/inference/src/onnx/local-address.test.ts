import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isArenaError } from '@agon/domain';
import { afterAll, describe, expect, it } from 'vitest';
import { createProviderRules } from '../provider-rules.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-address-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
for (const name of ['models/small', 'models-of-others/small']) {
  mkdirSync(join(scratch, name), { recursive: true });
  writeFileSync(join(scratch, name, 'config.json'), '{}');
}
const rules = createProviderRules({
  environment: { AGON_MODEL_FOLDERS: `${scratch}/models, ` },
  ownPorts: () => [],
});
const ruleOf = (address: string, by: 'owner' | 'administrator') => {
  try {
    return rules.checkAddress(address, by);
  } catch (error) {
    return isArenaError(error) ? error.code : error;
  }
};

describe('the address of a model on this machine', () => {
  it.each([
    ['owner', 'models/small', 'taken'],
    ['owner', 'models-of-others/small', 'taken'],
    ['owner', 'models/none', 'not_found'],
    ['administrator', 'models/small', 'taken'],
    ['administrator', 'models-of-others/small', 'provider_forbidden'],
    // what is there is not told to who may not look
    ['administrator', 'models-of-others/none', 'provider_forbidden'],
    ['administrator', 'models/none', 'not_found'],
    ['administrator', 'models/../models-of-others/small', 'invalid_request'],
    ['owner', 'models/small/', 'invalid_request'],
  ] as const)('%s names %s: %s', (by, path, expected) => {
    const address = `onnx:${scratch}/${path}`;
    expect(ruleOf(address, by)).toEqual(
      expected === 'taken' ? { baseUrl: address, allowsPrivate: false } : expected,
    );
  });

  it.each(['onnx:models/small', 'onnx:', 'onnx:/models\0/small', 'onnx:./small'])('refuses %s', (address) => {
    expect(ruleOf(address, 'owner')).toBe('invalid_request');
  });
});
