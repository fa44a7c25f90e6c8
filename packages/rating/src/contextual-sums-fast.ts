import type { RatingSettings } from '@agon/domain';
import type { KernelExports, SquareMatrix } from '@agon/stats';
import { comparisonsKernel, KernelLayout } from './comparisons-kernel.ts';
import { assembleBlocks } from './contextual-sums.ts';
import { type ContextualColumns, pointsByOutcome } from './scan-contextual-rows.ts';

export type SumsAtPoint = {
  readonly gradient: Float64Array;
  information(): SquareMatrix;
  meat(): SquareMatrix;
};

const BLOCK = 2048;
const CODES_16 = 65_536;
const CODES_8 = 256;
const WIDTH = 4;

/**
 * The sums of `ContextualSums` over all rows, in the kernel: for four features of 32 bits, codes of 16, and comparisons
 * that all weigh 1.
 * @returns null where plain code must do
 */
export function sumContextualFast(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  theta: Float64Array,
  beta: Float64Array,
  withMeat: boolean,
): SumsAtPoint | null {
  const { a, b, outcome, features, weight, shareA, width, length } = columns;
  if (width !== WIDTH || !(features instanceof Float32Array)) return null;
  if (!(a instanceof Uint16Array) || !(b instanceof Uint16Array) || !(outcome instanceof Uint8Array))
    return null;
  if (weight !== undefined || shareA !== undefined || place.length > CODES_16) return null;
  const kernel = comparisonsKernel();
  if (kernel === null) return null;
  const m = theta.length;
  const layout = new KernelLayout(kernel);
  const at = {
    place: layout.place(4 * CODES_16),
    points: layout.place(8 * CODES_8),
    a: layout.place(2 * BLOCK),
    b: layout.place(2 * BLOCK),
    outcome: layout.place(BLOCK),
    // one row more than a block: the kernel scores rows in twos
    x: layout.place(4 * WIDTH * (BLOCK + 1)),
    i: layout.place(4 * (BLOCK + 1)),
    j: layout.place(4 * (BLOCK + 1)),
    y: layout.place(8 * (BLOCK + 1)),
    score: layout.place(8 * (BLOCK + 1)),
    spread: layout.place(8 * (BLOCK + 1)),
    strength: layout.place(8 * (m + 1)),
    beta: layout.place(8 * WIDTH),
    byModel: layout.place(8 * (m + 1)),
    byFeature: layout.place(8 * WIDTH),
    pairs: layout.place(8 * m * m),
    mixed: layout.place(8 * m * WIDTH),
    own: layout.place(8 * WIDTH * WIDTH),
    meatPairs: layout.place(withMeat ? 8 * m * m : 0),
    meatMixed: layout.place(8 * m * WIDTH),
    meatOwn: layout.place(8 * WIDTH * WIDTH),
  };
  const memory = layout.memory();
  new Uint8Array(memory, at.strength).fill(0);
  const floats = (from: number, size: number): Float64Array => new Float64Array(memory, from, size);
  const places = new Int32Array(memory, at.place, CODES_16);
  places.fill(-1);
  places.set(place);
  floats(at.points, CODES_8).fill(Number.NaN).set(pointsByOutcome(settings));
  // a model of its own for the row that fills up an odd block: what it adds is thrown away
  const strength = floats(at.strength, m + 1);
  strength.set(theta.map(Math.exp));
  strength[m] = 1;
  floats(at.beta, WIDTH).set(beta);
  const blockA = new Uint16Array(memory, at.a, BLOCK);
  const blockB = new Uint16Array(memory, at.b, BLOCK);
  const blockOutcome = new Uint8Array(memory, at.outcome, BLOCK);
  const blockX = new Float32Array(memory, at.x, WIDTH * (BLOCK + 1));
  const blockI = new Int32Array(memory, at.i, BLOCK + 1);
  const blockJ = new Int32Array(memory, at.j, BLOCK + 1);
  for (let from = 0; from < length; from += BLOCK) {
    const to = Math.min(from + BLOCK, length);
    blockA.set(a.subarray(from, to));
    blockB.set(b.subarray(from, to));
    blockOutcome.set(outcome.subarray(from, to));
    blockX.set(features.subarray(WIDTH * from, WIDTH * to));
    const kept = kernel.keepRows!(
      at.a,
      at.b,
      at.outcome,
      at.x,
      to - from,
      at.place,
      at.points,
      at.i,
      at.j,
      at.y,
    );
    if (kept % 2 === 1) {
      blockI[kept] = m;
      blockJ[kept] = m;
      blockX.fill(0, WIDTH * kept, WIDTH * (kept + 1));
    }
    scoreBlock(kernel, at, kept + (kept % 2));
    kernel.addOuter!(at.i, at.j, at.x, at.spread, kept, m, at.pairs, at.mixed, at.own);
    if (!withMeat) continue;
    kernel.square!(at.score, kept + (kept % 2));
    kernel.addOuter!(at.i, at.j, at.x, at.score, kept, m, at.meatPairs, at.meatMixed, at.meatOwn);
  }
  const gradient = new Float64Array(m + WIDTH);
  gradient.set(floats(at.byModel, m));
  gradient.set(floats(at.byFeature, WIDTH), m);
  const information = assembleBlocks(
    m,
    WIDTH,
    floats(at.pairs, m * m),
    floats(at.mixed, m * WIDTH),
    floats(at.own, WIDTH * WIDTH),
  );
  const meat = withMeat
    ? assembleBlocks(
        m,
        WIDTH,
        floats(at.meatPairs, m * m),
        floats(at.meatMixed, m * WIDTH),
        floats(at.meatOwn, WIDTH * WIDTH),
      )
    : new Float64Array(0);
  return { gradient, information: () => information, meat: () => meat };
}

type Addresses = Readonly<
  Record<'i' | 'j' | 'y' | 'x' | 'strength' | 'beta' | 'score' | 'spread' | 'byModel' | 'byFeature', number>
>;

function scoreBlock(kernel: KernelExports, at: Addresses, rows: number): void {
  kernel.scoreRows!(
    at.i,
    at.j,
    at.y,
    at.x,
    rows,
    at.strength,
    at.beta,
    at.score,
    at.spread,
    at.byModel,
    at.byFeature,
  );
}
