import { ArenaError, type RatingSettings } from '@agon/domain';
import type { KernelExports, SquareMatrix } from '@agon/stats';
import { assembleBlocks, type SumsAtPoint } from '../contextual/contextual-sums.ts';
import { type CountedFeatures, fillFeatures } from '../contextual/counted-features.ts';
import {
  BLOCK_ROWS,
  type ContextualBlock,
  type ContextualColumns,
  pointsByOutcome,
  scanContextualRows,
} from '../contextual/scan-contextual-rows.ts';
import { KernelLayout } from './comparisons-kernel.ts';
import { contextualKernel } from './contextual-kernel.ts';
import { featureSteps } from './style-kernel.ts';

/** Features that the kernel has room for; fewer are filled up with zeros. */
const WIDTH = 4;
const PRODUCTS = 10;
/** Beyond, the pairs alone would take more than 32 MiB. */
const MAX_MODELS = 2000;
/** Rows brought to the kernel at a time. */
export const CHUNK = 4096;
const CODES_16 = 65_536;
const CODES_8 = 256;

/** A pass over comparisons with features at one point, as plain data. */
export type ContextualPass = {
  readonly columns: ContextualColumns;
  readonly settings: Pick<RatingSettings, 'ties' | 'bothBad'>;
  readonly place: Int32Array;
  /** The point: logits of the models, and for each feature's unit. */
  readonly theta: Float64Array;
  readonly beta: Float64Array;
  /** Half the work: probabilities to 1e-6, and no meat. */
  readonly isRough: boolean;
};

/** Where the parts of a block's sums stand, in numbers: one after the other, and last how many rows count. */
type SumsShape = Readonly<Record<'byFeature' | 'pairs' | 'mixed' | 'own' | 'rows' | 'size', number>>;

function shapeOf({ theta, isRough }: ContextualPass): SumsShape {
  const m = theta.length;
  const lanes = isRough ? 1 : 2;
  // each part begins at an even number, so that its address is a multiple of 16
  const byFeature = m + 1 + ((m + 1) % 2);
  const pairs = byFeature + WIDTH;
  const counted = (lanes * m * (m + 1)) / 2;
  const mixed = pairs + counted + (counted % 2);
  const own = mixed + lanes * WIDTH * (m + 1);
  const rows = own + 2 * PRODUCTS;
  return { byFeature, pairs, mixed, own, rows, size: rows + 1 };
}

/** How many numbers a block's sums are; 0 where plain code must do. */
export function sizeOfKernelSums(pass: ContextualPass): number {
  const isFit = pass.columns.width <= WIDTH && pass.theta.length <= MAX_MODELS;
  return isFit && contextualKernel() !== null ? shapeOf(pass).size : 0;
}

/** Does blocks of a pass in the kernel: the sums of `ContextualSums`. Use one at a time: they share a memory. */
export class KernelSums {
  readonly #kernel: KernelExports;
  readonly #pass: ContextualPass;
  readonly #shape: SumsShape;
  readonly #straight: StraightColumns | null;
  readonly #block: ContextualBlock;
  readonly #chunk: Chunk | null;
  readonly #memory: ArrayBuffer;
  readonly #sums: Float64Array;

