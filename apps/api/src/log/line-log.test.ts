import { describe, expect, it } from 'vitest';
import { createLineLog, LOG_LEVELS, type LogLevel } from './line-log.ts';
import { requestId, withRequestId } from './request-id.ts';

function logged(level: LogLevel, ...entries: Parameters<ReturnType<typeof createLineLog>>[0][]) {
  const lines: string[] = [];
  const log = createLineLog({ level, write: (line) => lines.push(line), now: () => 0 });
  for (const entry of entries) log(entry);
  return lines;
}

describe('the log', () => {
  it('is one JSON document a line, with time, level and request', () => {
    const [line] = withRequestId('given-by-proxy', () => logged('info', { event: 'x', text: 'two\nlines' }));
    expect(line?.endsWith('\n')).toBe(true);
    expect(line?.trimEnd()).not.toContain('\n');
    expect(JSON.parse(line!)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'error',
      request: 'given-by-proxy',
      event: 'x',
      text: 'two\nlines',
    });
  });

  it('leaves out what is less grave than its level', () => {
    const entries = LOG_LEVELS.map((level) => ({ event: level, level }));
    const seen = (level: LogLevel) => logged(level, ...entries).map((line) => JSON.parse(line).event);
    expect(seen('error')).toEqual(['error']);
    expect(seen('info')).toEqual(['error', 'warn', 'info']);
    expect(seen('debug')).toEqual(LOG_LEVELS);
  });

  it.each([
    ['a key of ours', 'agon_owner_x1y2z3x1y2z3', 'x1y2z3'],
    ['a key of a provider', 'sk-proj-x1y2z3x1y2z3', 'x1y2z3'],
    ['a bearer', 'Authorization: Bearer x1y2z3x1y2z3', 'x1y2z3'],
    ['a password in an address', 'postgres://agon:x1y2z3@db:5432/agon', 'x1y2z3'],
    ['a session', 'agon.session_token=x1y2z3.abc; a=b', 'x1y2z3'],
    ['an e-mail address', 'ada.lovelace+x@mail.example.org', 'lovelace'],
  ])('blots out %s', (_, text, secret) => {
    const [line] = logged('error', { event: 'x', message: `before ${text} after` });
    expect(line).not.toContain(secret);
    expect(JSON.parse(line!).message).toMatch(/^before .*…/);
  });
});

describe('the id of a request', () => {
  it.each([null, 'short', 'x'.repeat(65), 'with space', 'line\nbreak', '{"json":1}'])(
    'is made where %j is given',
    (given) => {
      expect(withRequestId(given, (id) => id)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is that of the page for all that the page asks', async () => {
    await withRequestId(null, async (outer) => {
      await Promise.resolve();
      withRequestId('another-one', (inner) => expect([inner, requestId()]).toEqual([outer, outer]));
    });
    expect(requestId()).toBeUndefined();
  });
});
