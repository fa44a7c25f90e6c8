import { ArenaError, type RatingSettings } from '@agon/domain';
import type { KernelExports, SquareMatrix } from '@agon/stats';
import { KernelLayout } from './comparisons-kernel.ts';
import { contextualKernel } from './contextual-kernel.ts';
import { assembleBlocks, type SumsAtPoint } from './contextual-sums.ts';
import { type CountedFeatures, fillFeatures } from './counted-features.ts';
import {
  BLOCK_ROWS,
  type ContextualBlock,
  type ContextualColumns,
  pointsByOutcome,
  scanContextualRows,
} from './scan-contextual-rows.ts';
import { featureSteps } from './style-kernel.ts';

/** Features that the kernel has room for; fewer are filled up with zeros. */
const WIDTH = 4;
const PRODUCTS = 10;
/** Beyond, the pairs alone would take more than 32 MiB. */
const MOST_MODELS = 2000;
const CHUNK = 4096;
const CODES_16 = 65_536;
const CODES_8 = 256;

/**
 * The sums of `ContextualSums` over all rows, in the kernel.
 * @param isRough half the work: probabilities to 1e-6, and no meat
 * @returns null where plain code must do
 */
export function sumContextualFast(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  theta: Float64Array,
  beta: Float64Array,
  isRough = false,
): SumsAtPoint | null {
  const m = theta.length;
  const { width } = columns;
  if (width > WIDTH || m > MOST_MODELS) return null;
  const kernel = contextualKernel();
  if (kernel === null) return null;
  const straight = straightColumns(columns, place);
  const layout = new KernelLayout(kernel);
  // the row that fills up an odd block, with a model of its own whose sums are thrown away, and two for rough fours
  const room = BLOCK_ROWS + 3;
  const at = {
    i: layout.place(4 * room),
    j: layout.place(4 * room),
    y: layout.place(8 * room),
    w: layout.place(8 * room),
    x: layout.place(8 * WIDTH * room),
    score: layout.place(8 * (room + 1)),
    squares: layout.place(16 * (room + 1)),
    strength: layout.place(8 * (m + 1)),
    beta: layout.place(8 * WIDTH),
    byModel: layout.place(8 * (m + 1)),
    byFeature: layout.place(8 * WIDTH),
    pairs: layout.place(8 * m * (m + 1) + 16),
    mixed: layout.place(16 * WIDTH * (m + 1)),
    own: layout.place(16 * PRODUCTS),
  };
  const chunk = straight === null ? null : placeChunk(layout);
  const memory = layout.memory();
  new Uint8Array(memory, at.i).fill(0);
  const floats = (from: number, size: number): Float64Array => new Float64Array(memory, from, size);
  const strength = floats(at.strength, m + 1);
  strength.set(theta.map(Math.exp));
  strength[m] = 1;
  floats(at.beta, WIDTH).set(beta);
  kernel.place!(
    at.i,
    at.j,
    at.y,
    at.w,
    at.x,
    at.score,
    at.squares,
    at.strength,
    at.beta,
    at.byModel,
    at.byFeature,
    at.pairs,
    at.mixed,
    at.own,
    m,
    Number(isRough),
  );
  let rows = 0;
  if (straight !== null && chunk !== null) {
    floats(at.w, room).fill(1);
    rows = addStraight(kernel, memory, chunk, straight, settings, place);
  } else {
    const block: ContextualBlock = {
      length: 0,
      i: new Int32Array(memory, at.i, room),
      j: new Int32Array(memory, at.j, room),
      y: floats(at.y, room),
      w: floats(at.w, room),
      x: floats(at.x, WIDTH * room),
      stride: WIDTH,
      row: new Int32Array(BLOCK_ROWS),
    };
    scanContextualRows(columns, settings, place, block, ({ length }) => {
      kernel.addRows!(length);
      rows += length;
    });
  }
  const gradient = new Float64Array(m + width);
  gradient.set(floats(at.byModel, m));
  gradient.set(floats(at.byFeature, width), m);
  const sums = [at.pairs, at.mixed, at.own].map((from, k) =>
    floats(from, [m * (m - 1), 2 * WIDTH * m, 2 * PRODUCTS][k]!).slice(),
  ) as [Float64Array, Float64Array, Float64Array];
  return {
    rows,
    gradient,
    information: () => (isRough ? assembleRough(m, width, sums) : assemble(m, width, sums, 0)),
    meat: () => {
      if (isRough) throw new ArenaError('internal', 'Rough sums have no meat.');
      return assemble(m, width, sums, 1);
    },
  };
}

