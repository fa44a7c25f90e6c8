import type { Clock } from '@agon/arena';
import { describe, expect, it } from 'vitest';

export function clockContract(make: () => Clock): void {
  describe('the contract of Clock', () => {
    it('tells whole milliseconds since 1970, the same as everybody’s clock', () => {
      const before = Date.now();
      const told = make().now();
      expect(Number.isInteger(told)).toBe(true);
      expect(told).toBeGreaterThanOrEqual(before);
      expect(told).toBeLessThanOrEqual(Date.now());
    });

    it('goes on', async () => {
      const clock = make();
      const before = clock.now();
      // timers may fire a millisecond early
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(clock.now()).toBeGreaterThan(before);
    });
  });
}
