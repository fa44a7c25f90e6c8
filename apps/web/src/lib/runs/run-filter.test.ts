import { describe, expect, it } from 'vitest';
import { filterPath, runFilterOf, runQueryOf } from './run-filter.ts';

describe('the filter of runs', () => {
  it.each([
    ['', '/workbench/runs'],
    ['kind=answers', '/workbench/runs?kind=answers'],
    ['kind=answers&state=open&campaign=mt', '/workbench/runs?kind=answers&state=open&campaign=mt'],
    // what nobody knows is left out, not sent on
    ['kind=everything&state=done&campaign=', '/workbench/runs'],
  ])('%s is kept by the address %s', (search, path) => {
    expect(filterPath(runFilterOf(new URLSearchParams(search)))).toBe(path);
  });

  it('goes back to the first page when it changes, and on with a cursor', () => {
    const filter = runFilterOf(new URLSearchParams('kind=answers&cursor=r9'));
    expect(filterPath(filter, { isOpenOnly: true })).toBe('/workbench/runs?kind=answers&state=open');
    expect(filterPath(filter, {}, 'r5')).toBe('/workbench/runs?kind=answers&cursor=r5');
  });

  it('asks the API for what the address says', () => {
    expect(runQueryOf(new URLSearchParams('kind=probe&state=open&campaign=mt&cursor=r9'))).toEqual({
      limit: 50,
      kind: 'probe',
      state: 'open',
      campaign: 'mt',
      cursor: 'r9',
    });
    expect(runQueryOf(new URLSearchParams())).toEqual({ limit: 50 });
  });
});
