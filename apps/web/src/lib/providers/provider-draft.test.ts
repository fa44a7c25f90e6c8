import { addProviderSchema, changeProviderSchema, type ProviderJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { addBody, changeBody, draftOf, dropsKey, withPreset } from './provider-draft.ts';

const stored: ProviderJson = {
  name: 'lab',
  base_url: 'http://10.0.0.4:8000/v1',
  preset: 'vllm',
  key: 'set',
  key_env: null,
  key_end: 'wxyz',
  limits: { concurrency: 16, calls_per_minute: null, timeout_seconds: 60 },
  capabilities: null,
  checked_at: null,
  created_at: '2026-11-30T12:00:00Z',
};

describe('withPreset', () => {
  it('fills in what the preset knows', () => {
    const draft = withPreset(draftOf(null), 'groq');
    expect(draft).toMatchObject({
      name: 'groq',
      baseUrl: 'https://api.groq.com/openai/v1',
      keyKind: 'env',
      keyName: 'GROQ_API_KEY',
    });
    expect(withPreset(draft, 'ollama')).toMatchObject({
      name: 'ollama',
      baseUrl: 'http://127.0.0.1:11434/v1',
      keyKind: 'none',
      keyName: '',
    });
    expect(withPreset(draft, 'custom')).toMatchObject({
      name: '',
      baseUrl: '',
      keyKind: 'none',
      keyName: '',
    });
  });

  it('keeps what somebody wrote', () => {
    const own = { ...draftOf(null), name: 'ours', keyKind: 'stored' as const, keyName: 'OUR_KEY' };
    expect(withPreset(own, 'groq')).toMatchObject({ name: 'ours', keyKind: 'stored', keyName: 'OUR_KEY' });
    const address = { ...withPreset(draftOf(null), 'custom'), baseUrl: 'http://lab/v1' };
    expect(withPreset(address, 'custom').baseUrl).toBe('http://lab/v1');
  });
});

describe('what is sent', () => {
  it('holds one key at most, and passes the contract', () => {
    const draft = { ...draftOf(null), keyName: 'OPENAI_API_KEY', key: 'sk-1' };
    expect(addBody({ ...draft, keyKind: 'env' })).toMatchObject({
      api_key_env: 'OPENAI_API_KEY',
      api_key: null,
    });
    expect(addBody({ ...draft, keyKind: 'stored' })).toMatchObject({ api_key_env: null, api_key: 'sk-1' });
    expect(addBody({ ...draft, keyKind: 'none' })).toMatchObject({ api_key_env: null, api_key: null });
    for (const keyKind of ['env', 'stored', 'none'] as const)
      expect(addProviderSchema.safeParse(addBody({ ...draft, keyKind })).success).toBe(true);
  });

  it('leaves a key that is kept out of a change', () => {
    const body = changeBody(draftOf(stored));
    expect(body).toEqual({
      preset: 'vllm',
      base_url: 'http://10.0.0.4:8000/v1',
      limits: { concurrency: 16, calls_per_minute: null, timeout_seconds: 60 },
    });
    expect(changeProviderSchema.safeParse(body).success).toBe(true);
    expect(changeBody({ ...draftOf(stored), keyKind: 'none' })).toMatchObject({
      api_key: null,
      api_key_env: null,
    });
    const inVariable = changeBody({ ...draftOf(stored), keyKind: 'env', keyName: 'LAB_KEY' });
    expect(inVariable).toMatchObject({ api_key_env: 'LAB_KEY' });
    expect(inVariable).not.toHaveProperty('api_key');
  });
});

describe('dropsKey', () => {
  it.each([
    ['as it was', {}, false],
    ['a slash more at the end', { baseUrl: 'http://10.0.0.4:8000/v1/' }, false],
    ['another address', { baseUrl: 'http://10.0.0.5:8000/v1' }, true],
    [
      'another address with its key',
      { baseUrl: 'http://10.0.0.5:8000/v1', keyKind: 'stored' as const, key: 'sk-2' },
      false,
    ],
  ])('%s', (_name, change, dropped) => {
    expect(dropsKey({ ...draftOf(stored), ...change }, stored)).toBe(dropped);
  });

  it('says nothing where no key is stored', () => {
    const open = { ...stored, key: 'none' as const };
    expect(dropsKey({ ...draftOf(open), baseUrl: 'http://other/v1' }, open)).toBe(false);
  });
});
