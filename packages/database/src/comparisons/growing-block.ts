import { type ComparisonBlock, GONE, type RowChange } from '@agon/arena';
import { ArenaError } from '@agon/domain';

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

const MAX_MODELS = 65_535;

/**
 * A vote that was taken back; a row whose import was undone; a battle in which an answer names its model, by the rule; a
 * vote in quarantine; one that was changed after its names were shown.
 */
export const [IS_UNDONE, IS_GONE, NAMES_ITSELF, IS_QUARANTINED, CHANGED_AFTER_REVEAL] = [1, 2, 4, 8, 16];

/** More at once cost as much as counting all rows again. */
const MAX_CHANGES = 20_000;

/**
 * The columns of a block, longer than they are filled: they double where room runs out. 45 bytes a row; 8 more with
 * shares, 8 with weights, 4 where rows name their import.
 */
export class GrowingBlock {
  length = 0;
  rewritten: number;
  models: readonly string[] = [];
  a = new Uint16Array(0);
  b = new Uint16Array(0);
  outcome = new Uint8Array(0);
  shareA: Float64Array | null = null;
  /** Null: 1 everywhere. */
  weight: Float64Array | null = null;
  excluded = new Uint8Array(0);
  /** Why a row is left out that is neither undone nor gone, as `excluded` has it; 0: it is not. */
  reason = new Uint8Array(0);
  /** `IS_UNDONE`, `IS_GONE`, `NAMES_ITSELF`, `IS_QUARANTINED`, `CHANGED_AFTER_REVEAL`. */
  flags = new Uint8Array(0);
  /** The import that a row came by, from 1; 0: none. Null: not kept, as of votes, whose imports lie in `VoteRuns`. */
  source: Uint32Array | null = null;
  rater = new Int32Array(0);
  prompt = new Int32Array(0);
  turn = new Uint16Array(0);
  category = new Uint16Array(0);
  language = new Uint16Array(0);
  answerA = new Int32Array(0);
  answerB = new Int32Array(0);
  atMs = new Float64Array(0);
  /** Place in the chain of votes or in the vote's import, or sequence of the verdict, from 1; 0: nothing was written here. */
  seq = new Uint32Array(0);
  /** From the code under which a model was met while reading to its number by appearance; -1: not yet numbered. */
  readonly #numberOf: number[] = [];
  readonly #order: number[] = [];

  /** Changes of rows that readers may have seen; the first `#dropped` are no longer listed. */
  #changes: RowChange[] = [];
  #dropped = 0;

  constructor(rewritten: number) {
    this.rewritten = rewritten;
  }

