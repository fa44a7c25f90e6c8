import type { CodeColumn, CountedRows } from '../pairs/counted-rows.ts';
import { comparisonsKernel, KernelLayout } from './comparisons-kernel.ts';

/** Below so many rows the counts' way into the kernel's memory and back costs more than it saves. */
function fewestRows(counts: Uint32Array): number {
  return Math.min(65_536, Math.max(2048, counts.length / 3));
}
const BLOCK = 16_384;
/** The kernel works out places of pairs in 16 bits, which would do for 4,096 models; no counter asks for more than these. */
const MAX_UNSORTED_MODELS = 2048;
const CODES_16 = 65_536;
const CODES_8 = 256;

/**
 * Counts as `countRows` does, in the kernel; `refused` is called for each block in which rows were refused.
 * @returns false where plain code must do: few rows, 32-bit codes with maps, outcomes of more than 8 bits, or no kernel
 */
export function countRowsFast(
  rows: CountedRows,
  models: number,
  counts: Uint32Array,
  refused: (from: number, to: number) => void,
): boolean {
  const { a, b, outcome, from, to, modelOfA, modelOfB } = rows;
  if (to - from < fewestRows(counts) || outcome.BYTES_PER_ELEMENT !== 1) return false;
  const narrow = a.BYTES_PER_ELEMENT <= 2 && b.BYTES_PER_ELEMENT <= 2;
  if (!narrow && (modelOfA !== null || modelOfB !== null)) return false;
  const kernel = comparisonsKernel();
  if (kernel === null) return false;
  // models in their own order and few outcomes, as most files have them: no maps, and eight rows at a time
  const straight =
    narrow &&
    models <= MAX_UNSORTED_MODELS &&
    isIdentity(modelOfA, models) &&
    isIdentity(modelOfB, models) &&
    (rows.outcomeOf === null || rows.outcomeOf.length <= 16);
  const layout = new KernelLayout(kernel);
  const mapA = layout.place(narrow && !straight ? 4 * CODES_16 : 0);
  const mapB = narrow && !straight && modelOfA !== modelOfB ? layout.place(4 * CODES_16) : mapA;
  const outcomeMap = layout.place(CODES_8);
  const width = narrow ? 2 : 4;
  const atA = layout.place(width * BLOCK);
  const atB = layout.place(width * BLOCK);
  const atOutcome = layout.place(BLOCK);
  const atCounts = layout.place(counts.byteLength);
  const memory = layout.memory();
  if (narrow && !straight) {
    fillMap(new Int32Array(memory, mapA, CODES_16), modelOfA, models);
    if (mapB !== mapA) fillMap(new Int32Array(memory, mapB, CODES_16), modelOfB, models);
  }
  fillOutcomes(new Uint8Array(memory, outcomeMap, CODES_8), rows);
  const inside = new Uint32Array(memory, atCounts, counts.length);
  inside.set(counts);
  // a code of -1 becomes 65,535, which names no model; wider codes keep their bits
  const blockA = narrow ? new Uint16Array(memory, atA, BLOCK) : new Int32Array(memory, atA, BLOCK);
  const blockB = narrow ? new Uint16Array(memory, atB, BLOCK) : new Int32Array(memory, atB, BLOCK);
  const blockOutcome = new Uint8Array(memory, atOutcome, BLOCK);
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(start + BLOCK, to);
    copy(blockA, a, start, end);
    copy(blockB, b, start, end);
    copy(blockOutcome, outcome, start, end);
    const length = end - start;
    const bad = straight
      ? kernel.count16Straight!(atA, atB, atOutcome, length, outcomeMap, models, atCounts)
      : narrow
        ? kernel.count16!(atA, atB, atOutcome, length, mapA, mapB, outcomeMap, models, atCounts)
        : kernel.count32!(atA, atB, atOutcome, length, outcomeMap, models, atCounts);
    if (bad > 0) refused(start, end);
  }
  counts.set(inside);
  return true;
}

/** The map leaves every code as it is; codes that it does not have are no models' numbers either. */
function isIdentity(modelOf: Int32Array | null, models: number): boolean {
  return (
    modelOf === null ||
    (modelOf.length >= models && modelOf.every((model, code) => model === (code < models ? code : -1)))
  );
}

function copy(target: CodeColumn, source: CodeColumn, from: number, to: number): void {
  target.set(source.subarray(from, to));
}

function fillMap(map: Int32Array, modelOf: Int32Array | null, models: number): void {
  map.fill(-1);
  if (modelOf !== null) map.set(modelOf.subarray(0, CODES_16));
  else for (let code = 0; code < Math.min(models, CODES_16); code += 1) map[code] = code;
}

/** Signed codes below 0 stand in the upper half of a byte. */
function fillOutcomes(map: Uint8Array, { outcomeOf }: CountedRows): void {
  map.fill(255);
  const known = outcomeOf ?? [0, 1, 2, 3];
  for (let code = 0; code < Math.min(known.length, CODES_8); code += 1) {
    const outcome = known[code]!;
    map[code] = outcome >= 0 && outcome < 255 ? outcome : 255;
  }
}
