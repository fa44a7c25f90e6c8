import { describe, expect, it } from 'vitest';
import { type BoothFacts, boothScreen, needsAccount, placeInQuota, votesGiven } from './booth-screen.ts';

const progress = (votes: number, quota: number | null = null, done = false) => ({
  votes,
  quota,
  done,
  completion_code: null,
});
const FACTS: BoothFacts = {
  isOpen: true,
  needsAccount: false,
  stage: 'voting',
  held: 2,
  progress: progress(3),
  waiting: 0,
  exhausted: false,
  trouble: null,
};

describe('boothScreen', () => {
  it.each([
    ['battle', {}],
    ['closed', { isOpen: false }],
    ['closed', { trouble: 'closed' }],
    ['finishing', { trouble: 'closed', waiting: 1 }],
    ['sign_in', { needsAccount: true }],
    ['welcome', { stage: 'welcome' }],
    ['practice', { stage: 'practice' }],
    ['loading', { stage: 'unknown', held: 0, progress: null }],
    ['loading', { held: 0 }],
    ['battle', { trouble: 'offline' }],
    ['trouble', { held: 0, trouble: 'offline' }],
    ['trouble', { held: 0, trouble: 'rate' }],
    ['trouble', { stage: 'unknown', held: 0, progress: null, trouble: 'server' }],
    ['exhausted', { held: 0, exhausted: true }],
    ['battle', { held: 1, exhausted: true }],
    ['finishing', { held: 0, exhausted: true, waiting: 2 }],
    ['done', { progress: progress(30, 30, true) }],
    ['finishing', { progress: progress(28, 30), waiting: 2 }],
    ['battle', { progress: progress(27, 30), waiting: 2 }],
  ] as const)('is %s for %j', (screen, given) => {
    expect(boothScreen({ ...FACTS, ...given })).toBe(screen);
  });
});

describe('counts', () => {
  it('counts what was given, not what has arrived', () => {
    expect(votesGiven(progress(3), 2)).toBe(5);
    expect(votesGiven(null, 1)).toBe(1);
  });

  it('names the battle on screen among those asked for', () => {
    expect(placeInQuota(progress(11, 30), 0)).toEqual({ place: 12, quota: 30 });
    expect(placeInQuota(progress(11, 30), 2)).toEqual({ place: 14, quota: 30 });
    expect(placeInQuota(progress(30, 30), 0)).toEqual({ place: 30, quota: 30 });
    expect(placeInQuota(progress(11), 0)).toBeNull();
    expect(placeInQuota(null, 0)).toBeNull();
  });
});

describe('needsAccount', () => {
  it.each([
    ['anyone', null, false],
    ['anyone', { signed_in: true, anonymous: true }, false],
    ['signed_in', null, true],
    ['signed_in', { signed_in: true, anonymous: true }, true],
    ['signed_in', { signed_in: true, anonymous: false }, false],
  ] as const)('for %s and %j is %s', (who, me, needs) => {
    expect(needsAccount({ who }, me)).toBe(needs);
  });
});
