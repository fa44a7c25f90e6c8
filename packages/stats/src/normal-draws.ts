import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** `count` independent draws of N(0, 1), decided by the tag (or taken from a stream). Marsaglia's polar method. */
export function normalDraws(source: string | SeededRandom, count: number): Float64Array {
  const random = typeof source === 'string' ? seededRandom(source) : source;
  const draws = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * random.next() - 1;
      y = 2 * random.next() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    draws[i] = x * scale;
    if (i + 1 < count) draws[i + 1] = y * scale;
  }
  return draws;
}
