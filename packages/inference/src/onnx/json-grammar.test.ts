import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { isWhole, jsonStateOf, readJson } from './json-grammar.ts';

const text = { type: 'string' };
const verdict = {
  type: 'object',
  additionalProperties: false,
  required: ['nonce', 'reason', 'choice'],
  properties: { nonce: text, reason: text, choice: { type: 'string', enum: ['A', 'B', 'tie', 'A>>B'] } },
};
const claims = {
  type: 'object',
  properties: {
    claims: {
      type: 'array',
      items: {
        type: 'object',
        properties: { claim: text, weight: { type: 'number' }, holds: { type: 'boolean' } },
      },
    },
    count: { type: 'integer' },
  },
};

const fits = (schema: object, written: string): boolean => {
  const state = readJson(jsonStateOf(schema as Record<string, unknown>), written);
  return state !== undefined && isWhole(state);
};

describe('texts that fit a JSON schema', () => {
  it.each([
    '{"nonce": "x1", "reason": "Because \\"yes\\" \\u00e9 – 好", "choice": "A>>B"}',
    '{"nonce":"","reason":"\\\\","choice":"A"}',
    '{\n"nonce": "n",\n"reason": "r",\n"choice": "tie"\n}',
  ])('take %s', (written) => {
    expect(fits(verdict, written)).toBe(true);
    expect(Object.keys(JSON.parse(written))).toEqual(['nonce', 'reason', 'choice']);
  });

  it.each([
    '{"nonce": "x", "reason": "r", "choice": "C"}',
    '{"nonce": "x", "choice": "A", "reason": "r"}',
    '{"nonce": "x", "reason": "line\nbreak", "choice": "A"}',
    '{"nonce": "x", "reason": "\\q", "choice": "A"}',
    '{"nonce": "x", "reason": "r", "choice": "A"',
    '{"nonce": "x", "reason": "r", "choice": "A"} ',
    '{"nonce":  "x", "reason": "r", "choice": "A"}',
    '["x"]',
  ])('do not take %s', (written) => expect(fits(verdict, written)).toBe(false));

  it('take lists, numbers and truth values, as JSON writes them', () => {
    expect(fits(claims, '{"claims": [], "count": 0}')).toBe(true);
    expect(fits(claims, '{"claims":[{"claim":"c","weight":-0.5e3,"holds":true}],"count":12}')).toBe(true);
    for (const wrong of ['01', '1.', '-', '1.5', '--1', ''])
      expect(fits(claims, `{"claims": [], "count": ${wrong}}`)).toBe(false);
    expect(fits(claims, '{"claims": [{"claim": "c", "weight": 1, "holds": true},], "count": 1}')).toBe(false);
  });

  it('are whatever is written by taking only what fits, and parse', () => {
    const random = seededRandom('json');
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      ' ',
      '\\',
      'u',
      'n',
      'true',
      'false',
      '1',
      '.5',
      'e',
      '-',
    ];
    const names = ['s', 'claims', 'count', 'claim', 'weight', 'holds', 'é', '好'];
    const vocabulary = [...pieces, ...names, '"claims"', '": ', '"}', '0', 'a', 'F'];
    let whole = 0;
    for (let round = 0; round < 300; round += 1) {
      let state = jsonStateOf(claims);
      let written = '';
      while (written.length < 400 && !isWhole(state)) {
        const open = vocabulary.filter((piece) => readJson(state, piece) !== undefined);
        expect(open).not.toEqual([]);
        const piece = open[random.below(open.length)]!;
        state = readJson(state, piece)!;
        written += piece;
      }
      if (!isWhole(state)) continue;
      whole += 1;
      const read = JSON.parse(written) as {
        readonly claims: readonly { readonly weight: number }[];
        count: number;
      };
      expect(Number.isInteger(read.count)).toBe(true);
      for (const claim of read.claims) {
        expect(Object.keys(claim)).toEqual(['claim', 'weight', 'holds']);
        expect(typeof claim.weight).toBe('number');
      }
    }
    expect(whole).toBeGreaterThan(50);
  });

  it('are not promised where a schema asks for more than is known', () => {
    expect(() => jsonStateOf({ type: 'string', pattern: 'a+' })).toThrow('"pattern" in the schema');
    expect(() => jsonStateOf({ type: 'object', properties: { a: { type: ['string', 'null'] } } })).toThrow(
      'the schema.a',
    );
    expect(() => jsonStateOf({ enum: [] })).toThrow('empty "enum"');
    expect(() => jsonStateOf({ type: 'object', properties: { a: { anyOf: [] } } })).toThrow('"anyOf"');
  });
});
