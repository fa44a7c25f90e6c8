import { describe, expect, it } from 'vitest';
import { isWaiting, nextStep, parseEntry, type SkipEntry, type VoteEntry } from './outbox-entry.ts';

const VOTE: VoteEntry = {
  kind: 'vote',
  key: 'k1',
  campaign: 'demo',
  battle: 'b1',
  ticket: 't1',
  atMs: 1000,
  attempts: 0,
  outcome: 'a',
  shownMs: 4200,
  vote: null,
  takeBack: false,
  annotation: null,
};
const SKIP: SkipEntry = {
  kind: 'skip',
  key: 'k2',
  campaign: 'demo',
  battle: 'b2',
  ticket: 't2',
  atMs: 2000,
  attempts: 0,
  reason: 'cannot_judge',
  note: '',
};
const ANNOTATION = { tags: { a: ['clear'], b: [] }, note: '' };

describe('nextStep', () => {
  it.each([
    [VOTE, 'cast', true],
    [{ ...VOTE, annotation: ANNOTATION }, 'cast', true],
    [{ ...VOTE, takeBack: true }, 'cast', false],
    [{ ...VOTE, vote: 'v1', takeBack: true }, 'take_back', false],
    [{ ...VOTE, vote: 'v1', takeBack: true, annotation: ANNOTATION }, 'take_back', false],
    [{ ...VOTE, vote: 'v1', annotation: ANNOTATION }, 'annotate', false],
    [{ ...VOTE, vote: 'v1' }, null, false],
    [SKIP, 'skip', false],
  ] as const)('of %j is %s', (entry, step, waiting) => {
    expect(nextStep(entry)).toBe(step);
    expect(isWaiting(entry)).toBe(waiting);
  });
});

describe('parseEntry', () => {
  it('reads what was written', () => {
    expect(parseEntry(JSON.stringify(VOTE))).toEqual(VOTE);
    expect(parseEntry(JSON.stringify(SKIP))).toEqual(SKIP);
  });

  it.each(['', 'null', '[]', '{"kind":"vote"}', JSON.stringify({ ...VOTE, ticket: 1 }), '{"kind":"x"}'])(
    'refuses %s',
    (text) => {
      expect(parseEntry(text)).toBeNull();
    },
  );
});
