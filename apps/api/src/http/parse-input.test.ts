import { castVoteSchema, createCampaignSchema, pageQuerySchema, unifiedQuerySchema } from '@agon/contract';
import type { ArenaError } from '@agon/domain';
import type { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { parseInput } from './parse-input.ts';

const vote = { ticket: 't', outcome: 'a', idempotency_key: '12345678' };

describe('parseInput', () => {
  it('fills defaults', () => {
    expect(parseInput(castVoteSchema, vote)).toEqual({ ...vote, shown_ms: null });
    expect(parseInput(pageQuerySchema, { limit: '7' })).toEqual({ limit: 7 });
  });

  it.each(['', ' ', 'x', 'NaN', '1e999', null, true, []])('takes %j for no number', (limit) => {
    expect(() => parseInput(pageQuerySchema, { limit })).toThrow('limit: ');
    expect(() => parseInput(unifiedQuerySchema, { people: limit })).toThrow('people: ');
  });

  it.each<[string, z.ZodType, unknown, string | undefined, string | undefined]>([
    ['a wrong value', castVoteSchema, { ...vote, outcome: 'left' }, 'outcome', 'left'],
    ['a missing field', castVoteSchema, { ...vote, ticket: undefined }, 'ticket', undefined],
    ['a field too many', castVoteSchema, { ...vote, model_a: 'gpt-4' }, 'model_a', 'gpt-4'],
    [
      'a field inside',
      createCampaignSchema,
      { slug: 'x', title: 'X', settings: { quota: -1 } },
      'settings.quota',
      '-1',
    ],
    ['no object', castVoteSchema, 'vote', undefined, undefined],
  ])('names the field of %s', (_, schema, input, column, value) => {
    try {
      parseInput(schema, input);
      expect.unreachable();
    } catch (thrown) {
      const error = thrown as ArenaError;
      expect(error.code).toBe('invalid_request');
      expect(error.at?.column).toBe(column);
      expect(error.at?.value).toBe(value);
    }
  });

  it('counts further faults', () => {
    expect(() => parseInput(castVoteSchema, {})).toThrow(/and 2 more/);
  });
});
