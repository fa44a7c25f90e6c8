import { type KernelExports, loadKernel, reserve, seededRandom } from '@agon/stats';
import type { RoundsPlan } from '../bootstrap/bootstrap-plan.ts';
import { BYTES } from './bootstrap-bytes.ts';
import { type BootstrapSteps, LANES, plainSteps } from './bootstrap-steps.ts';

/** Kept, so that the engine has its best code for it by the second board. */
let loaded: KernelExports | null | undefined;

/** Plans larger than this get a kernel of their own, whose memory goes when they are done. */
const LARGE = 2 ** 25;

function kernelFor(bytes: number): KernelExports | null {
  if (bytes > LARGE) return loadKernel(BYTES);
  if (loaded === undefined) loaded = loadKernel(BYTES);
  return loaded;
}

const MAX_STEPS = 30;
/** Logits; what is left after the last step is below it. */
const TOLERANCE = 5e-7;
/** Logits; beyond it the series of e^x does not hold. */
const LARGEST_SHIFT = 0.5;

/**
 * Does the rounds of a plan, four side by side. Each has its own random stream, so a round depends neither on how many
 * there are nor on who does it. Each is drawn anew, and its maximum is sought by chord steps with the full fit's H⁺ from
 * the full fit on; what is left is below 1e-6 logits. Use one at a time: small ones share a memory.
 */
export class BootstrapRounds {
  readonly #plan: RoundsPlan;
  readonly #steps: BootstrapSteps;
  readonly #floats: Float32Array;
  readonly #ints: Int32Array;
  readonly #tree: Int32Array;
  readonly #base: Float64Array;

  /** @param memory as `planRounds` filled it */
  constructor(plan: RoundsPlan, memory: ArrayBufferLike, engine: 'kernel' | 'plain' = 'kernel') {
    const kernel = engine === 'kernel' ? kernelFor(plan.bytes) : null;
    const own = kernel === null ? new ArrayBuffer(plan.bytes) : reserve(kernel, plan.bytes);
    new Uint8Array(own, 0, plan.filled).set(new Uint8Array(memory, 0, plan.filled));
    this.#plan = plan;
    this.#steps = kernel === null ? plainSteps(own) : (kernel as unknown as BootstrapSteps);
    this.#floats = new Float32Array(own);
    this.#ints = new Int32Array(own);
    this.#tree = new Int32Array(own, plan.at.tree, plan.tree);
    this.#base = new Float64Array(own, plan.at.base, plan.models);
  }

