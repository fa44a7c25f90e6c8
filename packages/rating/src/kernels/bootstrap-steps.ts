/** The passes over four bootstrap rounds, by addresses in one memory; the kernel and the plain code both have them. */
export type BootstrapSteps = {
  drawCells(state: number, cells: number, ends: number, parts: number, points: number): void;
  drawClusters(
    state: number,
    clusters: number,
    ends: number,
    rows: number,
    kinds: number,
    own: number,
    table: number,
    cells: number,
    points: number,
  ): void;
  startSlope(
    models: number,
    ends: number,
    low: number,
    chances: number,
    points: number,
    information: number,
    slope: number,
  ): void;
  shiftSlope(
    models: number,
    ends: number,
    low: number,
    chances: number,
    information: number,
    growth: number,
    first: number,
    slope: number,
  ): void;
  step(models: number, inverse: number, slope: number, shift: number, largest: number): void;
  grow(models: number, shift: number, growth: number): void;
};

/** Rounds side by side. */
export const LANES = 4;

/** 1 / k! from k = 8 down to 1: the series of e^x − 1. */
const SERIES = [
  2.48015873015873e-5, 0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
  0.041666666666666664, 0.16666666666666666, 0.5, 1,
].map(Math.fround);

const { fround } = Math;

/** The same bits as the kernel (`assembly/bootstrap.ts`), which explains the arrays. */
export function plainSteps(memory: ArrayBuffer): BootstrapSteps {
  const floats = new Float32Array(memory);
  const ints = new Int32Array(memory);
  const next = (at: number): number => {
    const s0 = ints[at]!;
    const s1 = ints[at + 4]!;
    const s2 = ints[at + 8]! ^ s0;
    const s3 = ints[at + 12]! ^ s1;
    ints[at] = s0 ^ s3;
    ints[at + 4] = s1 ^ s2;
    ints[at + 8] = s2 ^ (s1 << 9);
    ints[at + 12] = (s3 << 11) | (s3 >>> 21);
    const product = Math.imul(s1, 5);
    return Math.imul((product << 7) | (product >>> 25), 9);
  };
  const draw = (state: number, table: number): number => {
    const word = next(state);
    const at = word & 0xff;
    const entry = ints[table + at]!;
    return (word | 0xff) < entry ? at : at ^ (entry & 0xff);
  };
  return {
    drawCells(state, cells, ends, parts, points) {
      for (let lane = 0; lane < LANES; lane += 1) {
        let part = 0;
        for (let cell = 0; cell < cells; cell += 1) {
          let low = 0;
          let high = 0;
          for (; part < ints[ends / 4 + cell]!; part += 1) {
            const at = parts / 4 + 4 * part;
            const count = fround(draw(state / 4 + lane, ints[at]! / 4) + ints[at + 1]!);
            low = fround(low + fround(count * floats[at + 2]!));
            high = fround(high + fround(count * floats[at + 3]!));
          }
          floats[points / 4 + 8 * cell + lane] = low;
          floats[points / 4 + 8 * cell + 4 + lane] = high;
        }
      }
    },
    drawClusters(state, clusters, ends, rows, kinds, own, table, cells, points) {
      floats.fill(0, points / 4, points / 4 + 8 * cells);
      for (let lane = 0; lane < LANES; lane += 1) {
        let row = 0;
        for (let cluster = 0; cluster < clusters; cluster += 1) {
          const count = draw(state / 4 + lane, table / 4);
          for (; row < ints[ends / 4 + cluster]!; row += 1) {
            const code = ints[rows / 4 + row]!;
            const from = own === 0 ? kinds / 4 + 2 * (code & 3) : own / 4 + 2 * row;
            const at = points / 4 + 8 * (code >>> 2) + lane;
            floats[at] = fround(floats[at]! + fround(count * floats[from]!));
            floats[at + 4] = fround(floats[at + 4]! + fround(count * floats[from + 1]!));
          }
        }
      }
    },
    startSlope(models, ends, low, chances, points, information, slope) {
      floats.fill(0, slope / 4, slope / 4 + 4 * models);
      for (let lane = 0; lane < LANES; lane += 1) {
        let cell = 0;
        for (let j = 0; j < models; j += 1) {
          let sum = 0;
          for (; cell < ints[ends / 4 + j]!; cell += 1) {
            const i = slope / 4 + 4 * ints[low / 4 + cell]! + lane;
            const p = floats[chances / 4 + 2 * cell]!;
            const q = floats[chances / 4 + 2 * cell + 1]!;
            const won = floats[points / 4 + 8 * cell + lane]!;
            const lost = floats[points / 4 + 8 * cell + 4 + lane]!;
            floats[information / 4 + 4 * cell + lane] = fround(fround(won + lost) * fround(p * q));
            const residual = fround(fround(won * q) - fround(lost * p));
            floats[i] = fround(floats[i]! + residual);
            sum = fround(sum + residual);
          }
          const at = slope / 4 + 4 * j + lane;
          floats[at] = fround(floats[at]! - sum);
        }
      }
    },
    shiftSlope(models, ends, low, chances, information, growth, first, slope) {
      floats.copyWithin(slope / 4, first / 4, first / 4 + 4 * models);
      for (let lane = 0; lane < LANES; lane += 1) {
        let cell = 0;
        for (let j = 0; j < models; j += 1) {
          const fall = floats[growth / 4 + 8 * j + 4 + lane]!;
          let sum = 0;
          for (; cell < ints[ends / 4 + j]!; cell += 1) {
            const i = ints[low / 4 + cell]!;
            const rise = floats[growth / 4 + 8 * i + lane]!;
            const change = fround(fround(rise + fall) + fround(rise * fall));
            const moved = fround(
              fround(floats[information / 4 + 4 * cell + lane]! * change) /
                fround(1 + fround(floats[chances / 4 + 2 * cell]! * change)),
            );
            const at = slope / 4 + 4 * i + lane;
            floats[at] = fround(floats[at]! - moved);
            sum = fround(sum + moved);
          }
          const at = slope / 4 + 4 * j + lane;
          floats[at] = fround(floats[at]! + sum);
        }
      }
    },
    step(models, inverse, slope, shift, largest) {
      for (let lane = 0; lane < LANES; lane += 1) {
        let most = 0;
        for (let i = 0; i < models; i += 1) {
          let sum = 0;
          for (let j = 0; j < models; j += 1) {
            const part = fround(floats[inverse / 4 + i * models + j]! * floats[slope / 4 + 4 * j + lane]!);
            sum = fround(sum + part);
          }
          const at = shift / 4 + 4 * i + lane;
          floats[at] = fround(floats[at]! + sum);
          most = Math.max(most, Math.abs(sum));
        }
        floats[largest / 4 + lane] = most;
      }
    },
    grow(models, shift, growth) {
      for (let i = 0; i < models; i += 1) {
        for (let lane = 0; lane < LANES; lane += 1) {
          const x = floats[shift / 4 + 4 * i + lane]!;
          floats[growth / 4 + 8 * i + lane] = growthOf(x);
          floats[growth / 4 + 8 * i + 4 + lane] = growthOf(-x);
        }
      }
    },
  };
}

/** e^x − 1 for x within −0.5 .. 0.5. */
function growthOf(x: number): number {
  let sum = SERIES[0]!;
  for (let k = 1; k < SERIES.length; k += 1) sum = fround(fround(sum * x) + SERIES[k]!);
  return fround(sum * x);
}
