import { describe, expect, it } from 'vitest';
import { finishParts, helpedParts, helpWithParts, isAnyLeft, shareParts } from './share-parts.ts';

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
  });

  it('may be none', () => {
    const parts = shareParts(0);
    finishParts(parts, () => expect.unreachable(), 1);
    helpWithParts(parts, () => expect.unreachable());
    expect(helpedParts(parts)).toBe(0);
  });
});
