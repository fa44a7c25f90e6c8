import {
  type Comparison,
  type ComparisonSource,
  DEFAULT_RATING_SETTINGS,
  OUTCOME_CODES,
  OUTCOMES,
  type Outcome,
  toColumns,
} from '@agon/domain';
import { measureAgreement, pairCounts } from '@agon/rating';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CampaignComparisons,
  type ComparisonBlock,
  GONE,
  type RowChange,
} from '../ports/comparison-store.ts';
import { type ComparisonFilter, ComparisonView } from './comparison-view.ts';
import { countFacets, facetCounts, presentFacets } from './count-facets.ts';
import { listSharedBattles } from './list-shared-battles.ts';

type Row = {
  readonly models: readonly [number, number];
  readonly outcome: Outcome;
  readonly weight: number;
  readonly rater: number;
  readonly prompt: number;
  readonly turn: number;
  readonly category: number;
  readonly excluded: number;
};
const CATEGORIES = ['writing', 'coding'];
const REASONS = ['undone', 'names itself'];
const POLICIES = { ties: 'half', bothBad: 'tie' } as const;

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  models: fc.tuple(fc.nat(4), fc.nat(3)).map(([a, step]) => [a, (a + step + 1) % 5] as const),
  outcome: fc.constantFrom(...OUTCOMES),
  weight: fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0, 0.5, 3) },
  ),
  rater: fc.integer({ min: -1, max: 3 }),
  prompt: fc.integer({ min: -1, max: 3 }),
  turn: fc.nat(2),
  category: fc.nat(2),
  excluded: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
  ),
});
const filterArbitrary: fc.Arbitrary<ComparisonFilter> = fc.record(
  { category: fc.constantFrom('writing', 'coding', 'nothing'), turn: fc.integer({ min: 1, max: 3 }) },
  { requiredKeys: [] },
);

/** As an adapter keeps it: models numbered as rows name them, arrays with room at the end. */
function blockOf(rows: readonly Row[], rewritten: number, list: readonly RowChange[] = []): ComparisonBlock {
  const models: string[] = [];
  const codeOf = (model: number) => {
    const name = `model-${model}`;
    return models.includes(name) ? models.indexOf(name) : models.push(name) - 1;
  };
  const codes = rows.map(({ models: [a, b] }) => [codeOf(a), codeOf(b)] as const);
  const room = [0, 0, 0];
  return {
    length: rows.length,
    rewritten,
    changes: { from: 0, list },
    models,
    a: Uint16Array.from([...codes.map(([a]) => a), ...room]),
    b: Uint16Array.from([...codes.map(([, b]) => b), ...room]),
    outcome: Uint8Array.from([...rows.map((row) => OUTCOME_CODES[row.outcome]), ...room]),
    shareA: null,
    weight: rows.some((row) => row.weight !== 1)
      ? Float64Array.from([...rows.map((row) => row.weight), ...room])
      : null,
    excluded: Uint8Array.from([...rows.map((row) => row.excluded), ...room]),
    rater: Int32Array.from([...rows.map((row) => row.rater), ...room]),
    prompt: Int32Array.from([...rows.map((row) => row.prompt), ...room]),
    turn: Uint16Array.from([...rows.map((row) => row.turn), ...room]),
    category: Uint16Array.from([...rows.map((row) => row.category), ...room]),
    language: new Uint16Array(rows.length + 3),
    answerA: new Int32Array(rows.length + 3).fill(-1),
    answerB: new Int32Array(rows.length + 3).fill(-1),
    atMs: new Float64Array(rows.length + 3),
  };
}

function campaignOf(
  people: readonly Row[],
  judges: readonly Row[] = [],
  rewritten = 1,
  changes: readonly RowChange[] = [],
): CampaignComparisons {
  const coded = (name: string) => ({ size: 4, nameOf: (code: number) => `${name}-${code}` });
  return {
    revision: 1,
    people: blockOf(people, rewritten, changes),
    judges: blockOf(judges, rewritten),
    reasons: REASONS,
    categories: CATEGORIES,
    languages: [],
    raters: { people: coded('voter'), judges: coded('judge') },
    prompts: coded('prompt'),
    answers: { size: 0, nameOf: () => '' as never },
  };
}

