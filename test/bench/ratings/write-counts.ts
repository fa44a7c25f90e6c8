import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BySlot, StyleColumns } from '@agon/domain';
import { type GeneratedVotes, STYLE_FEATURES } from './generate-votes.ts';
import { readNpy, toNpy } from './write-columns.ts';

/** Half of the sum of both answers' counts: tokens need 16 bits, the others 8. */
const SIZES = { length: 500, headers: 100, lists: 100, bold: 100 } as const;

/** Counts of both answers whose relative differences are nearly the features, as numpy files of one dimension. */
export function writeCounts(folder: string, { length, features }: GeneratedVotes): void {
  STYLE_FEATURES.forEach((count, f) => {
    for (const [slot, sign] of [
      ['a', 1],
      ['b', -1],
    ] as const) {
      const size = SIZES[count];
      const column = size > 127 ? new Uint16Array(length) : new Uint8Array(length);
      for (let row = 0; row < length; row += 1) {
        column[row] = Math.round(size * (1 + sign * features[row * STYLE_FEATURES.length + f]!));
      }
      writeFileSync(join(folder, `${count}_${slot}.npy`), toNpy(column));
    }
  });
}

export function readCounts(folder: string): BySlot<StyleColumns> {
  const side = (slot: 'a' | 'b'): StyleColumns =>
    Object.fromEntries(STYLE_FEATURES.map((count) => [count, readNpy(join(folder, `${count}_${slot}.npy`))]));
  return { a: side('a'), b: side('b') };
}
