/** Draws that depend only on a seed. */
export type SeededRandom = {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform whole number in [0, n); n from 1 to 2^32. Exact: no modulo bias. */
  below(n: number): number;
  /** 32 random bits, as a whole number from 0 to 2^32 - 1. */
  uint32(): number;
};

/**
 * xoshiro128** (Blackman & Vigna 2018), started from a hash of the seed's text, so that tagged seeds such as
 * `pairs/7/voter-3` give unrelated streams.
 */
export function seededRandom(seed: string | number): SeededRandom {
  const state = hashSeed(String(seed));
  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const t = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= t;
    state[3] = rotate(state[3]!, 11);
    return result;
  };
  return {
    uint32,
    next: () => ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992,
    below(n) {
      const limit = 4_294_967_296 - (4_294_967_296 % n);
      let draw = uint32();
      while (draw >= limit) draw = uint32();
      return draw % n;
    },
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four words from a text: FNV-1a over its code units with four offsets, each finished by murmur3's mixer. Never all zero. */
function hashSeed(text: string): Int32Array {
  const state = new Int32Array(4);
  for (let word = 0; word < 4; word += 1) {
    let hash = (0x811c9dc5 ^ Math.imul(word + 1, 0x9e3779b9)) | 0;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
      hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    state[word] = hash ^ (hash >>> 16);
  }
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}
