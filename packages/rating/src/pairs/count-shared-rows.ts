import { isSharedMemory } from '../threads/is-shared-memory.ts';
import {
  finishParts,
  helpWithParts,
  isHelped,
  SHORT_PATIENCE_MS,
  type SharedParts,
  SpareMemory,
  shareParts,
} from '../threads/share-parts.ts';
import type { Threads } from '../threads/threads.ts';
import { type CountedRows, countRows, type RefusedRows } from './count-rows.ts';

/** Rows that any thread can help to count, a range of them a part; their columns are shared memory. */
export type SharedCounts = {
  readonly kind: 'counts';
  readonly parts: SharedParts;
  readonly rows: CountedRows;
  readonly models: number;
  readonly counters: number;
  /** For each part its counts, and then how many rows were refused, for three reasons. */
  readonly results: SharedArrayBuffer;
};

const PARTS = 8;
const REASONS = 3;
/** Counters beyond it (16 MiB) would take longer to add up than to fill. */
const MAX_COUNTERS = 2 ** 22;
/** Of one thread. */
const MS_PER_ROW = 1.6e-6;

/** As `countRows`, with threads where the columns are shared memory and it pays: whole numbers have no order. */
export function countSharedRows(
  rows: CountedRows,
  models: number,
  counts: Uint32Array,
  refused: RefusedRows,
  threads: Threads | undefined,
): void {
  const length = rows.to - rows.from;
  const isLong = threads !== undefined && length * MS_PER_ROW >= threads.paysFromMs;
  if (!isLong || counts.length > MAX_COUNTERS || !isShared(rows)) {
    countRows(rows, models, counts, refused);
    return;
  }
  const counters = counts.length;
  const results = spare.take(4 * PARTS * sizeOfPart(counts.length));
  const work: SharedCounts = { kind: 'counts', parts: shareParts(PARTS), rows, models, counters, results };
  threads.start(work);
  finishParts(
    work.parts,
    (part) => countRows(partOf(rows, part), models, counts, refused),
    SHORT_PATIENCE_MS,
  );
  for (let part = 0; part < PARTS; part += 1) {
    if (!isHelped(work.parts, part)) continue;
    const { own, reasons } = resultOf(work, part);
    for (let k = 0; k < own.length; k += 1) counts[k]! += own[k]!;
    refused.outcome += reasons[0]!;
    refused.model += reasons[1]!;
    refused.same += reasons[2]!;
  }
  spare.giveBack(results, work.parts);
}

const spare = new SpareMemory();

export function helpWithCounts(work: SharedCounts): void {
  helpWithParts(work.parts, (part) => {
    const { own, reasons } = resultOf(work, part);
    const refused = { outcome: 0, model: 0, same: 0 };
    own.fill(0);
    countRows(partOf(work.rows, part), work.models, own, refused);
    reasons.set([refused.outcome, refused.model, refused.same]);
  });
}

function isShared({ a, b, outcome }: CountedRows): boolean {
  return [a, b, outcome].every(isSharedMemory);
}

function partOf(rows: CountedRows, part: number): CountedRows {
  const length = rows.to - rows.from;
  const cut = (at: number): number => rows.from + Math.floor((length * at) / PARTS);
  return { ...rows, from: cut(part), to: cut(part + 1) };
}

/** An even number: between addresses that are no multiples of eight, engines copy shared memory byte by byte. */
function sizeOfPart(counters: number): number {
  return 2 * Math.ceil((counters + REASONS) / 2);
}

function resultOf(
  { results, counters }: SharedCounts,
  part: number,
): { own: Uint32Array; reasons: Uint32Array } {
  const from = 4 * sizeOfPart(counters) * part;
  return {
    own: new Uint32Array(results, from, counters),
    reasons: new Uint32Array(results, from + 4 * counters, REASONS),
  };
}