/** One of the two sums that stand side by side. */
function assemble(
  m: number,
  width: number,
  [pairs, mixed, own]: readonly [Float64Array, Float64Array, Float64Array],
  which: 0 | 1,
): SquareMatrix {
  const take = (from: Float64Array, size: number, place: (k: number) => number): Float64Array => {
    const taken = new Float64Array(size);
    for (let k = 0; k < size; k += 1) taken[k] = from[2 * place(k) + which]!;
    return taken;
  };
  return assembleBlocks(
    m,
    width,
    take(pairs, (m * (m - 1)) / 2, (k) => k),
    take(mixed, m * width, (k) => Math.floor(k / width) * WIDTH + (k % width)),
    // the lower triangle of fewer features is the beginning of that of four
    take(own, (width * (width + 1)) / 2, (k) => k),
  );
}

/** Of rough sums: those of features stand in two parts, of even rows and of odd ones. */
function assembleRough(
  m: number,
  width: number,
  [pairs, mixed, own]: readonly [Float64Array, Float64Array, Float64Array],
): SquareMatrix {
  const byModel = new Float64Array(m * width);
  for (let k = 0; k < byModel.length; k += 1)
    byModel[k] = mixed[Math.floor(k / width) * WIDTH + (k % width)]!;
  const products = Float64Array.from({ length: PRODUCTS }, (_, k) => own[2 * k]! + own[2 * k + 1]!);
  return assembleBlocks(m, width, pairs.subarray(0, (m * (m - 1)) / 2), byModel, products);
}

type StraightColumns = {
  readonly length: number;
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  readonly outcome: Uint8Array;
  readonly features: Float32Array | CountedFeatures;
};

/** Columns that the kernel reads by itself: features of 32 bits, codes of 16, and comparisons that all weigh 1. */
function straightColumns(
  { length, a, b, outcome, weight, shareA, width, features }: ContextualColumns,
  place: Int32Array,
): StraightColumns | null {
  if (weight !== undefined || shareA !== undefined || place.length > CODES_16) return null;
  const isMatrix = width === WIDTH && features instanceof Float32Array;
  if (!isMatrix && (typeof features === 'function' || !('counts' in features))) return null;
  if (!(a instanceof Uint16Array) || !(b instanceof Uint16Array) || !(outcome instanceof Uint8Array))
    return null;
  return { length, a, b, outcome, features };
}

type Chunk = Readonly<Record<'place' | 'points' | 'a' | 'b' | 'outcome' | 'features', number>>;

function placeChunk(layout: KernelLayout): Chunk {
  return {
    place: layout.place(4 * CODES_16),
    points: layout.place(8 * CODES_8),
    a: layout.place(2 * CHUNK),
    b: layout.place(2 * CHUNK),
    outcome: layout.place(CHUNK),
    features: layout.place(4 * WIDTH * CHUNK),
  };
}

/** Returns how many rows count. */
function addStraight(
  kernel: KernelExports,
  memory: ArrayBuffer,
  at: Chunk,
  columns: StraightColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
): number {
  new Int32Array(memory, at.place, CODES_16).fill(-1).set(place);
  new Float64Array(memory, at.points, CODES_8).fill(Number.NaN).set(pointsByOutcome(settings));
  const a = new Uint16Array(memory, at.a, CHUNK);
  const b = new Uint16Array(memory, at.b, CHUNK);
  const outcome = new Uint8Array(memory, at.outcome, CHUNK);
  const features = new Float32Array(memory, at.features, WIDTH * CHUNK);
  const given = columns.features;
  const steps = given instanceof Float32Array ? null : featureSteps();
  const fill = (into: Float32Array, from: number): void => {
    if (given instanceof Float32Array) into.set(given.subarray(WIDTH * from, WIDTH * from + into.length));
    else fillFeatures(steps!, given, from, into);
  };
  let rows = 0;
  for (let from = 0; from < columns.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, columns.length);
    a.set(columns.a.subarray(from, to));
    b.set(columns.b.subarray(from, to));
    outcome.set(columns.outcome.subarray(from, to));
    fill(features.subarray(0, WIDTH * (to - from)), from);
    rows += kernel.addColumns!(at.a, at.b, at.outcome, at.features, to - from, at.place, at.points);
  }
  return rows;
}
