import { describe, expect, it } from 'vitest';
import { SequenceWindow } from './sequence-window.ts';

describe('how far a read looks back', () => {
  it('is to the start before the first read, and far enough in the first minute', () => {
    const back = new SequenceWindow();
    expect(back.after(0)).toBe(0);
    back.saw(50_000);
    back.readAt(0);
    expect(back.after(1000)).toBe(30_000);
    back.saw(500_000);
    back.readAt(1000);
    expect(back.after(2000)).toBe(30_000);
  });

  it('is to what had been seen a minute ago, however much came since', () => {
    const back = new SequenceWindow();
    for (let second = 0; second <= 200; second += 1) {
      back.saw(50_000 + 1000 * second);
      back.readAt(1000 * second);
    }
    expect(back.after(200_000)).toBe(50_000 + 1000 * 140);
    expect(back.after(200_500)).toBe(50_000 + 1000 * 140);
    // nothing came: everything is a minute old at last
    expect(back.after(300_000)).toBe(back.last);
  });

  it('is never less far for more reads than it keeps marks of', () => {
    const back = new SequenceWindow();
    for (let read = 0; read < 5000; read += 1) {
      back.saw(read + 1);
      back.readAt(10 * read);
    }
    expect(back.after(50_000)).toBeLessThanOrEqual(1);
    expect(back.after(5_000_000)).toBe(5000);
  });
});
