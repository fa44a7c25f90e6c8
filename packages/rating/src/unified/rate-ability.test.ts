import { describe, expect, it } from 'vitest';
import { type AbilityInput, rateAbility } from './rate-ability.ts';

const models = ['x', 'y', 'z'];
const pair = (modelA: string, modelB: string, points: number, n: number) => ({ modelA, modelB, points, n });
const people = [pair('x', 'y', 60, 100), pair('y', 'z', 65, 100), pair('x', 'z', 75, 100)];
const nothing: AbilityInput = { models, people: [], judges: [], benchmarks: [], scores: [], seed: 1 };
const bench = (name: string, x: number, y: number, z: number) =>
  models.map((model, i) => ({ model, benchmark: name, score: [x, y, z][i]!, n: 1000 }));
const width = (input: AbilityInput) =>
  rateAbility(input)!.models.reduce((sum, { low, high }) => sum + high - low, 0);

describe('one ability behind all sources', () => {
  it('of people alone is the share of wins that their votes say', () => {
    const found = rateAbility({ ...nothing, people })!;
    expect(found.models.map(({ model, rank }) => [model, rank])).toEqual([
      ['x', 1],
      ['y', 2],
      ['z', 3],
    ]);
    // the weak prior draws in by less than a point
    expect(Math.abs(found.models[0]!.score - (60 + 75) / 2)).toBeLessThan(1);
    expect(found.discrimination).toEqual([]);
    for (const { low, score, high } of found.models) expect(low < score && score < high).toBe(true);
    expect(found.models.reduce((sum, { pTop }) => sum + pTop, 0)).toBeCloseTo(1, 12);
  });

  it('a benchmark that goes with the votes narrows; one that does not is told to say little', () => {
    const benchmarks = [{ name: 'b', chance: 0 }];
    const few = people.map((row) => ({ ...row, points: row.points / 5, n: row.n / 5 }));
    const going = { ...nothing, people: few, benchmarks, scores: bench('b', 0.8, 0.6, 0.35) };
    expect(width(going)).toBeLessThan(0.9 * width({ ...nothing, people: few }));
    const many = people.map((row) => ({ ...row, points: row.points * 20, n: row.n * 20 }));
    const strange = { ...nothing, people: many, benchmarks, scores: bench('b', 0.35, 0.6, 0.8) };
    const of = (input: AbilityInput) => rateAbility(input)!.discrimination[0]!.value;
    expect(of(strange)).toBeLessThan(0.5 * of(going));
    expect(rateAbility(strange)!.models.map(({ model }) => model)).toEqual(['x', 'y', 'z']);
  });

  it('places models that only benchmarks or judges know, widely', () => {
    const found = rateAbility({
      ...nothing,
      models: [...models, 'w', 'unknown'],
      people,
      judges: [pair('w', 'x', 9, 10), ...people],
    })!;
    expect(found.models.map(({ model }) => model)).not.toContain('unknown');
    const of = (name: string) => found.models.find(({ model }) => model === name)!;
    expect(of('w').high - of('w').low).toBeGreaterThan(of('x').high - of('x').low);
    expect(found.discrimination.map(({ source }) => source)).toEqual(['judges']);
  });

  it('is null where there is nothing, and finite where a model won everything', () => {
    expect(rateAbility(nothing)).toBeNull();
    const found = rateAbility({ ...nothing, people: [pair('x', 'y', 10, 10)] })!;
    expect(found.models.every(({ score, low, high }) => [score, low, high].every(Number.isFinite))).toBe(
      true,
    );
  });
});
