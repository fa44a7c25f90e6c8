import { randomFillSync } from 'node:crypto';
import type { Clock, Ids } from '@agon/arena';

/** Random bytes are fetched for this many ids at once: fetching them is most of the cost of an id. */
const AT_ONCE = 256;

/** UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits; sorts by time. */
export function createIds(clock: Clock): Ids {
  const pool = Buffer.alloc(16 * AT_ONCE);
  let used = pool.length;
  return {
    next() {
      if (used === pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      const bytes = pool.subarray(used, used + 16);
      used += 16;
      bytes.writeUIntBE(clock.now(), 0, 6);
      bytes[6] = (bytes[6]! & 0x0f) | 0x70;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      const hex = bytes.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
