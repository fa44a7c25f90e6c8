import type { CampaignProgress, RaterReportJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { reliabilityOf, voterRows, worthALook } from './voter-rows.ts';

const voter = (rater: string, votes: number) => ({ rater, votes }) as CampaignProgress['raters_by_votes'][0];
const report = (rater: string, votes: number, p: number | null): RaterReportJson =>
  ({
    rater,
    votes,
    reliability: 0.8,
    reliability_low: 0.5,
    reliability_high: 0.95,
    evidence: p === null ? null : { p, value: 1 / p, after: 5, habit: 'always-a' },
  }) as RaterReportJson;
const rows = (...raters: RaterReportJson[]) =>
  voterRows({ raters_by_votes: raters.map((each) => voter(each.rater, each.votes)) } as CampaignProgress, {
    raters,
  });

describe('voters as the workbench lists them', () => {
  it('keep their place, with or without a report', () => {
    const progress = { raters_by_votes: [voter('x', 9), voter('y', 4)] } as CampaignProgress;
    const [x, y] = voterRows(progress, { raters: [report('y', 4, null)] });
    expect([x?.rater, x?.report]).toEqual(['x', null]);
    expect(y?.report?.votes).toBe(4);
    expect(reliabilityOf(x!)).toBeNull();
  });

  it('have no reliability before ten votes', () => {
    const [nine, ten] = rows(report('nine', 9, null), report('ten', 10, null));
    expect(reliabilityOf(nine!)).toBeNull();
    expect(reliabilityOf(ten!)).toEqual({ value: 0.8, low: 0.5, high: 0.95 });
  });

  it('are worth a look below one in a hundred, the clearest first', () => {
    const found = worthALook(rows(report('a', 20, 0.01), report('b', 20, 0.009), report('c', 20, 1e-6)));
    expect(found.map(({ rater }) => rater)).toEqual(['c', 'b']);
  });
});