  /**
   * Changes rows, then lists those that came out different.
   * @param seen rows that readers may have seen
   * @param rows that may be changed; each once
   * @returns whether any did
   */
  change(seen: number, rows: Iterable<number>, work: () => void): boolean {
    const reached = [...rows].filter((row) => row < seen);
    if (reached.length > MAX_CHANGES) {
      work();
      this.rewritten += 1;
      this.#dropped += this.#changes.length;
      this.#changes = [];
      return true;
    }
    const before = reached.map((row) => this.#stateOf(row));
    work();
    const changed = reached.flatMap((row, at) => {
      const after = this.#stateOf(row);
      const was = before[at]!;
      const same = was.outcome === after.outcome && was.excluded === after.excluded;
      return same ? [] : [{ row, before: was, after }];
    });
    if (this.#changes.length + changed.length > 2 * MAX_CHANGES) {
      this.#dropped += this.#changes.length - MAX_CHANGES;
      this.#changes = this.#changes.slice(-MAX_CHANGES);
    }
    this.#changes.push(...changed);
    return changed.length > 0;
  }

  /** Sets or clears a flag of a row; `excluded` follows. */
  flag(row: number, flag: number, isSet: boolean, undone: number): void {
    this.flags[row] = isSet ? this.flags[row]! | flag : this.flags[row]! & ~flag;
    this.exclude(row, undone);
  }

  /** What is in the way of a row, the strongest first. @param undone the reason for undone rows, as `excluded` has it */
  exclude(row: number, undone: number): void {
    const flags = this.flags[row]!;
    this.excluded[row] =
      (flags & IS_GONE) !== 0 ? GONE : (flags & IS_UNDONE) !== 0 ? undone : this.reason[row]!;
  }

  /** What there is now, for readers: rows that are added later are not in it. */
  present(): ComparisonBlock {
    const { length, rewritten, models, a, b, outcome, shareA, weight, excluded, rater, prompt } = this;
    const { turn, category, language, answerA, answerB, atMs } = this;
    const changes = { from: this.#dropped, list: this.#changes };
    const decided = { a, b, outcome, shareA, weight, excluded, rater, prompt };
    return {
      length,
      rewritten,
      changes,
      models,
      ...decided,
      turn,
      category,
      language,
      answerA,
      answerB,
      atMs,
    };
  }

  /** Makes room for rows `0 .. rows − 1`. */
  reserve(rows: number): void {
    if (rows <= this.a.length) return;
    // the first load takes what it needs and an eighth; what comes after it doubles that
    const room = Math.max(Math.ceil(1.125 * rows), this.a.length === 0 ? 0 : 2 * this.a.length, 1024);
    this.a = grown(this.a, room);
    this.b = grown(this.b, room);
    this.outcome = grown(this.outcome, room);
    this.excluded = grown(this.excluded, room);
    this.reason = grown(this.reason, room);
    this.flags = grown(this.flags, room);
    this.rater = grown(this.rater, room);
    this.prompt = grown(this.prompt, room);
    this.turn = grown(this.turn, room);
    this.category = grown(this.category, room);
    this.language = grown(this.language, room);
    this.answerA = grown(this.answerA, room);
    this.answerB = grown(this.answerB, room);
    this.atMs = grown(this.atMs, room);
    this.seq = grown(this.seq, room);
    if (this.shareA !== null) this.shareA = grown(this.shareA, room).fill(Number.NaN, this.shareA.length);
    if (this.weight !== null) this.weight = grown(this.weight, room).fill(1, this.weight.length);
    if (this.source !== null) this.source = grown(this.source, room);
  }

  setShare(row: number, share: number): void {
    this.shareA ??= new Float64Array(this.a.length).fill(Number.NaN);
    this.shareA[row] = share;
  }

  setWeight(row: number, weight: number): void {
    this.weight ??= new Float64Array(this.a.length).fill(1);
    this.weight[row] = weight;
  }

  setSource(row: number, source: number): void {
    this.source ??= new Uint32Array(this.a.length);
    this.source[row] = source;
  }

  /**
   * Takes rows up to `end` in: closes the gaps that were left, and numbers new models by appearance.
   * @param runs ascending; where each begins becomes a place after the gaps are closed
   * @returns models that are new, as codes under which they were met
   */
  take(end: number, runs: readonly { from: number }[] = []): readonly number[] {
    const from = this.length;
    const columns = this.#columns();
    let length = from;
    let run = 0;
    for (let row = from; row < end; row += 1) {
      for (; runs[run]?.from === row; run += 1) runs[run]!.from = length;
      if (this.seq[row] === 0) continue;
      if (row !== length) this.#move(columns, row, length);
      length += 1;
    }
    for (; run < runs.length; run += 1) runs[run]!.from = length;
    this.#clear(length, end);
    const met = this.#order.length;
    for (let row = from; row < length; row += 1) {
      this.a[row] = this.#number(this.a[row]!);
      this.b[row] = this.#number(this.b[row]!);
    }
    this.length = length;
    return this.#order.slice(met);
  }

  get bytes(): number {
    return this.#columns().reduce((sum, column) => sum + column.byteLength, 0);
  }

  #stateOf(row: number): RowChange['before'] {
    return { outcome: this.outcome[row]!, excluded: this.excluded[row]! };
  }

  #number(code: number): number {
    const known = this.#numberOf[code];
    if (known !== undefined) return known;
    const number = this.#order.length;
    if (number > MAX_MODELS)
      throw new ArenaError('internal', `A campaign of more than ${MAX_MODELS} models was read.`);
    this.#order.push(code);
    this.#numberOf[code] = number;
    return number;
  }

  #columns(): Column[] {
    const { a, b, outcome, excluded, reason, flags, rater, prompt, turn, category, language } = this;
    const { answerA, answerB, atMs, seq, shareA, weight, source } = this;
    const all = [a, b, outcome, excluded, reason, flags, rater, prompt, turn, category, language];
    const some = [shareA, weight, source].filter((column) => column !== null);
    return [...all, answerA, answerB, atMs, seq, ...some];
  }

  /** Rows that were moved leave a place that later rows may not write in full. */
  #clear(from: number, to: number): void {
    this.seq.fill(0, from, to);
    this.shareA?.fill(Number.NaN, from, to);
    this.weight?.fill(1, from, to);
    this.source?.fill(0, from, to);
  }

  #move(columns: readonly Column[], from: number, to: number): void {
    for (const column of columns) column[to] = column[from]!;
  }
}

function grown<C extends Column>(column: C, room: number): C {
  const wider = new (column.constructor as new (length: number) => C)(room);
  wider.set(column);
  return wider;
}