  /** Does rounds `first` .. `first` + 3, and says of which the maximum was reached. */
  run(first: number): boolean[] {
    const { at, cells, clusters, models, tag, tree, searches } = this.#plan;
    const steps = this.#steps;
    for (let lane = 0; lane < LANES; lane += 1) {
      const random = seededRandom(`${tag}/${first + lane}`);
      for (let word = 0; word < 4; word += 1) {
        this.#ints[at.state / 4 + LANES * word + lane] = random.uint32();
      }
    }
    if (clusters === 0) steps.drawCells(at.state, cells, at.ends, at.parts, at.points);
    else {
      const { state, ends, parts, kinds, own, tables, points } = at;
      steps.drawClusters(state, clusters, ends, parts, kinds, own, tables, cells, points);
    }
    const reached = searches && tree > 0 ? this.#climb(models) : [false, false, false, false];
    return reached.map((isReached, lane) => isReached && this.#isSound(lane));
  }

  /** Writes the logits of a round whose maximum was reached, Σθ = 0, to `theta` from `from` on. */
  writeTheta(lane: number, theta: Float64Array, from: number): void {
    const { at, models } = this.#plan;
    const shift = at.shift / 4 + lane;
    let sum = 0;
    for (let i = 0; i < models; i += 1) sum += this.#floats[shift + LANES * i]!;
    for (let i = 0; i < models; i += 1) {
      theta[from + i] = this.#base[i]! + (this.#floats[shift + LANES * i]! - sum / models);
    }
  }

  /** Points of low and of high in each cell, as drawn in the last call. */
  pointsOf(lane: number, cell: number): readonly [number, number] {
    const place = this.#plan.at.points / 4 + 2 * LANES * cell + lane;
    return [this.#floats[place]!, this.#floats[place + LANES]!];
  }

  /**
   * A quick sign that all models beat each other through some chain: along a spanning tree of the pairs with the most
   * evidence, or else along other pairs, each side got some points. Where it fails, only the whole search can tell.
   */
  #isSound(lane: number): boolean {
    for (let edge = 0; edge < this.#tree.length; edge += 1) {
      const place = this.#plan.at.points / 4 + 2 * LANES * this.#tree[edge]! + lane;
      if (!(this.#floats[place]! > 0 && this.#floats[place + LANES]! > 0)) return this.#isJoined(lane);
    }
    return true;
  }

  /** Whether pairs in which each side got some points join all models. */
  #isJoined(lane: number): boolean {
    const { at, models } = this.#plan;
    const parent = Int32Array.from({ length: models }, (_, model) => model);
    const rootOf = (model: number): number => {
      let root = model;
      while (parent[root] !== root) {
        parent[root] = parent[parent[root]!]!;
        root = parent[root]!;
      }
      return root;
    };
    let groups = models;
    for (let high = 0, cell = 0; high < models; high += 1) {
      for (; cell < this.#ints[at.order / 4 + high]!; cell += 1) {
        const place = at.points / 4 + 2 * LANES * cell + lane;
        if (!(this.#floats[place]! > 0 && this.#floats[place + LANES]! > 0)) continue;
        const [own, other] = [rootOf(this.#ints[at.low / 4 + cell]!), rootOf(high)];
        if (own === other) continue;
        parent[own] = other;
        groups -= 1;
        if (groups === 1) return true;
      }
    }
    return false;
  }

  /** Chord steps of all lanes until each is at its top, or cannot get there. */
  #climb(m: number): boolean[] {
    const { at } = this.#plan;
    const steps = this.#steps;
    const floats = this.#floats;
    floats.fill(0, at.shift / 4, at.shift / 4 + LANES * m);
    steps.startSlope(m, at.order, at.low, at.chances, at.points, at.information, at.first);
    steps.step(m, at.inverse, at.first, at.shift, at.largest);
    const before = floats.slice(at.largest / 4, at.largest / 4 + LANES);
    const done = Array.from(before, (largest) => largest === 0);
    const isLost = done.map(() => false);
    for (let count = 1; count < MAX_STEPS; count += 1) {
      for (let i = 0; i < m; i += 1) {
        for (let lane = 0; lane < LANES; lane += 1) {
          if (!(Math.abs(floats[at.shift / 4 + LANES * i + lane]!) < LARGEST_SHIFT)) isLost[lane] = true;
        }
      }
      if (isLost.every((lost, lane) => lost || done[lane])) break;
      steps.grow(m, at.shift, at.growth);
      steps.shiftSlope(m, at.order, at.low, at.chances, at.information, at.growth, at.first, at.slope);
      steps.step(m, at.inverse, at.slope, at.shift, at.largest);
      for (let lane = 0; lane < LANES; lane += 1) {
        const largest = floats[at.largest / 4 + lane]!;
        const rate = largest / before[lane]!;
        // steps that shrink at this rate leave a geometric rest
        const rest = rate < 0.7 ? (largest * rate) / (1 - rate) : Number.POSITIVE_INFINITY;
        if (largest < TOLERANCE / 10 || rest < TOLERANCE) done[lane] = true;
        before[lane] = largest;
      }
      if (done.every((isDone, lane) => isDone || isLost[lane])) break;
    }
    return done.map((isDone, lane) => isDone && !isLost[lane]!);
  }
}
