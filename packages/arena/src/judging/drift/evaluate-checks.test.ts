import { readFileSync } from 'node:fs';
import type { BattleId, CampaignId, JudgeId, ProviderId, RunId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { DriftCheck, DriftReading, WatchedSet } from '../../ports/drift-store.ts';
import { evaluateChecks, stateOfSet, worstStates } from './evaluate-checks.ts';

const SOURCE = readFileSync(new URL('../../../../../judges/pair-explain/judge.md', import.meta.url), 'utf8');
const BATTLES = 50;

/** Verdicts on all battles in both orders; the first `turned` of them are b, the others a. */
function readings(turned: number, names: Partial<DriftReading> = {}): DriftReading[] {
  return Array.from({ length: 2 * BATTLES }, (_, i) => ({
    battleId: `battle-${i >> 1}` as BattleId,
    promptId: `prompt-${i >> 2}`,
    order: i % 2 === 0 ? 'ab' : 'ba',
    label: i < turned ? 'b' : 'a',
    model: 'served',
    fingerprint: 'fp_1',
    atMs: 0,
    ...names,
  }));
}
const check = (found: readonly DriftReading[], state: DriftCheck['state'] = 'done'): DriftCheck => ({
  run: 'run' as RunId,
  state,
  startedAtMs: 0,
  readings: found,
});

function watched(
  checks: readonly DriftCheck[],
  change: Partial<WatchedSet> = {},
  source = SOURCE,
): WatchedSet {
  return {
    set: {
      id: 'set',
      campaignId: 'campaign' as CampaignId,
      judgeId: 'judge' as JudgeId,
      model: 'm',
      providerId: 'provider' as ProviderId,
      config: {
        judgeId: 'judge',
        judge: 'pair-explain',
        identity: 'pair-explain@1',
        source,
        orders: 'both',
        repeat: 1,
        limit: null,
      },
      prices: null,
      budgetUsd: null,
      seed: 1,
      by: null,
      createdAtMs: 0,
      campaign: 'c',
      campaignTitle: 'C',
      provider: 'lab',
      everyHours: null,
      nextAtMs: null,
      failure: null,
    },
    basis: readings(0),
    checks,
    repeats: { changed: 0, pairs: 0 },
    ...change,
  };
}
const states = (set: WatchedSet) => evaluateChecks(set).map(({ verdict }) => verdict?.state ?? null);

describe('checks of a judge', () => {
  it('learn from each other how much chance explains, until the judge changes', () => {
    const found = evaluateChecks(
      watched([check(readings(2)), check(readings(4)), check(readings(60)), check(readings(61))]),
    );
    expect(found.map(({ verdict }) => verdict)).toMatchObject([
      { state: 'same', expected: { share: 0.05, pairs: 0 } },
      // from the basis to the first check 2 of 100 changed
      { state: 'same', expected: { share: 0.02, pairs: 100 } },
      // and from the first to the second 2 of 100
      { state: 'changed', expected: { share: 0.02, pairs: 200 } },
      // what changed is no repeat: it does not make later changes look like chance
      { state: 'changed', expected: { share: 0.02, pairs: 200 } },
    ]);
  });

  it('go by repeats of runs, where there are enough', () => {
    const noisy = { repeats: { changed: 12, pairs: 40 } };
    expect(states(watched([check(readings(30))], noisy))).toEqual(['same']);
    expect(states(watched([check(readings(30))]))).toEqual(['changed']);
  });

  it('cannot tell of a judge that samples before they know how often it changes its mind', () => {
    const sampling = SOURCE.replace(/temperature: 0\b/, 'temperature: 0.7');
    expect(sampling).not.toBe(SOURCE);
    expect(states(watched([check(readings(60)), check(readings(60))], {}, sampling))).toEqual([
      'too_few',
      'same',
    ]);
  });

  it('notice another name only where there was one before', () => {
    const renamed = readings(0, { fingerprint: 'fp_2' });
    expect(states(watched([check(renamed)]))).toEqual(['name_changed_only']);
    expect(states(watched([check(renamed)], { basis: readings(0, { fingerprint: null }) }))).toEqual([
      'same',
    ]);
    expect(states(watched([check(readings(0, { model: 'served-2' }))]))).toEqual(['name_changed_only']);
  });

  it('count a reply without a verdict as a change, and leave out a call without a reply', () => {
    const unread = evaluateChecks(watched([check(readings(0, { label: 'unparseable' }))]))[0]!;
    expect(unread).toMatchObject({ measure: { changed: 100, unscored: 100 }, verdict: { state: 'changed' } });
    const part = evaluateChecks(watched([check(readings(0).slice(0, 19), 'paused')]))[0]!;
    expect(part).toMatchObject({ measure: { pairs: 19 }, verdict: { state: 'too_few' } });
  });
});

describe('the state of a set', () => {
  it('is that of the newest check that could tell', () => {
    const stateOf = (checks: DriftCheck[]) => stateOfSet(evaluateChecks(watched(checks)));
    const few = check([], 'cancelled');
    expect(stateOf([])).toBeNull();
    expect(stateOf([check([], 'running')])).toBeNull();
    expect(stateOf([few])).toBe('too_few');
    expect(stateOf([check(readings(60)), few, check([], 'queued')])).toBe('changed');
    expect(stateOf([check(readings(60)), check(readings(0))])).toBe('same');
  });

  it('is the worst of its providers', () => {
    const find = worstStates([
      watched([check(readings(0))]),
      watched([check(readings(0, { model: 'other' }))]),
    ]);
    expect(find({ judgeId: 'judge', model: 'm' })).toBe('name_changed_only');
    expect(find({ judgeId: 'judge', model: 'n' })).toBeNull();
  });
});
