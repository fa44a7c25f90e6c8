import { type KernelExports, loadKernel, reserve, seededRandom } from '@agon/stats';
import { BYTES } from './bootstrap-bytes.ts';
import { type BootstrapSteps, plainSteps } from './bootstrap-steps.ts';
import type { BradleyTerryFit } from './fit-bradley-terry.ts';
import type { PairTable } from './pair-table.ts';
import { fillAliasTable, LARGEST_MEAN, TABLE_ENTRIES } from './poisson-table.ts';

/** Kept, so that the engine has its best code for it by the second board. */
let loaded: KernelExports | null | undefined;

const MAX_STEPS = 30;
/** Logits; what is left after the last step is below it. */
const TOLERANCE = 1e-7;

/** One round: a table with resampled weight and points, and the logits of its maximum where chord steps reached it. */
export type VisitRound = (sample: PairTable, theta: Float64Array | null) => void;

/**
 * Rounds of the Poisson bootstrap where counts are the whole data: each count is drawn anew, and the maximum is sought by
 * chord steps with the full fit's H⁺. Two rounds go side by side; each has its own random stream, so a round does not
 * depend on how many there are. The table that `visit` is given is used again.
 */
export function bootstrapCounts(
  table: PairTable,
  fit: BradleyTerryFit,
  seed: number,
  rounds: number,
  visit: VisitRound,
  engine: 'kernel' | 'plain' = 'kernel',
): void {
  const m = table.models;
  const sorted = sortByHigher(table);
  if (loaded === undefined) loaded = loadKernel(BYTES);
  const kernel = engine === 'kernel' ? loaded : null;
  const layout = layOut(sorted, fit, (bytes) =>
    kernel === null ? new ArrayBuffer(bytes) : reserve(kernel, bytes),
  );
  const { at, floats, words } = layout;
  const steps: BootstrapSteps =
    kernel === null ? plainSteps(layout.memory) : (kernel as unknown as BootstrapSteps);
  const sample = {
    ...sorted,
    weight: new Float64Array(table.cells),
    points: new Float64Array(table.cells),
  };
  for (let first = 0; first < rounds; first += 2) {
    for (const lane of [0, 1]) {
      const random = seededRandom(`bootstrap/${seed}/${first + lane}`);
      for (let word = 0; word < 4; word += 1) words[at.state / 4 + word] = random.uint32();
      const offset = 8 * lane;
      steps.resample(at.state, table.cells, at.starts, at.parts, at.weight + offset, at.points + offset);
    }
    const reached = climb(steps, layout, m);
    for (const lane of [0, 1]) {
      if (first + lane >= rounds) break;
      for (let cell = 0; cell < table.cells; cell += 1) {
        sample.weight[cell] = floats[at.weight / 8 + 2 * cell + lane]!;
        sample.points[cell] = floats[at.points / 8 + 2 * cell + lane]!;
      }
      const theta = fit.theta.map((value, i) => value + floats[at.shift / 8 + 2 * i + lane]!);
      visit(sample, reached[lane]! ? theta : null);
    }
  }
}

/** Chord steps of both lanes until both are at their top, or one cannot get there. */
function climb(steps: BootstrapSteps, { at, floats }: Layout, m: number): [boolean, boolean] {
  floats.fill(0, at.shift / 8, at.shift / 8 + 2 * m);
  floats.copyWithin(at.strength / 8, at.base / 8, at.base / 8 + 2 * m);
  const before = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const done: [boolean, boolean] = [false, false];
  for (let count = 0; count < MAX_STEPS; count += 1) {
    steps.slope(m, at.ends, at.low, at.weight, at.points, at.strength, at.gradient);
    steps.step(m, at.inverse, at.gradient, at.shift, at.largest);
    for (const lane of [0, 1] as const) {
      const largest = floats[at.largest / 8 + lane]!;
      const rate = largest / before[lane]!;
      // steps that shrink at this rate leave a geometric rest
      const rest = count > 0 && rate < 0.7 ? (largest * rate) / (1 - rate) : Number.POSITIVE_INFINITY;
      done[lane] = largest < TOLERANCE / 10 || rest < TOLERANCE;
      before[lane] = largest;
    }
    if (done[0] && done[1]) break;
    // far from the fit the series of the next line does not hold
    if (floats.subarray(at.shift / 8, at.shift / 8 + 2 * m).some((value) => !(Math.abs(value) < 0.5))) break;
    steps.strengthen(m, at.base, at.shift, at.strength);
  }
  return done;
}

