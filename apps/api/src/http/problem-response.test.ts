import { problemSchema } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { problemResponse, toArenaError } from './problem-response.ts';

describe('problems', () => {
  it('carry code, hint, place and the time to wait', async () => {
    const error = new ArenaError('rate_limited', 'Too many.', { hint: 'Wait.', retryAfterMs: 1200 });
    const response = problemResponse(error);
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(problemSchema.parse(await response.json())).toEqual({
      type: '/api/v1/docs/errors#rate_limited',
      title: 'Rate limited',
      status: 429,
      code: 'rate_limited',
      detail: 'Too many.',
      hint: 'Wait.',
      at: null,
      retry_after_ms: 1200,
    });
  });

  it('tell nothing of an unexpected error but an id, and log it once', () => {
    const lines: unknown[] = [];
    const secret = new Error('password is hunter2', { cause: new Error('select * from votes') });
    const error = toArenaError(secret, 'castVote', (entry) => lines.push(entry));
    expect(error.code).toBe('internal');
    expect(error.message).not.toMatch(/hunter2|select/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      route: 'castVote',
      message: 'password is hunter2',
      cause: { message: 'select * from votes' },
    });
    expect(error.message).toContain((lines[0] as { id: string }).id);
  });

  it.each([
    ['ECONNREFUSED', 'database_unreachable'],
    ['CONNECTION_CLOSED', 'database_unreachable'],
    ['57P01', 'database_unreachable'],
    ['57P02', 'database_unreachable'],
    ['57P03', 'database_unreachable'],
    ['53000', 'database_unreachable'],
    ['53200', 'database_unreachable'],
    ['53300', 'database_unreachable'],
    ['53100', 'storage_full'],
    ['58030', 'storage_full'],
    ['ENOSPC', 'storage_full'],
    ['EDQUOT', 'storage_full'],
    ['22P02', 'not_found'],
    ['22021', 'invalid_request'],
    ['23505', 'internal'],
  ])('driver code %s is %s, also as a cause', (code, expected) => {
    const plain = Object.assign(new Error('x'), { code });
    expect(toArenaError(plain, 'x', () => {}).code).toBe(expected);
    const wrapped = new Error('wrapped', { cause: plain });
    expect(toArenaError(wrapped, 'x', () => {}).code).toBe(expected);
    // as the layers above a driver do it, each with a code of its own
    const twice = Object.assign(new Error('wrapped twice', { cause: wrapped }), { code: 'FAILED_QUERY' });
    expect(toArenaError(twice, 'x', () => {}).code).toBe(expected);
  });

  it('leave a refusal as it is', () => {
    const refusal = new ArenaError('already_voted', 'x');
    expect(toArenaError(refusal, 'x', () => expect.unreachable())).toBe(refusal);
  });
});
