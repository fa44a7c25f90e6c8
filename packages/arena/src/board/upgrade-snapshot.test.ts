import { unifiedSchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { upgradeUnified } from './upgrade-snapshot.ts';

/** As version 0.1 kept it. */
const KEPT = {
  snapshot: '01980000-0000-7000-8000-000000000000',
  at: '2026-11-24T00:00:00.000Z',
  method: 'composite-v1' as const,
  weights: { people: 50, judges: 20, benchmarks: 30 },
  weights_hash: '0123456789ab',
  models: [
    {
      model: 'a',
      score: 70,
      low: 65,
      high: 75,
      rank: 1,
      rank_low: 1,
      rank_high: 2,
      p_top: 0.9,
      tier: 1,
      measured: { present: 1, of: 2 },
      provisional: false,
      cells: { people: { kind: 'people' as const, value: 60, low: 50, high: 70, n: 9, imputed: false } },
    },
  ],
  diagnostics: {
    missing_cells: 2,
    cells: 8,
    leave_one_out: [{ without: 'people', same_order: true, order: ['a'] }],
    anchors: { people: 'words' },
    notes: [],
  },
};

describe('a snapshot of version 1', () => {
  it('is read in today’s shape with every number as it was', () => {
    const today = upgradeUnified(KEPT);
    expect(unifiedSchema.parse(today)).toEqual(today);
    expect(today).toMatchObject({ ...KEPT, missing: 'leave-out', evidence: null });
    expect(today.models[0]).toMatchObject({ observed: null, ...KEPT.models[0] });
  });

  it('of today stays itself', () => {
    const today = upgradeUnified(KEPT);
    expect(upgradeUnified(today)).toBe(today);
  });
});