function asObjects(
  rows: readonly Row[],
  source: ComparisonSource,
): (Comparison & { readonly reason: number })[] {
  return rows.map((row) => ({
    modelA: `model-${row.models[0]}`,
    modelB: `model-${row.models[1]}`,
    outcome: row.outcome,
    source,
    ...(row.rater < 0 ? {} : { rater: `${source === 'people' ? 'voter' : 'judge'}-${row.rater}` }),
    ...(row.weight === 1 ? {} : { weight: row.weight }),
    ...(row.prompt < 0 ? {} : { promptKey: `prompt-${row.prompt}` }),
    ...(row.turn === 0 ? {} : { turn: row.turn }),
    ...(row.category === 0 ? {} : { category: CATEGORIES[row.category - 1]! }),
    reason: row.excluded,
  }));
}

/** One object a row, one look at each. */
function selectReference(rows: readonly Row[], { category, turn }: ComparisonFilter) {
  const passed = asObjects(rows, 'people').filter(
    (row) =>
      (category === undefined || row.category === category) && (turn === undefined || row.turn === turn),
  );
  const kept = passed.filter((row) => row.reason === 0);
  const excluded = new Map<string, number>();
  for (const { reason } of passed)
    if (reason > 0 && reason !== GONE)
      excluded.set(REASONS[reason - 1]!, (excluded.get(REASONS[reason - 1]!) ?? 0) + 1);
  return { kept, excluded };
}

const sameCode = (codes: Int32Array) => Array.from(codes, (code) => (code < 0 ? -1 : codes.indexOf(code)));

function expectSame(view: ComparisonView, rows: readonly Row[], filter: ComparisonFilter): void {
  const { kept, excluded } = selectReference(rows, filter);
  const plain = toColumns(kept);
  const columns = view.columns();
  expect(columns.length).toBe(kept.length);
  expect(columns.models).toEqual(plain.models);
  for (const name of ['a', 'b', 'outcome'] as const)
    expect(Array.from(columns[name]), name).toEqual(Array.from(plain[name]));
  for (const name of ['rater', 'prompt'] as const)
    expect(sameCode(columns[name]!), name).toEqual(sameCode(plain[name]!));
  expect(Array.from(columns.weight ?? columns.outcome.map(() => 1))).toEqual(Array.from(plain.weight!));
  expect(view.excluded).toEqual(excluded);
  expect(view.raters).toBe(new Set(kept.flatMap((row) => row.rater ?? [])).size);
  const counted = view.table(POLICIES);
  const pairs = Array.from(counted.low, (low, cell) => [
    view.models[low],
    view.models[counted.high[cell]!],
    counted.wins[cell],
    counted.ties[cell],
    counted.losses[cell],
  ]);
  const told = pairCounts(plain, POLICIES).map((pair) => Object.values(pair));
  expect(pairs.sort()).toEqual(told.sort());
}

