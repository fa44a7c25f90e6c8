import { describe, expect, it } from 'vitest';
import {
  finishParts,
  helpedParts,
  helpWithParts,
  isAnyLeft,
  type SharedParts,
  SpareMemory,
  shareParts,
} from './share-parts.ts';

describe('parts of shared work', () => {
  it('are each done once, by whoever begins them', () => {
    const parts = shareParts(5);
    const done: string[] = [];
    let isFirst = true;
    // the helper runs while the owner does its first part
    finishParts(
      parts,
      (part) => {
        if (isFirst) helpWithParts(parts, (other) => done.push(`helper ${other}`));
        isFirst = false;
        done.push(`owner ${part}`);
      },
      1,
    );
    expect(done).toEqual(['helper 1', 'helper 2', 'helper 3', 'helper 4', 'owner 0']);
    expect(helpedParts(parts)).toBe(4);
    expect(isAnyLeft(parts)).toBe(false);
    expect(isUsedAgain(parts)).toBe(true);
  });

  it('that a helper began and left are done by the owner, and stay so when the helper is late', () => {
    const parts = shareParts(3);
    const done: number[] = [];
    helpWithParts(parts, (part) => {
      if (part === 1) finishParts(parts, (own) => done.push(own), 1);
    });
    // the helper ends part 1 after the owner did it; part 0 it had ended before
    expect(done).toEqual([2, 1]);
    expect(helpedParts(parts)).toBe(1);
    expect(isUsedAgain(parts)).toBe(false);
  });

  it('may be none', () => {
    const parts = shareParts(0);
    finishParts(parts, () => expect.unreachable(), 1);
    helpWithParts(parts, () => expect.unreachable());
    expect(helpedParts(parts)).toBe(0);
  });

  it('leave their memory for larger ones only where it is large enough', () => {
    const spare = new SpareMemory();
    const first = spare.take(8);
    spare.giveBack(first, shareParts(0));
    expect(spare.take(16).byteLength).toBe(16);
    expect(spare.take(16)).not.toBe(first);
  });
});

/** Whether results of these parts may be written over by those of the next: nobody else may still write there. */
function isUsedAgain(parts: SharedParts): boolean {
  const spare = new SpareMemory();
  const memory = spare.take(16);
  spare.giveBack(memory, parts);
  return spare.take(8) === memory;
}
