/** The passes of one pair of bootstrap rounds, by addresses in one memory; the kernel and the plain code both have them. */
export type BootstrapSteps = {
  resample(state: number, cells: number, starts: number, parts: number, weight: number, points: number): void;
  slope(
    models: number,
    ends: number,
    low: number,
    weight: number,
    points: number,
    strength: number,
    gradient: number,
  ): void;
  step(models: number, inverse: number, gradient: number, shift: number, largest: number): void;
  strengthen(models: number, base: number, shift: number, strength: number): void;
};

/** 1 / k!, of the series of e^x. */
const SERIES = [
  1.0, 1.0, 0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889,
  0.0001984126984126984, 2.48015873015873e-5, 2.7557319223985893e-6, 2.755731922398589e-7,
  2.505210838544172e-8, 2.08767569878681e-9, 1.6059043836821613e-10, 1.1470745597729725e-11,
];

/** The same bits as the kernel (`assembly/bootstrap.ts`), which explains the arrays. */
export function plainSteps(memory: ArrayBuffer): BootstrapSteps {
  const floats = new Float64Array(memory);
  const ints = new Int32Array(memory);
  const words = new Uint32Array(memory);
  const next = (at: number): number => {
    const [s0, s1, s2, s3] = [ints[at]!, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!];
    const mixed = s2 ^ s0;
    const turned = s3 ^ s1;
    ints[at] = s0 ^ turned;
    ints[at + 1] = s1 ^ mixed;
    ints[at + 2] = mixed ^ (s1 << 9);
    ints[at + 3] = (turned << 11) | (turned >>> 21);
    const product = Math.imul(s1, 5);
    return Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  };
  return {
    resample(state, cells, starts, parts, weight, points) {
      let part = ints[starts / 4]!;
      for (let cell = 0; cell < cells; cell += 1) {
        let total = 0;
        let twice = 0;
        for (let outcome = 2; outcome >= 0; outcome -= 1) {
          const end = ints[starts / 4 + 3 * cell + 3 - outcome]!;
          let count = 0;
          for (; part < end; part += 1) {
            const word = next(state / 4);
            const entry = ints[parts / 4 + 2 * part]! / 4 + 2 * (word >>> 24);
            const value = (word & 0xffffff) < words[entry]! ? word >>> 24 : ints[entry + 1]!;
            count += ints[parts / 4 + 2 * part + 1]! + value;
          }
          total += count;
          twice += outcome * count;
        }
        floats[weight / 8 + 2 * cell] = total;
        floats[points / 8 + 2 * cell] = 0.5 * twice;
      }
    },
    slope(models, ends, low, weight, points, strength, gradient) {
      floats.fill(0, gradient / 8, gradient / 8 + 2 * models);
      for (const lane of [0, 1]) {
        const [w, y] = [weight / 8 + lane, points / 8 + lane];
        const [u, g] = [strength / 8 + lane, gradient / 8 + lane];
        let cell = 0;
        for (let j = 0; j < models; j += 1) {
          const end = ints[ends / 4 + j]!;
          const other = floats[u + 2 * j]!;
          let sum = 0;
          for (; cell < end; cell += 1) {
            const i = 2 * ints[low / 4 + cell]!;
            const own = floats[u + i]!;
            const residual = floats[y + 2 * cell]! - (floats[w + 2 * cell]! * own) / (own + other);
            floats[g + i]! += residual;
            sum += residual;
          }
          floats[g + 2 * j]! -= sum;
        }
      }
    },
    step(models, inverse, gradient, shift, largest) {
      for (const lane of [0, 1]) {
        let most = 0;
        for (let i = 0; i < models; i += 1) {
          let sum = 0;
          for (let j = 0; j < models; j += 1) {
            sum += floats[inverse / 8 + i * models + j]! * floats[gradient / 8 + 2 * j + lane]!;
          }
          floats[shift / 8 + 2 * i + lane]! += sum;
          most = Math.max(most, Math.abs(sum));
        }
        floats[largest / 8 + lane] = most;
      }
    },
    strengthen(models, base, shift, strength) {
      for (let at = 0; at < 2 * models; at += 1) {
        const x = floats[shift / 8 + at]!;
        let sum = SERIES[14]!;
        for (let k = 13; k >= 0; k -= 1) sum = sum * x + SERIES[k]!;
        floats[strength / 8 + at] = floats[base / 8 + at]! * sum;
      }
    },
  };
}
