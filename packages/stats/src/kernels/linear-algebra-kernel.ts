import type { FactoredSandwich, SquareMatrix } from '../matrices.ts';
import { BYTES } from './linear-algebra-bytes.ts';
import { type KernelExports, loadKernel, reserve } from './load-kernel.ts';

/** Below this size copying into the kernel's memory costs as much as it saves; above 4096 the memory would not do. */
const SMALLEST = 24;
const LARGEST = 4096;

let loaded: KernelExports | null | undefined;

/** `rows` of a matrix that is not square: many of them are worth the copies at any size. */
function kernelFor(n: number, rows = n): KernelExports | null {
  if (Math.max(n, rows) < SMALLEST || n > LARGEST) return null;
  if (loaded === undefined) loaded = loadKernel(BYTES);
  return loaded;
}

/** Static data of a kernel ends below this address. */
const BASE = 1024;

/** Matrices of `rows` × `n` in the kernel's memory, padded to multiples of 4, then room for four packed columns. */
type Workspace = {
  readonly kernel: KernelExports;
  readonly n: number;
  readonly padded: number;
  readonly stride: number;
  readonly matrices: readonly Float64Array[];
  readonly at: readonly number[];
  readonly packed: number;
};

function workspace(kernel: KernelExports, n: number, rows: readonly number[]): Workspace {
  const padded = Math.ceil(n / 4) * 4;
  const at: number[] = [];
  let end = BASE;
  const heights = rows.map((height) => Math.ceil(height / 4) * 4);
  for (const height of heights) {
    at.push(end);
    end += 8 * height * padded;
  }
  const buffer = reserve(kernel, end + 32 * Math.max(padded, ...heights));
  const matrices = heights.map((height, i) => new Float64Array(buffer, at[i]!, height * padded));
  return { kernel, n, padded, stride: 8 * padded, matrices, at, packed: end };
}

function copyIn({ padded, n }: Workspace, target: Float64Array, source: Float64Array, rows: number): void {
  target.fill(0);
  if (padded === n) {
    target.set(source.subarray(0, rows * n));
    return;
  }
  for (let i = 0; i < rows; i += 1) target.set(source.subarray(i * n, i * n + n), i * padded);
}

function copyOut({ padded, n }: Workspace, source: Float64Array, rows: number): Float64Array {
  if (padded === n) return source.slice(0, rows * n);
  const result = new Float64Array(rows * n);
  for (let i = 0; i < rows; i += 1) result.set(source.subarray(i * padded, i * padded + n), i * n);
  return result;
}

/** Writes the lower triangle as the upper one, and ones on the diagonal of the padding. */
function copyTransposed({ padded, n }: Workspace, target: Float64Array, lower: SquareMatrix): void {
  target.fill(0);
  for (let i = 0; i < n; i += 1) {
    const row = i * n;
    for (let j = 0; j <= i; j += 1) target[j * padded + i] = lower[row + j]!;
  }
  for (let i = n; i < padded; i += 1) target[i * padded + i] = 1;
}

/** Lower factor, null where there is none; undefined where plain code must do. */
export function factorFast(matrix: SquareMatrix, n: number): SquareMatrix | null | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n]);
  const upper = space.matrices[0]!;
  copyTransposed(space, upper, matrix);
  if (kernel.factor!(space.at[0]!, space.packed, space.padded, space.stride) === 0) return null;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const row = i * space.padded;
    for (let j = i; j < n; j += 1) lower[j * n + i] = upper[row + j]!;
  }
  return lower;
}

export function invertFast(lower: SquareMatrix, n: number): SquareMatrix | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n, n, n]);
  const [u, w, c] = space.matrices;
  copyTransposed(space, u!, lower);
  w!.fill(0);
  c!.fill(0);
  kernel.invert!(space.at[2]!, space.at[1]!, space.at[0]!, space.packed, space.padded, space.stride);
  return copyOut(space, c!, n);
}

export function multiplyFast(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n, n, n]);
  const [a, b, c] = space.matrices;
  copyIn(space, a!, x, n);
  copyIn(space, b!, y, n);
  c!.fill(0);
  const { padded, stride, at } = space;
  kernel.multiply!(at[2]!, at[0]!, at[1]!, space.packed, padded, padded, padded, stride, stride);
  return copyOut(space, c!, n);
}

