import { describe, expect, it } from 'vitest';
import { filterPath, NO_FILTER, runFilterOf, runQueryOf, tallied } from './run-filter.ts';

describe('the filter of runs', () => {
  it.each([
    ['', '/workbench/runs'],
    ['kind=answers', '/workbench/runs?kind=answers'],
    ['kind=answers&state=open&campaign=mt', '/workbench/runs?kind=answers&state=open&campaign=mt'],
    ['state=suspect&columns=cost,tokens', '/workbench/runs?state=suspect&columns=cost%2Ctokens'],
    // what nobody knows is left out, not sent on
    ['kind=everything&state=lost&campaign=&columns=cost,secret', '/workbench/runs?columns=cost'],
  ])('%s is kept by the address %s', (search, path) => {
    expect(filterPath(runFilterOf(new URLSearchParams(search)))).toBe(path);
  });

  it('goes back to the first page when it changes, and on with a cursor and an open row', () => {
    const filter = runFilterOf(new URLSearchParams('kind=answers&cursor=r9&open=r8'));
    expect(filterPath(filter, { state: 'failed' })).toBe('/workbench/runs?kind=answers&state=failed');
    expect(filterPath(filter, {}, { cursor: 'r5', open: 'r4' })).toBe(
      '/workbench/runs?kind=answers&cursor=r5&open=r4',
    );
    expect(filterPath(NO_FILTER, {}, { open: 'r4' })).toBe('/workbench/runs?open=r4');
  });

  it('asks the API for what the address says', () => {
    const search = new URLSearchParams('kind=probe&state=paused&campaign=mt&cursor=r9&open=r1&columns=cost');
    expect(runQueryOf(search)).toEqual({
      limit: 50,
      kind: 'probe',
      state: 'paused',
      campaign: 'mt',
      cursor: 'r9',
    });
    expect(runQueryOf(new URLSearchParams())).toEqual({ limit: 50 });
  });
});

describe('tallied', () => {
  it('counts by kind, by state, by both and by neither', () => {
    const tally = [
      { kind: 'verdicts', state: 'done', suspect: true, count: 2 },
      { kind: 'verdicts', state: 'done', suspect: false, count: 3 },
      { kind: 'verdicts', state: 'running', suspect: false, count: 1 },
      { kind: 'answers', state: 'queued', suspect: false, count: 4 },
    ] as const;
    const of = (...[kind, state]: [Parameters<typeof tallied>[1], Parameters<typeof tallied>[2]]) =>
      tallied([...tally], kind, state);
    expect(of(null, null)).toBe(10);
    expect(of('verdicts', null)).toBe(6);
    expect(of('verdicts', 'done')).toBe(5);
    expect(of(null, 'suspect')).toBe(2);
    expect(of(null, 'open')).toBe(5);
    expect(of('answers', 'failed')).toBe(0);
  });
});
