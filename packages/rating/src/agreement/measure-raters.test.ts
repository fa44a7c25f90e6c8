import type { Comparison } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { PairTableBuilder, sliceTable } from '../pairs/pair-table.ts';
import { fitNoisyBradleyTerry } from './fit-noisy-bradley-terry.ts';
import { measureRaters } from './measure-raters.ts';
import { outcomeChances } from './outcome-chances.ts';
import { raterEvidence } from './rater-evidence.ts';

const TRUTH = [1.2, 0.4, -0.4, -1.2];

/** Raters who look at the answers with this chance, and else click by habit. */
function simulate(tag: string, gammas: readonly number[], each: number, habit: 'any' | 'first' = 'any') {
  const random = seededRandom(tag);
  return gammas.flatMap((gamma, rater) =>
    Array.from({ length: each }, (_, at): Comparison => {
      const a = random.below(4);
      const b = (a + 1 + random.below(3)) % 4;
      const honest = random.next() < gamma;
      const tie = random.next() < 0.2;
      const first = random.next() < logistic(TRUTH[a]! - TRUTH[b]!);
      const clicked = habit === 'first' ? 'a' : (['a', 'b', 'tie'] as const)[random.below(3)]!;
      return {
        modelA: `m${a}`,
        modelB: `m${b}`,
        outcome: honest ? (tie ? 'tie' : first ? 'a' : 'b') : clicked,
        source: 'people',
        rater: `r${rater}`,
        promptKey: `p${at % 40}`,
      };
    }),
  );
}

describe('reliability of raters', () => {
  it('finds who clicks by habit: one slot, anything, or nothing of the kind', () => {
    const honest = simulate('honest', Array<number>(12).fill(1), 80);
    const slot = simulate('slot', [0], 80, 'first').map((row) => ({ ...row, rater: 'slot' }));
    const dice = simulate('dice', [0], 80).map((row) => ({ ...row, rater: 'dice' }));
    const { raters, converged, left } = measureRaters([...honest, ...slot, ...dice]);
    expect([converged, left]).toEqual([true, 0]);
    const of = (name: string) => raters.find(({ rater }) => rater === name)!;
    const careless = ['slot', 'dice'].map(of);
    const careful = raters.filter(({ rater }) => rater.startsWith('r'));
    for (const { reliability } of careless) expect(reliability!.reliability).toBeLessThan(0.5);
    for (const { reliability } of careful) expect(reliability!.high).toBeGreaterThan(0.8);
    expect(of('slot').reliability!.habit[0]).toBeGreaterThan(0.9);
    expect(of('slot').firstSlot.value).toBe(1);
    expect(of('slot').evidence).toMatchObject({ habit: 'always-a' });
    expect(of('slot').evidence!.evidence).toBeGreaterThan(1000);
    for (const { evidence } of careful) expect(evidence!.evidence).toBeLessThan(100);
  });

  it('intervals hold the true share of votes that are meant', () => {
    let [held, all] = [0, 0];
    for (let repeat = 0; repeat < 15; repeat += 1) {
      const gammas = [1, 1, 1, 1, 0.9, 0.9, 0.8, 0.8, 0.6, 0.4];
      const rows = simulate(`cover/${repeat}`, gammas, 150);
      for (const { rater, reliability } of measureRaters(rows).raters) {
        const gamma = gammas[Number(rater.slice(1))]!;
        // at the end of the scale the interval only comes near it
        if (gamma === 1) continue;
        all += 1;
        held += Number(reliability!.low <= gamma && gamma <= reliability!.high);
      }
    }
    expect(held / all).toBeGreaterThan(0.85);
  });

  it('evidence is that of a table and a fit of everybody else’s votes, made from nothing', () => {
    const rows = [
      ...simulate('evidence', [1, 1, 0.8, 0.2], 40),
      // without the only rater who saw it, a model is not rated, and without them a fit begins elsewhere
      ...(['a', 'b'] as const).map(
        (outcome): Comparison => ({
          modelA: 'm0',
          modelB: 'seen once',
          outcome,
          source: 'people',
          rater: 'r4',
        }),
      ),
    ];
    const numbers = new Map(
      [...new Set(rows.flatMap(({ modelA, modelB }) => [modelA, modelB]))].map((x, i) => [x, i]),
    );
    const codeOf = ({ outcome }: Comparison) => (outcome === 'a' ? 0 : outcome === 'b' ? 1 : 2);
    const { raters } = measureRaters(rows);
    expect(raters.map(({ rater }) => rater).sort()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    for (const { rater, evidence } of raters) {
      const builder = new PairTableBuilder(numbers.size);
      for (const row of rows) {
        if (row.rater === rater) continue;
        const [a, b] = [numbers.get(row.modelA)!, numbers.get(row.modelB)!];
        builder.add(a, b, [1, 0, 0.5][codeOf(row)]!, 1, codeOf(row));
      }
      const others = builder.build();
      const core = connectModels(others).cores[0]!;
      const chances = outcomeChances(sliceTable(others, core));
      const slow = raterEvidence(
        rows.flatMap((row) => {
          const [a, b] = [row.modelA, row.modelB].map((name) => core.indexOf(numbers.get(name)!));
          if (row.rater !== rater || a! < 0 || b! < 0) return [];
          return [{ expected: chances(a!, b!), outcome: codeOf(row) }];
        }),
      );
      if (rater === 'r4') expect([core.length, evidence]).toEqual([4, null]);
      else {
        expect(evidence).toMatchObject({ after: slow.after, habit: slow.habit });
        expect(Math.abs(Math.log(evidence!.evidence / slow.evidence))).toBeLessThan(1e-9);
      }
    }
  });

  it('agreement and position by hand', () => {
    const row = (rater: string, outcome: Comparison['outcome'], prompt: number): Comparison => ({
      modelA: 'x',
      modelB: 'y',
      outcome,
      source: 'people',
      rater,
      promptKey: `p${prompt}`,
    });
    const { raters } = measureRaters([
      row('ann', 'a', 1),
      row('bob', 'a', 1),
      row('cy', 'b', 1),
      row('ann', 'tie', 2),
      row('bob', 'both_bad', 2),
      row('ann', 'b', 3),
    ]);
    const ann = raters.find(({ rater }) => rater === 'ann')!;
    // half of the others on the first battle, all on the second; on the third she is alone
    expect(ann.agreement).toMatchObject({ value: 0.75, battles: 2 });
    expect(ann.firstSlot).toMatchObject({ value: 0.5, decided: 2 });
    expect(ann.tieShare).toBeCloseTo(1 / 3, 12);
    expect(ann.confusion).toHaveLength(3);
    for (const said of ann.confusion!) expect(said.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('says null, never NaN, where nothing can be told', () => {
    expect(measureRaters([])).toEqual({ raters: [], left: 0, converged: false });
    const lone = { modelA: 'x', modelB: 'y', outcome: 'a', source: 'people', rater: 'r' } as const;
    const { raters } = measureRaters([lone]);
    expect(raters[0]).toMatchObject({ votes: 1, reliability: null, evidence: null, confusion: null });
    expect(fitNoisyBradleyTerry(2, [], 0).raters).toEqual([]);
  });
});
