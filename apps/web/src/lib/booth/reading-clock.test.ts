import { describe, expect, it } from 'vitest';
import { ReadingClock } from './reading-clock.ts';

describe('ReadingClock', () => {
  it('counts only while the page is visible', () => {
    let now = 0;
    const clock = new ReadingClock(() => now);
    expect(clock.ms).toBe(0);
    clock.restart(true);
    now = 1500;
    expect(clock.ms).toBe(1500);
    clock.setVisible(false);
    clock.setVisible(false);
    now = 60_000;
    expect(clock.ms).toBe(1500);
    clock.setVisible(true);
    clock.setVisible(true);
    now = 60_250;
    expect(clock.ms).toBe(1750);
    clock.restart(false);
    now = 70_000;
    expect(clock.ms).toBe(0);
  });

  it('stays within a day', () => {
    let now = 0;
    const clock = new ReadingClock(() => now);
    clock.restart(true);
    now = 1e12;
    expect(clock.ms).toBe(86_400_000);
  });
});
