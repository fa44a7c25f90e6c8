import { describe, expect, it } from 'vitest';
import { isBlank } from './is-blank.ts';

describe('isBlank', () => {
  it.each([
    ['nothing', ''],
    ['spaces, tabs and lines', ' \t\r\n\u000b\f'],
    ['spaces of other scripts', '\u00a0\u2003\u202f\u3000\u2028\u2029'],
    ['a byte order mark', '\ufeff'],
    ['zero-width characters and marks of direction', '\u200b\u200c\u200d\u2060\u200e\u202e\u2069'],
    ['fillers and variation selectors', '\u3164\u115f\ufe0f\u00ad'],
  ])('%s', (_, text) => expect(isBlank(text)).toBe(true));

  it.each([
    ['a letter among spaces', '\n a \n'],
    ['punctuation', '.'],
    ['a replaced NUL', '\ufffd'],
    ['an emoji with a joiner', '👩\u200d💻'],
    ['the words for it', 'null'],
  ])('not %s', (_, text) => expect(isBlank(text)).toBe(false));
});