  /** @param kernel as `contextualKernel` gives it, for a pass of which `sizeOfKernelSums` is not 0 */
  constructor(kernel: KernelExports, pass: ContextualPass) {
    const { columns, settings, place, theta, beta, isRough } = pass;
    const m = theta.length;
    this.#kernel = kernel;
    this.#pass = pass;
    this.#shape = shapeOf(pass);
    this.#straight = straightColumns(columns, place);
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
      sums: layout.place(8 * this.#shape.size),
    };
    this.#chunk = this.#straight === null ? null : placeChunk(layout);
    const memory = layout.memory();
    this.#memory = memory;
    new Uint8Array(memory, at.i).fill(0);
    const floats = (from: number, size: number): Float64Array => new Float64Array(memory, from, size);
    const strength = floats(at.strength, m + 1);
    strength.set(theta.map(Math.exp));
    strength[m] = 1;
    floats(at.beta, WIDTH).set(beta);
    this.#sums = floats(at.sums, this.#shape.size);
    const { byFeature, pairs, mixed, own } = this.#shape;
    const sums = [0, byFeature, pairs, mixed, own].map((place) => at.sums + 8 * place);
    const { i, j, y, w, x, score, squares } = at;
    kernel.place!(i, j, y, w, x, score, squares, at.strength, at.beta, ...sums, m, Number(isRough));
    this.#block = {
      length: 0,
      i: new Int32Array(memory, at.i, room),
      j: new Int32Array(memory, at.j, room),
      y: floats(at.y, room),
      w: floats(at.w, room),
      x: floats(at.x, WIDTH * room),
      stride: WIDTH,
      row: new Int32Array(BLOCK_ROWS),
    };
    if (this.#chunk !== null) {
      this.#block.w.fill(1);
      new Int32Array(memory, this.#chunk.place, CODES_16).fill(-1).set(place);
      const points = new Float64Array(memory, this.#chunk.points, CODES_8);
      points.fill(Number.NaN).set(pointsByOutcome(settings));
    }
  }

  /** Sums over rows `from` .. `to` − 1, from nothing; they stand until the next call. */
  sum(from: number, to: number): Float64Array {
    this.#sums.fill(0);
    this.#sums[this.#shape.rows] =
      this.#straight === null ? this.#addScanned(from, to) : this.#addStraight(this.#straight, from, to);
    return this.#sums;
  }

  #addScanned(from: number, to: number): number {
    const { columns, settings, place } = this.#pass;
    let rows = 0;
    const add = ({ length }: ContextualBlock): void => {
      this.#kernel.addRows!(length);
      rows += length;
    };
    scanContextualRows(columns, settings, place, this.#block, add, { from, to });
    return rows;
  }

  #addStraight(columns: StraightColumns, first: number, last: number): number {
    const at = this.#chunk!;
    const a = new Uint16Array(this.#memory, at.a, CHUNK);
    const b = new Uint16Array(this.#memory, at.b, CHUNK);
    const outcome = new Uint8Array(this.#memory, at.outcome, CHUNK);
    const features = new Float32Array(this.#memory, at.features, WIDTH * CHUNK);
    const given = columns.features;
    const steps = given instanceof Float32Array ? null : featureSteps();
    const fill = (into: Float32Array, from: number): void => {
      if (given instanceof Float32Array) into.set(given.subarray(WIDTH * from, WIDTH * from + into.length));
      else fillFeatures(steps!, given, from, into);
    };
    let rows = 0;
    for (let from = first; from < last; from += CHUNK) {
      const to = Math.min(from + CHUNK, last);
      a.set(columns.a.subarray(from, to));
      b.set(columns.b.subarray(from, to));
      outcome.set(columns.outcome.subarray(from, to));
      fill(features.subarray(0, WIDTH * (to - from)), from);
      rows += this.#kernel.addColumns!(at.a, at.b, at.outcome, at.features, to - from, at.place, at.points);
    }
    return rows;
  }
}

/** @param sums of all blocks, added number by number; not copied */
export function readKernelSums(pass: ContextualPass, sums: Float64Array): SumsAtPoint {
  const m = pass.theta.length;
  const { width } = pass.columns;
  const { byFeature, pairs, mixed, own, rows } = shapeOf(pass);
  const gradient = new Float64Array(m + width);
  gradient.set(sums.subarray(0, m));
  gradient.set(sums.subarray(byFeature, byFeature + width), m);
  const parts = [sums.subarray(pairs, mixed), sums.subarray(mixed, own), sums.subarray(own, rows)] as const;
  const { isRough } = pass;
  return {
    rows: sums[rows]!,
    gradient,
    information: () => (isRough ? assembleRough(m, width, parts) : assemble(m, width, parts, 0)),
    meat: () => {
      if (isRough) throw new ArenaError('internal', 'Rough sums have no meat.');
      return assemble(m, width, parts, 1);
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
