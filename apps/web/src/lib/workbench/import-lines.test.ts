import type { ImportEvent } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { ImportLines, refusalOf } from './import-lines.ts';

const progress = (stage: 'waiting' | 'reading' | 'writing', done: number, total: number) =>
  ({ kind: 'progress', stage, done, total }) satisfies ImportEvent;
const refused = {
  kind: 'refused',
  problem: {
    type: 'about:blank',
    title: 'x',
    status: 400,
    code: 'unknown_format',
    detail: 'odd.csv is in no known format.',
    hint: 'Choose one.',
    at: null,
    retry_after_ms: null,
  },
} as unknown as ImportEvent;
const lines = (...events: ImportEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

describe('ImportLines', () => {
  it('hands on each whole line once, however the text is cut', () => {
    const seen: string[] = [];
    const reader = new ImportLines(({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`));
    const text = lines(progress('waiting', 2, 2), progress('reading', 5, 9), progress('writing', 1, 3));
    for (let end = 0; end <= text.length; end += 7) reader.take(text.slice(0, end));
    reader.take(text);
    expect(seen).toEqual(['waiting 2/2', 'reading 5/9', 'writing 1/3']);
  });

  it('a refusal is thrown with its hint', () => {
    const reader = new ImportLines(() => {});
    reader.take(lines(progress('reading', 1, 1), refused));
    expect(() => reader.result()).toThrowError(
      expect.objectContaining({ code: 'unknown_format', hint: 'Choose one.' }),
    );
  });

  it('a stream that broke off is no result', () => {
    const reader = new ImportLines(() => {});
    reader.take(`${lines(progress('writing', 1, 2))}{"kind":"done"`);
    expect(() => reader.result()).toThrowError(expect.objectContaining({ code: 'provider_unreachable' }));
  });
});

describe('refusalOf', () => {
  it.each([
    ['<html>Bad gateway</html>', 502, 'internal', 'The server answered 502.'],
    ['{"code":"no_such_code"}', 400, 'invalid_request', 'The server answered 400.'],
    ['{"code":"too_large","detail":"Too large.","hint":null}', 413, 'too_large', 'Too large.'],
  ])('%s', (text, status, code, message) => {
    expect(refusalOf(text, status)).toMatchObject({ code, message });
  });
});
