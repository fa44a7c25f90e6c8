import { readFileSync } from 'node:fs';
import { ERROR_CODES, type ErrorCode } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { HTTP_STATUS } from './http-status.ts';

const EXPLAINED = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const sections = new Map(
  EXPLAINED.split(/^### /m)
    .slice(1)
    .map((section) => [/^`(\w+)`/.exec(section)?.[1] ?? '', section]),
);

describe('error codes', () => {
  it('are all explained in docs/errors.md, and nothing else is', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it.each(Object.entries(HTTP_STATUS))('%s: the page names HTTP %i', (code, status) => {
    expect(sections.get(code)).toContain(`HTTP ${status}`);
  });

  it.each(Object.entries(HTTP_STATUS))('%s: HTTP %i fits its kind', (code, status) => {
    const kind = ERROR_CODES[code as ErrorCode];
    const atStart = [
      'data_folder_unusable',
      'data_folder_newer',
      'port_taken',
      'database_too_old',
      'database_refused',
    ];
    if (kind === 'bug' || atStart.includes(code)) expect(status).toBe(500);
    else if (kind === 'unavailable') expect([429, 503]).toContain(status);
    else expect(status).toBeGreaterThanOrEqual(400);
    if (kind === 'rejected' && !atStart.includes(code)) expect(status).toBeLessThan(500);
  });
});
