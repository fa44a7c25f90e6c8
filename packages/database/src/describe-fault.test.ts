import { describe, expect, it } from 'vitest';
import { describeFault } from './describe-fault.ts';

const coded = (code: string, message: string) =>
  Object.assign(new Error(message), { name: 'PostgresError', code, detail: 'Key (email)=(ada@example.org)' });

describe('describeFault', () => {
  it.each<[string, unknown, object]>([
    [
      'a statement, without its parameters',
      new Error('Failed query: insert into users values ($1)\nparams: ada@example.org,hunter2', {
        cause: coded('53100', 'could not extend file'),
      }),
      {
        message: 'Failed query: insert into users values ($1)',
        cause: { name: 'PostgresError', code: '53100', message: 'could not extend file' },
      },
    ],
    [
      'a value that PostgreSQL quotes',
      coded('22P02', 'invalid input syntax for type uuid: "hunter2"'),
      { message: 'invalid input syntax for type uuid: "…"' },
    ],
    [
      'a text that is no JSON',
      (() => {
        try {
          return JSON.parse('{"key": hunter2}') as unknown;
        } catch (error) {
          return error;
        }
      })(),
      { name: 'SyntaxError', message: expect.not.stringContaining('hunter2') },
    ],
    ['a text', 'hunter2', { name: 'string', message: 'a text was thrown' }],
    ['nothing', undefined, { name: 'undefined', message: 'a value was thrown' }],
    ['an object', { password: 'hunter2' }, { message: 'something that is no error was thrown' }],
  ])('describes %s', (_, fault, expected) => {
    const described = describeFault(fault);
    expect(described).toMatchObject(expected);
    expect(JSON.stringify(described)).not.toMatch(/hunter2|ada@|\[object/);
  });

  it('keeps places and leaves the message out of them', () => {
    const { stack } = describeFault(new Error('two\nlines'));
    expect(stack?.[0]).toMatch(/^at .*describe-fault\.test/);
    expect(stack?.join()).not.toContain('lines');
  });

  it('ends where causes go round', () => {
    const round = new Error('round');
    round.cause = round;
    expect(JSON.stringify(describeFault(round)).length).toBeLessThan(50_000);
  });
});
