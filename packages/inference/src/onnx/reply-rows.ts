import type { Decoder, Past } from './decoder.ts';

/** Products of a single row rounded to int8 are worked out by another kernel: a lone reply gets an empty row beside it. */
const leastRows = ({ kernel }: Decoder) => (kernel === 'int8' ? 2 : 1);
/** Tokens by which the room for replies grows. The attention reads over room that is empty, so it is kept narrow. */
const ROOM_TOKENS = 32;

type Room = Past & { readonly lengths: number[] };

/**
 * Replies that grow a token at a time, beside each other: each weight is fetched from memory once for all of them, which is
 * what writing takes its time for. Only for a decoder that `hasRoom`.
 */
export class ReplyRows {
  readonly #decoder: Decoder;
  readonly #mostRows: number;
  #room: Room | null = null;
  #width = 0;
  readonly #taken = new Set<number>();

  /** @param mostRows replies at once */
  constructor(decoder: Decoder, mostRows: number) {
    this.#decoder = decoder;
    this.#mostRows = Math.max(leastRows(decoder), mostRows);
  }

  get count(): number {
    return this.#taken.size;
  }

  /** @param past of one row, behind which the reply begins; it is copied @returns the reply's row */
  add(past: Past): number {
    const [tokens = 0] = past.lengths;
    let row = 0;
    while (this.#taken.has(row)) row += 1;
    this.#makeRoom(row + 1, tokens + 1);
    this.#decoder.put(past, 0, tokens, this.#room!, row);
    this.#taken.add(row);
    return row;
  }

  drop(row: number): void {
    this.#taken.delete(row);
    if (this.#taken.size > 0) return;
    this.#room = null;
    this.#width = 0;
  }

  /**
   * @param next the next token of every row that is taken
   * @returns of each of them, a logit for every token of the vocabulary
   */
  async write(next: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, Float32Array>> {
    const lengths = [...this.#taken].map((row) => this.#room!.lengths[row]!);
    this.#makeRoom(0, Math.max(...lengths) + 1);
    const room = this.#room!;
    // an empty row is written over and over
    for (const row of room.lengths.keys()) if (!this.#taken.has(row)) room.lengths[row] = 0;
    const ids = room.lengths.map((_, row) => next.get(row) ?? 0);
    const logits = await this.#decoder.write(ids, room);
    return new Map([...next.keys()].map((row) => [row, logits[row]!]));
  }

  #makeRoom(rows: number, tokens: number): void {
    const known = this.#room;
    const before = known?.lengths.length ?? 0;
    if (known !== null && rows <= before && tokens <= this.#width) return;
    let count = Math.max(leastRows(this.#decoder), before);
    while (count < rows) count = Math.min(2 * count, this.#mostRows);
    const width = Math.max(this.#width, Math.ceil(tokens / ROOM_TOKENS) * ROOM_TOKENS);
    const room = this.#decoder.room(count, width);
    for (const row of this.#taken) this.#decoder.put(known!, row, known!.lengths[row]!, room, row);
    this.#room = room;
    this.#width = width;
  }
}
