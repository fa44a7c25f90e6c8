import { EVIDENCE_SOURCES, type EvidenceSource, type RatingResult } from '@agon/domain';
import { normalDraws } from '@agon/stats';

export type CompositeInput = {
  readonly models: readonly string[];
  readonly people: RatingResult | null;
  readonly judges: RatingResult | null;
  /** `chance`: score of guessing, 0..1; null, where nobody has said, counts as 0 */
  readonly benchmarks: readonly { readonly name: string; readonly chance: number | null }[];
  /** `score` 0..1; several sources of one cell: the first counts */
  readonly scores: readonly {
    readonly model: string;
    readonly benchmark: string;
    readonly score: number;
    readonly n: number | null;
  }[];
  /** >= 0, any scale; at least one positive for a score */
  readonly weights: { readonly people: number; readonly judges: number; readonly benchmarks: number };
  readonly seed: number;
};

/** Values 0..100 between the source's fixed anchors; null: not measured. */
export type CompositeCell = {
  readonly source: string;
  readonly kind: 'people' | 'judges' | 'benchmark';
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
};

export type CompositeModel = {
  readonly model: string;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rank: number | null;
  readonly rankLow: number | null;
  readonly rankHigh: number | null;
  /** Probability of being first, 0..1. */
  readonly pTop: number | null;
  readonly tier: number | null;
  readonly measured: { readonly present: number; readonly of: number };
  /** A source with weight has not measured it: the score stands on the others alone. */
  readonly provisional: boolean;
  readonly cells: readonly CompositeCell[];
};

export type Composite = {
  readonly models: readonly CompositeModel[];
  readonly missingCells: number;
  readonly cells: number;
  readonly leaveOneOut: readonly {
    readonly without: string;
    readonly sameOrder: boolean;
    readonly order: readonly string[];
  }[];
  readonly notes: readonly string[];
};

/** `se` null: nobody knows how far the value may be off. */
type Part = { readonly value: number; readonly se: number | null };

const Z = 1.959963984540054;
const DRAWS = 4000;

/**
 * First method of the unified ranking: a weighted mean of three sources, each on a 0..100 scale with fixed anchors.
 * People and judges: expected share of wins against the other models of the board, from the ratings. Benchmarks: mean
 * over the measured ones of (score − chance) / (1 − chance). A missing source is left out and the rest reweighted;
 * the model is then provisional, and nothing is imputed. The sources' errors count as independent; ranks and the
 * chance of being first come from seeded normal draws. Where a source has no interval the score has none, and while any
 * score has none nobody knows who is first: there are places, and neither ranges nor chances.
 */
export function fitComposite(input: CompositeInput): Composite {
  const rows = input.models.map((model) => {
    const people = winShare(model, input.people);
    const judges = winShare(model, input.judges);
    const measured = input.benchmarks.map((benchmark) => ({
      benchmark,
      part: benchmarkPart(model, benchmark, input.scores),
    }));
    const present = measured.flatMap(({ part }) => (part === null ? [] : [part]));
    const benchmarks: Part | null =
      present.length === 0
        ? null
        : {
            value: mean(present.map((part) => part.value)),
            se: hypotenuse(present.map((part) => part.se)) / present.length,
          };
    const cells: CompositeCell[] = [
      cell('people', 'people', people, comparisonsOf(model, input.people)),
      cell('judges', 'judges', judges, comparisonsOf(model, input.judges)),
      ...measured.map(({ benchmark, part }) => cell(benchmark.name, 'benchmark', part, part?.n ?? null)),
    ];
    return {
      model,
      parts: { people, judges, benchmarks },
      cells,
      measured: { present: present.length, of: measured.length },
    };
  });
  const full = order(rows, input.weights);
  const draws = drawRanks(full, input.seed);
  const cellsAll = rows.flatMap((row) => row.cells);
  const notes: string[] = [];
  if (EVIDENCE_SOURCES.every((source) => !(input.weights[source] > 0)))
    notes.push('Every weight is zero: there is no score.');
  const models = full.map((entry, i): CompositeModel => {
    return {
      model: entry.row.model,
      score: entry.score,
      ...interval(entry.score, entry.se),
      rank: entry.score === null ? null : i + 1,
      rankLow: draws[i]?.low ?? null,
      rankHigh: draws[i]?.high ?? null,
      pTop: draws[i]?.top ?? null,
      tier: null,
      measured: entry.row.measured,
      provisional: EVIDENCE_SOURCES.some(
        (source) => input.weights[source] > 0 && entry.row.parts[source] === null,
      ),
      cells: entry.row.cells,
    };
  });
  const names = models.filter((model) => model.score !== null).map((model) => model.model);
  const leaveOneOut = EVIDENCE_SOURCES.filter((source) => input.weights[source] > 0).map((without) => {
    const others = order(rows, { ...input.weights, [without]: 0 }).filter((entry) => entry.score !== null);
    const left = others.map((entry) => entry.row.model);
    const stillThere = names.filter((name) => left.includes(name));
    return {
      without,
      sameOrder: left.length > 0 && stillThere.every((name, i) => left[i] === name),
      order: left,
    };
  });
  for (const model of models.filter((entry) => entry.provisional)) {
    notes.push(`${model.model} lacks a source that has weight; its score stands on the others alone.`);
  }
  const undeclared = input.benchmarks.filter(({ chance }) => chance === null).map(({ name }) => name);
  if (undeclared.length > 0 && input.weights.benchmarks > 0) {
    notes.push(
      `Nobody has said what guessing scores on ${undeclared.join(', ')}; scores there count from 0.`,
    );
  }
  return {
    models: withTiers(models),
    missingCells: cellsAll.filter((entry) => entry.value === null).length,
    cells: cellsAll.length,
    leaveOneOut,
    notes,
  };
}

