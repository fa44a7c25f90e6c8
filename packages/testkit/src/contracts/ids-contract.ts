import type { Clock, Ids } from '@agon/arena';
import { describe, expect, it } from 'vitest';

export function idsContract(make: (clock: Clock) => Ids): void {
  describe('the contract of Ids', () => {
    it('makes UUIDs of version 7, never the same twice', () => {
      const ids = make({ now: () => 1_700_000_000_000 });
      const made = Array.from({ length: 1000 }, () => ids.next());
      expect(new Set(made).size).toBe(made.length);
      for (const id of made)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    it('sorts by time, to the millisecond', () => {
      // RFC 9562, appendix A.6: this time is 017F22E2-79B0
      let nowMs = 0x017f22e279b0;
      const ids = make({ now: () => nowMs });
      const first = ids.next();
      expect(first.slice(0, 13)).toBe('017f22e2-79b0');
      nowMs += 1;
      expect(ids.next() > first).toBe(true);
    });
  });
}
