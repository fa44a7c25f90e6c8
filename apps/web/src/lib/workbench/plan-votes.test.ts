import { describe, expect, it } from 'vitest';
import { planVotes } from './plan-votes.ts';

describe('planVotes', () => {
  it('needs for two models what it needs between them', () => {
    const plan = planVotes(50, 0.2, 2);
    expect(plan.inAll).toBe(plan.betweenTwo);
    // ((1.959964 + 0.841621) 173.7178 / 50)^2 (p q - 0.2 / 4) / (p q)^2 = 307.2 with p q = 0.571463 (1 - 0.571463)
    expect(plan.betweenTwo).toBe(308);
    // 1 / (1 + 10^(-50/400))
    expect(plan.winRate).toBeCloseTo(0.571463, 6);
  });

  it('spreads N (k - 1) votes over the pairs, so that a difference is as firm as N votes straight between two', () => {
    const [models, tieShare] = [6, 0.2];
    const { betweenTwo, inAll } = planVotes(50, tieShare, models);
    const eachPair = inAll / ((models * (models - 1)) / 2);
    const information = (1 - tieShare) / 4;
    // an even design's Laplacian has the eigenvalue n w k, k - 1 times over
    const spread = 2 / (eachPair * information * models);
    expect(spread).toBeCloseTo(1 / (betweenTwo * information), 12);
  });
});