/** X Y X for symmetric X and Y. */
export function sandwichFast(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n, n, n]);
  const [a, b, c] = space.matrices;
  copyIn(space, a!, x, n);
  copyIn(space, b!, y, n);
  c!.fill(0);
  const { padded, stride, at } = space;
  kernel.multiply!(at[2]!, at[0]!, at[1]!, space.packed, padded, padded, padded, stride, stride);
  b!.fill(0);
  kernel.multiplySymmetric!(at[1]!, at[2]!, at[0]!, space.packed, padded, stride);
  return copyOut(space, b!, n);
}

/** See `factoredSandwich`; undefined where plain code must do. */
export function sandwichRootFast(
  bread: SquareMatrix,
  meat: SquareMatrix,
  n: number,
): FactoredSandwich | null | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n, n, n, n, n]);
  const [u, w, b, t, s] = space.matrices;
  const { padded, stride, at, packed } = space;
  copyIn(space, u!, bread, n);
  copyIn(space, b!, meat, n);
  for (let i = n; i < padded; i += 1) {
    u![i * padded + i] = 1;
    b![i * padded + i] = 1;
  }
  for (const matrix of [w!, t!, s!]) matrix.fill(0);
  if (kernel.factor!(at[0]!, packed, padded, stride) === 0) return null;
  if (kernel.sandwichRoot!(at[0]!, at[1]!, at[2]!, at[3]!, at[4]!, packed, padded, stride) === 0) return null;
  return { product: copyOut(space, t!, n), root: copyOut(space, b!, n) };
}

/** See `sandwichOfScores`; undefined where plain code must do. */
export function sandwichScoresFast(
  bread: SquareMatrix,
  scores: Float64Array,
  rows: number,
  n: number,
): SquareMatrix | null | undefined {
  const kernel = kernelFor(n);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [n, n, rows, rows, n]);
  const [u, w, z, y, v] = space.matrices;
  const { padded, stride, at, packed } = space;
  copyIn(space, u!, bread, n);
  for (let i = n; i < padded; i += 1) u![i * padded + i] = 1;
  if (kernel.factor!(at[0]!, packed, padded, stride) === 0) return null;
  copyIn(space, z!, scores, rows);
  for (const matrix of [w!, y!, v!]) matrix.fill(0);
  const height = Math.ceil(rows / 4) * 4;
  kernel.sandwichScores!(at[0]!, at[1]!, at[2]!, at[3]!, at[4]!, packed, height, padded, stride);
  return copyOut(space, v!, n);
}

/** Z G for `rows` rows of Z and a lower triangular G. */
export function shapeByRootFast(
  z: Float64Array,
  rows: number,
  root: SquareMatrix,
  n: number,
): Float64Array | undefined {
  const kernel = kernelFor(n, rows);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [rows, n, rows]);
  const [a, l, c] = space.matrices;
  const { padded, stride, at, packed } = space;
  copyIn(space, a!, z, rows);
  copyIn(space, l!, root, n);
  c!.fill(0);
  kernel.multiplyLower!(at[2]!, at[0]!, at[1]!, packed, Math.ceil(rows / 4) * 4, padded, stride);
  return copyOut(space, c!, rows);
}

/** Z Lᵀ for `rows` rows of Z. */
export function shapeFast(
  z: Float64Array,
  rows: number,
  lower: SquareMatrix,
  n: number,
): Float64Array | undefined {
  const kernel = kernelFor(n, rows);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [rows, n, rows]);
  const [a, u, c] = space.matrices;
  copyIn(space, a!, z, rows);
  copyTransposed(space, u!, lower);
  c!.fill(0);
  kernel.multiplyUpper!(
    space.at[2]!,
    space.at[0]!,
    space.at[1]!,
    space.packed,
    Math.ceil(rows / 4) * 4,
    space.padded,
    space.stride,
  );
  return copyOut(space, c!, rows);
}

/** Xᵀ X for `rows` rows of X. */
export function gramFast(x: Float64Array, rows: number, n: number): SquareMatrix | undefined {
  const kernel = kernelFor(n, rows);
  if (kernel === null) return undefined;
  const space = workspace(kernel, n, [rows, n]);
  const [a, c] = space.matrices;
  copyIn(space, a!, x, rows);
  c!.fill(0);
  kernel.gram!(space.at[1]!, space.at[0]!, space.packed, rows, space.padded, space.stride);
  return copyOut(space, c!, n);
}
