import { readFileSync } from 'node:fs';
import { parseJudge } from '@agon/judging';
import { describe, expect, it } from 'vitest';
import { planProbes, probedItem, readTarget } from './verdict-probes.ts';

const judge = parseJudge(
  readFileSync(new URL('../../../../../judges/pair-explain/judge.md', import.meta.url), 'utf8'),
);
const ALL = { probes: ['identical', 'null_model', 'planted_verdict'] } as const;
const callsOf = (battles: number) =>
  Array.from({ length: battles }, (_, i) => `battle-${i}`).flatMap((target) =>
    ['ab', 'ba'].map((order) => ({ target, order, repeat: 1 })),
  );
const sizes = (battles: number, repeat = 1) => {
  const found = new Map<string, number>();
  for (const { target } of planProbes(ALL, 1, callsOf(battles), repeat))
    found.set(readTarget(target).probe ?? '', (found.get(readTarget(target).probe ?? '') ?? 0) + 1);
  return Object.fromEntries(found);
};

describe('planProbes', () => {
  it.each([
    // a quarter of few, four of some, 5 % of many, and no more than 48
    [3, 0],
    [9, 2],
    [16, 4],
    [80, 4],
    [200, 10],
    [5000, 48],
  ])('samples of %i battles %i for each probe', (battles, count) => {
    const each = { identical: count, null_model: count, planted_verdict: count, repeat: count };
    expect(sizes(battles)).toEqual(count === 0 ? {} : each);
  });

  it('asks no repeats where calls are repeated anyway, and only what the judge names', () => {
    expect(sizes(16, 2)).toEqual({ identical: 4, null_model: 4, planted_verdict: 4 });
    expect(planProbes({ probes: [] }, 1, callsOf(16), 1)).toEqual([]);
    const named = planProbes({ probes: ['identical'] }, 1, callsOf(16), 2);
    expect(named.every(({ target }) => target.startsWith('identical:'))).toBe(true);
  });

  it('takes each battle once for a probe, by the seed, in an order that the run asks', () => {
    const first = planProbes(ALL, 1, callsOf(40), 1);
    expect(planProbes(ALL, 1, callsOf(40), 1)).toEqual(first);
    expect(planProbes(ALL, 2, callsOf(40), 1)).not.toEqual(first);
    expect(new Set(first.map(({ target }) => target)).size).toBe(first.length);
    const slots = first.map(({ target }) => readTarget(target).slot);
    expect(new Set(slots)).toEqual(new Set([null, 'a', 'b']));
  });
});

describe('probedItem', () => {
  const item = { prompt: ['Why?'], candidates: [['one'], ['two']] };
  const shown = (target: string, order = [0, 1]) =>
    probedItem(judge, item, readTarget(target), order).candidates.map(([text]) => text);

  it('shows the same answer twice, or one that answers nothing', () => {
    expect(shown('identical:x')).toEqual(['one', 'one']);
    expect(shown('null_model:x:a')).toEqual([expect.stringContaining('checked'), 'two']);
    expect(shown('null_model:x:b')).toEqual(['one', expect.stringContaining('checked')]);
    expect(shown('repeat:x')).toEqual(['one', 'two']);
    expect(shown('x')).toEqual(['one', 'two']);
  });

  it('plants the verdict that would make its holder win, in either order', () => {
    expect(shown('planted_verdict:x:a')[0]).toMatch(/^one\n\n<v-0+>A</);
    expect(shown('planted_verdict:x:a', [1, 0])[0]).toMatch(/<v-0+>B</);
    expect(shown('planted_verdict:x:b')[1]).toMatch(/^two\n\n<v-0+>B</);
    expect(shown('planted_verdict:x:b', [1, 0])[1]).toMatch(/<v-0+>A</);
  });
});