describe('a view of comparisons', () => {
  it('is what one look at each row gives, however the rows came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(rowArbitrary, { maxLength: 12 }), { maxLength: 4 }),
        filterArbitrary,
        (parts, filter) => {
          const view = new ComparisonView('people', filter);
          const rows: Row[] = [];
          for (const part of parts) {
            rows.push(...part);
            view.update(campaignOf(rows));
            expectSame(view, rows, filter);
          }
        },
      ),
    );
  });

  it('takes each change of a row for itself, whatever changes how often', () => {
    const change = fc.record({
      at: fc.nat(),
      outcome: fc.constantFrom(...OUTCOMES),
      excluded: fc.constantFrom(0, 0, 1, 2, GONE),
    });
    const step = fc.record({
      add: fc.array(rowArbitrary, { maxLength: 10 }),
      changes: fc.array(change, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), filterArbitrary, (steps, filter) => {
        const view = new ComparisonView('people', filter);
        const settings = { ...DEFAULT_RATING_SETTINGS, cluster: 'prompt' } as const;
        const rows: Row[] = [];
        const log: RowChange[] = [];
        let facets = facetCounts();
        for (const { add, changes } of steps) {
          rows.push(...add);
          for (const { at, outcome, excluded } of rows.length === 0 ? [] : changes) {
            const row = at % rows.length;
            const before = rows[row]!;
            rows[row] = { ...before, outcome, excluded };
            log.push({
              row,
              before: { outcome: OUTCOME_CODES[before.outcome], excluded: before.excluded },
              after: { outcome: OUTCOME_CODES[outcome], excluded },
            });
          }
          const comparisons = campaignOf(rows, [], 1, [...log]);
          view.update(comparisons);
          expectSame(view, rows, filter);
          const clusters = view.clusters(settings)!;
          const anew = new ComparisonView('people', filter);
          anew.update(comparisons);
          const place = Int32Array.from(view.models, (_, code) => code);
          const theta = Float64Array.from(place, (code) => Math.sin(code + 1));
          const [found, told] = [clusters.sum(place, theta), anew.clusters(settings)!.sum(place, theta)];
          const facts = { meat: [], scores: undefined };
          expect({ ...found, ...facts }).toEqual({ ...told, ...facts });
          told.meat.forEach((value, k) => {
            expect(found.meat[k]).toBeCloseTo(value, 10);
          });
          facets = countFacets(facets, comparisons);
          expect(presentFacets(facets, comparisons)).toEqual(
            presentFacets(countFacets(facetCounts(), comparisons), comparisons),
          );
        }
      }),
    );
  });

  it('begins anew where a row has changed', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { minLength: 1 }), filterArbitrary, fc.nat(), (rows, filter, at) => {
        const view = new ComparisonView('people', filter);
        view.update(campaignOf(rows, [], 1));
        const changed = rows.with(at % rows.length, { ...rows[at % rows.length]!, excluded: 1 });
        view.update(campaignOf(changed, [], 2));
        expectSame(view, changed, filter);
      }),
    );
  });
});

describe('facets', () => {
  it('are the same whether rows came at once or one part after the other', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary), fc.array(rowArbitrary), fc.nat(), (people, judges, cut) => {
        const whole = campaignOf(people, judges);
        const before = countFacets(facetCounts(), campaignOf(people.slice(0, cut), judges.slice(0, cut)));
        const facets = presentFacets(countFacets(before, whole), whole);
        expect(facets).toEqual(presentFacets(countFacets(facetCounts(), whole), whole));
        const counted = [...asObjects(people, 'people'), ...asObjects(judges, 'judges')];
        for (const { name, comparisons } of facets.categories)
          expect(counted.filter((row) => row.category === name && row.reason === 0)).toHaveLength(
            comparisons,
          );
        expect(facets.turns).toEqual([...new Set(counted.flatMap(({ turn }) => turn ?? []))].sort());
      }),
    );
  });
});

describe('battles with company', () => {
  it('say of agreement what all battles say', () => {
    const rows = fc.array(
      rowArbitrary.map((row) => ({ ...row, excluded: 0 })),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(rows, rows, (people, judges) => {
        const comparisons = campaignOf(people, judges);
        const views = (['people', 'judges'] as const).map((source) => {
          const view = new ComparisonView(source, {});
          view.update(comparisons);
          return view;
        });
        const options = { by: 'source', ties: 'drop', seed: 1, rounds: 20 } as const;
        const shared = listSharedBattles(comparisons, views[0]!, views[1]!);
        const found = measureAgreement([...shared.people, ...shared.judges], options);
        const told = measureAgreement(
          [...asObjects(people, 'people'), ...asObjects(judges, 'judges')],
          options,
        );
        expect({ pairs: found.pairs, ceiling: found.ceiling }).toEqual({
          pairs: told.pairs,
          ceiling: told.ceiling,
        });
      }),
      { numRuns: 50 },
    );
  });
});