function cell(
  source: string,
  kind: CompositeCell['kind'],
  part: Part | null,
  n: number | null,
): CompositeCell {
  if (part === null) return { source, kind, value: null, low: null, high: null, n: null };
  return {
    source,
    kind,
    value: part.value,
    ...interval(part.value, part.se),
    n,
  };
}

function interval(value: number | null, se: number | null): { low: number | null; high: number | null } {
  if (value === null || se === null) return { low: null, high: null };
  return { low: Math.max(0, value - Z * se), high: Math.min(100, value + Z * se) };
}

/** Expected share of wins against each other rated model, in per cent; its error from the rating's interval. */
function winShare(model: string, result: RatingResult | null): Part | null {
  const own = result?.models.find((row) => row.model === model);
  if (result === null || own === undefined || own.rating === null) return null;
  const others = result.models.flatMap((row) =>
    row.model === model || row.rating === null ? [] : [row.rating],
  );
  if (others.length === 0) return null;
  const share = (rating: number) =>
    100 * mean(others.map((other) => 1 / (1 + 10 ** ((other - rating) / 400))));
  const se = own.low === null || own.high === null ? null : (share(own.high) - share(own.low)) / (2 * Z);
  return { value: share(own.rating), se };
}

function comparisonsOf(model: string, result: RatingResult | null): number | null {
  return result?.models.find((row) => row.model === model)?.comparisons ?? null;
}

function benchmarkPart(
  model: string,
  benchmark: CompositeInput['benchmarks'][number],
  scores: CompositeInput['scores'],
): { readonly value: number; readonly se: number; readonly n: number | null } | null {
  const found = scores.find((row) => row.model === model && row.benchmark === benchmark.name);
  if (found === undefined) return null;
  const chance = benchmark.chance ?? 0;
  const span = 1 - chance;
  const value = Math.max(0, (100 * (found.score - chance)) / span);
  const se =
    found.n === null || found.n <= 0
      ? 0
      : (100 * Math.sqrt((found.score * (1 - found.score)) / found.n)) / span;
  return { value, se, n: found.n };
}

type Row = {
  readonly model: string;
  readonly parts: Readonly<Record<EvidenceSource, Part | null>>;
  readonly cells: readonly CompositeCell[];
  readonly measured: CompositeModel['measured'];
};
type Entry = { readonly row: Row; readonly score: number | null; readonly se: number | null };

/** Models by falling score; those without one last, by name. */
function order(rows: readonly Row[], weights: CompositeInput['weights']): Entry[] {
  const entries = rows.map((row): Entry => {
    const used = EVIDENCE_SOURCES.flatMap((source) => {
      const part = row.parts[source];
      return part === null || !(weights[source] > 0) ? [] : [{ part, weight: weights[source] }];
    });
    const total = used.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return { row, score: null, se: null };
    const isKnown = used.every(({ part }) => part.se !== null);
    return {
      row,
      // shares before squares: the square of a tiny weight would be 0, and the score certain
      score: used.reduce((sum, { part, weight }) => sum + (weight / total) * part.value, 0),
      se: isKnown ? hypotenuse(used.map(({ part, weight }) => (weight / total) * part.se!)) : null,
    };
  });
  return entries.sort((x, y) => (y.score ?? -1) - (x.score ?? -1) || (x.row.model < y.row.model ? -1 : 1));
}

/** Central 95 % of each model's place over the draws, and how often it came first; none where an error is not known. */
function drawRanks(entries: readonly Entry[], seed: number): { low: number; high: number; top: number }[] {
  const scored = entries.filter((entry) => entry.score !== null);
  const m = scored.length;
  if (m === 0 || scored.some((entry) => entry.se === null)) return [];
  const noise = normalDraws(`composite/${seed}`, DRAWS * m);
  const places = scored.map(() => new Uint32Array(m + 1));
  const order = new Uint32Array(m);
  const drawn = new Float64Array(m);
  for (let d = 0; d < DRAWS; d += 1) {
    for (let i = 0; i < m; i += 1) {
      drawn[i] = scored[i]!.score! + scored[i]!.se! * noise[d * m + i]!;
      order[i] = i;
    }
    order.sort((x, y) => drawn[y]! - drawn[x]! || x - y);
    for (let place = 0; place < m; place += 1) places[order[place]!]![place + 1]! += 1;
  }
  return places.map((counts) => ({
    low: quantile(counts, 0.025),
    high: quantile(counts, 0.975),
    top: counts[1]! / DRAWS,
  }));
}

function quantile(counts: Uint32Array, share: number): number {
  let sum = 0;
  for (let place = 1; place < counts.length; place += 1) {
    sum += counts[place]!;
    if (sum >= share * DRAWS) return place;
  }
  return counts.length - 1;
}

/** Tier 1 reaches down to the leader's lower end; the next tier starts with the first model below it, and so on. */
function withTiers(models: readonly CompositeModel[]): CompositeModel[] {
  let tier = 0;
  let floor = Number.POSITIVE_INFINITY;
  return models.map((model) => {
    if (model.score === null || model.low === null || model.high === null) return model;
    if (model.high < floor) {
      tier += 1;
      floor = model.low;
    }
    return { ...model, tier };
  });
}

function hypotenuse(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