type Layout = ReturnType<typeof layOut>;

function layOut(table: PairTable, fit: BradleyTerryFit, allocate: (bytes: number) => ArrayBuffer) {
  const { models: m, cells } = table;
  const counts = [table.wins, table.ties, table.losses] as const;
  const isMean = new Uint8Array(LARGEST_MEAN + 1);
  let parts = 0;
  for (const values of counts) {
    for (let cell = 0; cell < cells; cell += 1) {
      const whole = Math.floor(values[cell]! / LARGEST_MEAN);
      const rest = values[cell]! - whole * LARGEST_MEAN;
      parts += whole;
      if (whole > 0) isMean[LARGEST_MEAN] = 1;
      if (rest === 0) continue;
      parts += 1;
      isMean[rest] = 1;
    }
  }
  const means = [...isMean.keys()].filter((mean) => isMean[mean] === 1);
  let end = 1024;
  const place = (bytes: number): number => {
    const from = end;
    end = Math.ceil((from + bytes) / 16) * 16;
    return from;
  };
  const at = {
    state: place(16),
    largest: place(16),
    starts: place(4 * (3 * cells + 1)),
    parts: place(8 * parts),
    low: place(4 * cells),
    ends: place(4 * m),
    weight: place(16 * cells),
    points: place(16 * cells),
    base: place(16 * m),
    strength: place(16 * m),
    gradient: place(16 * m),
    shift: place(16 * m),
    inverse: place(8 * m * m),
    tables: place(8 * TABLE_ENTRIES * means.length),
  };
  const memory = allocate(end + 16);
  const whole = memory.byteLength - (memory.byteLength % 8);
  const floats = new Float64Array(memory, 0, whole / 8);
  const ints = new Int32Array(memory, 0, whole / 4);
  const words = new Uint32Array(memory, 0, whole / 4);
  const address = new Int32Array(LARGEST_MEAN + 1);
  const least = new Int32Array(LARGEST_MEAN + 1);
  means.forEach((mean, index) => {
    address[mean] = at.tables + 8 * TABLE_ENTRIES * index;
    least[mean] = fillAliasTable(mean, new Uint32Array(memory, address[mean], 2 * TABLE_ENTRIES)).least;
  });
  let part = at.parts / 4;
  const addPart = (mean: number): void => {
    ints[part] = address[mean]!;
    ints[part + 1] = least[mean]!;
    part += 2;
  };
  for (let cell = 0; cell < cells; cell += 1) {
    for (let outcome = 0; outcome < 3; outcome += 1) {
      ints[at.starts / 4 + 3 * cell + outcome] = (part - at.parts / 4) / 2;
      let left = counts[outcome]![cell]!;
      for (; left >= LARGEST_MEAN; left -= LARGEST_MEAN) addPart(LARGEST_MEAN);
      if (left > 0) addPart(left);
    }
    ints[at.low / 4 + cell] = table.low[cell]!;
  }
  ints[at.starts / 4 + 3 * cells] = parts;
  for (let j = 0, cell = 0; j < m; j += 1) {
    while (cell < cells && table.high[cell]! <= j) cell += 1;
    ints[at.ends / 4 + j] = cell;
    const strength = Math.exp(fit.theta[j]!);
    floats[at.base / 8 + 2 * j] = strength;
    floats[at.base / 8 + 2 * j + 1] = strength;
  }
  floats.set(fit.inverse, at.inverse / 8);
  return { at, memory, floats, words };
}

/** Cells in the order of their higher model. */
function sortByHigher(table: PairTable): PairTable {
  const { high } = table;
  if (high.every((model, cell) => cell === 0 || high[cell - 1]! <= model)) return table;
  const order = Int32Array.from({ length: table.cells }, (_, cell) => cell).sort(
    (x, y) => high[x]! - high[y]!,
  );
  const pick = <T extends Int32Array | Float64Array>(values: T): T =>
    values.map((_, cell) => values[order[cell]!]!) as T;
  return {
    ...table,
    low: pick(table.low),
    high: pick(high),
    wins: pick(table.wins),
    ties: pick(table.ties),
    losses: pick(table.losses),
  };
}
