import { createHash } from 'node:crypto';
import type { ScoreInput } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import type { LoadedScorer } from './load-scorer.ts';
import { noCounts } from './local-request.ts';
import type { ScoredRow } from './scorer.ts';

/** What a reward model is asked. */
export type ScoreRequest = {
  readonly inputs: readonly ScoreInput[];
  /**
   * Each text by itself: products of other shapes round otherwise, so this is what makes a score the same to the bit,
   * whatever it is asked with.
   */
  readonly alone: boolean;
};

export type ScoreReply = {
  /** Logits of each input. */
  readonly scores: readonly (readonly number[])[];
  readonly promptTokens: number;
  /** Of them, those of texts that were scored before. */
  readonly cachedTokens: number;
};

/** Rows of one batch at most, and their tokens with padding. */
const MAX_ROWS = 32;
const MAX_TOKENS = 8192;
/** In one batch no row is longer than this many times the shortest: padding costs what tokens cost. */
const LONGEST_OVER_SHORTEST = 1.25;
/** Scores that are remembered: an answer stands in many battles. */
const MAX_KNOWN = 20_000;

/** Asks one loaded reward model, on the thread that it runs on, one request after another. */
export class ScoreEngine {
  readonly #model: LoadedScorer;
  readonly #known = new Map<string, readonly number[]>();
  #last: Promise<unknown> = Promise.resolve();
  #isEnding = false;
  readonly counts = noCounts();

  constructor(model: LoadedScorer) {
    this.#model = model;
  }

  /**
   * @throws ArenaError('too_large') where a text is longer than the model reads
   * @throws ArenaError('invalid_request') where a conversation does not fit the model's chat template
   * @throws the signal's reason when it is aborted
   */
  async score({ inputs, alone }: ScoreRequest, signal: AbortSignal): Promise<ScoreReply> {
    const rows = inputs.map((input) => this.#rowOf(input));
    this.counts.requests += 1;
    this.counts.waiting += 1;
    const turn = this.#last.then(async () => {
      this.counts.waiting -= 1;
      this.counts.active = 1;
      try {
        return await (alone ? this.#oneByOne(rows, signal) : this.#inBatches(rows, signal));
      } finally {
        this.counts.active = 0;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#last;
  }

  #rowOf(input: ScoreInput): ScoredRow {
    const row = this.#encode(input);
    const { name, contextTokens } = this.#model.info;
    if (row.ids.length <= contextTokens) return row;
    throw new ArenaError(
      'too_large',
      `The text has ${row.ids.length} tokens; ${name} reads ${contextTokens} at most.`,
      { hint: 'Shorten the texts, or ask a model that reads longer ones.', at: { column: 'inputs' } },
    );
  }

  #encode(input: ScoreInput): ScoredRow {
    const { tokenizer, renderChat } = this.#model;
    const whole = (ids: number[]): ScoredRow => ({ ids, types: [] });
    if (input.kind === 'text') return whole(tokenizer.encodeWhole(input.text));
    if (input.kind === 'pair') return tokenizer.encodePair(input.first, input.second);
    if (renderChat !== null) return whole(tokenizer.encode(renderChat(input.messages)));
    // without a template, what came before the last answer is the first text, and that answer the second
    const before = input.messages.slice(0, -1).map(({ content }) => content);
    return tokenizer.encodePair(before.join('\n\n'), input.messages.at(-1)?.content ?? '');
  }

  async #oneByOne(rows: readonly ScoredRow[], signal: AbortSignal): Promise<ScoreReply> {
    const scores: (readonly number[])[] = [];
    let cachedTokens = 0;
    for (const row of rows) {
      const key = keyOf(row);
      const known = this.#known.get(key);
      if (known !== undefined) cachedTokens += row.ids.length;
      const found = known ?? (await this.#run([row], signal))[0]!;
      this.#keep(key, found);
      scores.push(found);
    }
    return this.#reply(rows, scores, cachedTokens);
  }

  async #inBatches(rows: readonly ScoredRow[], signal: AbortSignal): Promise<ScoreReply> {
    const scores: (readonly number[])[] = [];
    for (const places of batchesOf(rows, this.#model.info.batches)) {
      const found = await this.#run(
        places.map((place) => rows[place]!),
        signal,
      );
      for (const [at, place] of places.entries()) scores[place] = found[at]!;
    }
    return this.#reply(rows, scores, 0);
  }

  async #run(rows: readonly ScoredRow[], signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    // messages are read between two runs: onnxruntime holds the thread while it works
    await new Promise(setImmediate);
    signal.throwIfAborted();
    if (this.#isEnding) throw new ArenaError('provider_unreachable', 'The model is being unloaded.');
    const startMs = performance.now();
    const scores = await this.#model.scorer.score(rows);
    this.counts.prefills += rows.length;
    if (rows.length > 1) {
      const lengths = rows.map(({ ids }) => ids.length);
      this.counts.batches += 1;
      this.counts.batchTokens += lengths.reduce((sum, length) => sum + length, 0);
      this.counts.paddedTokens += rows.length * Math.max(...lengths);
    }
    this.counts.prefillMs += performance.now() - startMs;
    if (scores.flat().every(Number.isFinite)) return scores;
    throw new ArenaError('internal', `${this.#model.info.name} gave a score that is no number.`);
  }

  #keep(key: string, scores: readonly number[]): void {
    this.#known.delete(key);
    this.#known.set(key, scores);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  #reply(
    rows: readonly ScoredRow[],
    scores: readonly (readonly number[])[],
    cachedTokens: number,
  ): ScoreReply {
    const promptTokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    this.counts.promptTokens += promptTokens;
    this.counts.cachedTokens += cachedTokens;
    return { scores, promptTokens, cachedTokens };
  }
}

/** Places of rows that go together: alike in length, and no more than fit. */
export function batchesOf(
  rows: readonly Pick<ScoredRow, 'ids'>[],
  mayBatch: boolean,
): readonly (readonly number[])[] {
  const byLength = [...rows.keys()].sort((x, y) => rows[x]!.ids.length - rows[y]!.ids.length || x - y);
  const batches: number[][] = [];
  for (const place of byLength) {
    const open = batches.at(-1);
    const length = rows[place]!.ids.length;
    const shortest = open === undefined ? 0 : rows[open[0]!]!.ids.length;
    const fits =
      mayBatch &&
      open !== undefined &&
      open.length < MAX_ROWS &&
      (open.length + 1) * length <= MAX_TOKENS &&
      length <= LONGEST_OVER_SHORTEST * shortest;
    if (fits) open.push(place);
    else batches.push([place]);
  }
  return batches;
}

function keyOf({ ids, types }: ScoredRow): string {
  return createHash('sha256')
    .update(JSON.stringify([ids, types]))
    .digest('base64');
}
