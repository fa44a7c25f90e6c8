import { ArenaError } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import type { ChatMessage } from './chat-template.ts';
import type { Past } from './decoder.ts';
import { GrowingText, type PlaceProbabilities } from './generation.ts';
import type { LoadedModel } from './load-model.ts';
import { likeliest, logSoftmax } from './log-softmax.ts';
import { PrefixCache, sharedTokens } from './prefix-cache.ts';
import { readInPieces } from './read-in-pieces.ts';
import { sampleToken } from './sample-token.ts';

/** What a model is asked. */
export type LocalRequest = {
  readonly prompt:
    | { readonly kind: 'chat'; readonly messages: readonly ChatMessage[]; readonly prefill: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'tokens'; readonly ids: readonly number[] };
  /** Tokens of the reply at most; 0: only the prompt is read. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** Decides draws together with the request; null: chance does. */
  readonly seed: string | null;
  readonly stop: readonly string[];
  /** Alternatives that come with each token, 0..20; null: no probabilities at all. */
  readonly topLogprobs: number | null;
  /** With probabilities of the prompt's own tokens. */
  readonly echo: boolean;
  /** Texts whose probabilities as the next token are wanted, each one token. */
  readonly labels: readonly string[];
};

export type LocalReply = {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly logprobs: readonly PlaceProbabilities[] | null;
  /** Of the prompt's tokens, the first without one; null where it was not asked for. */
  readonly promptLogprobs:
    | readonly (PlaceProbabilities | { readonly token: string; readonly logprob: null })[]
    | null;
  readonly labels: readonly { readonly token: string; readonly id: number; readonly logprob: number }[];
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
};

export type Piece = { readonly text: string; readonly logprobs: PlaceProbabilities | null };

/** Counts since the model was loaded. */
export type EngineCounts = {
  waiting: number;
  active: number;
  requests: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Rows and padded tokens of prefills. */
  prefills: number;
  prefillMs: number;
  decodeMs: number;
};

type Job = {
  readonly request: LocalRequest;
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly labelIds: readonly number[];
  readonly text: GrowingText;
  readonly logprobs: PlaceProbabilities[];
  readonly chance: () => number;
  readonly onPiece: (piece: Piece) => void;
  readonly resolve: (reply: LocalReply) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  promptLogprobs: LocalReply['promptLogprobs'];
  labels: LocalReply['labels'];
  cachedTokens: number;
  completionTokens: number;
  past: Past | null;
  next: number;
};

/** Where more wait than that, the first is read before those that are more alike. */
const MOST_WAITING = 16;
export const MOST_TOP_LOGPROBS = 20;

/**
 * Asks one loaded model, on the thread that it runs on: prompts are read one after another, those that begin alike next to
 * each other; replies grow a token at a time in turns, so a long one holds up no verdict for long.
 */
export class Engine {
  readonly #model: LoadedModel;
  readonly #cache: PrefixCache;
  #waiting: Job[] = [];
  #active: Job[] = [];
  #last: readonly number[] = [];
  #running: Promise<void> | null = null;
  #isEnding = false;
  readonly counts: EngineCounts = {
    waiting: 0,
    active: 0,
    requests: 0,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    prefills: 0,
    prefillMs: 0,
    decodeMs: 0,
  };

  constructor(model: LoadedModel) {
    this.#model = model;
    this.#cache = new PrefixCache(model.info.memory.parts.prefixCache, model.info.reading.pieceTokens);
  }

  /**
   * @param onPiece is handed the text as it grows
   * @throws ArenaError('too_large') where the prompt is longer than the model's context
   * @throws ArenaError('invalid_request') where a label is no single token, or messages do not fit the template
   * @throws the signal's reason when it is aborted
   */
  ask(request: LocalRequest, onPiece: (piece: Piece) => void, signal: AbortSignal): Promise<LocalReply> {
    signal.throwIfAborted();
    const ids = this.#idsOf(request.prompt);
    const { contextTokens } = this.#model.info;
    if (ids.length + Math.min(1, request.maxTokens) > contextTokens) {
      throw new ArenaError(
        'too_large',
        `The prompt has ${ids.length} tokens; the maximum context length of ${this.#model.info.name} is ${contextTokens} tokens, the reply included.`,
        {
          hint:
            contextTokens < this.#model.folder.contextTokens
              ? `Shorten the prompt, or allow the model more memory: its own context is ${this.#model.folder.contextTokens} tokens.`
              : 'Shorten the prompt, or ask a model with a longer context.',
          at: { column: 'messages' },
        },
      );
    }
    if (ids.length === 0)
      throw new ArenaError('invalid_request', 'The prompt is empty.', { at: { column: 'prompt' } });
    const labelIds = request.labels.map((label) => this.#labelId(label));
    return new Promise((resolve, reject) => {
      const { seed } = request;
      const random = seededRandom(seed ?? crypto.randomUUID());
      const job: Job = {
        request,
        ids,
        labelIds,
        maxTokens: Math.min(request.maxTokens, contextTokens - ids.length),
        text: new GrowingText(this.#model.tokenizer, request.stop),
        logprobs: [],
        chance: () => random.next(),
        onPiece,
        resolve,
        reject,
        signal,
        promptLogprobs: null,
        labels: [],
        cachedTokens: 0,
        completionTokens: 0,
        past: null,
        next: 0,
      };
      this.counts.requests += 1;
      this.#waiting.push(job);
      this.#running ??= this.#run().finally(() => {
        this.#running = null;
      });
    });
  }

  #idsOf(prompt: LocalRequest['prompt']): readonly number[] {
    const { tokenizer, renderChat, info } = this.#model;
    if (prompt.kind === 'text') return tokenizer.encodeWhole(prompt.text);
    if (prompt.kind === 'chat') return tokenizer.encode(renderChat(prompt.messages) + prompt.prefill);
    const wrong = prompt.ids.find((id) => !Number.isInteger(id) || id < 0 || id >= info.vocabulary);
    if (wrong === undefined) return prompt.ids;
    throw new ArenaError('invalid_request', `${wrong} is no token of ${info.name}.`, {
      at: { column: 'prompt' },
    });
  }

  #labelId(label: string): number {
    const ids = this.#model.tokenizer.encode(label);
    if (ids.length === 1) return ids[0]!;
    throw new ArenaError(
      'invalid_request',
      `"${label}" is ${ids.length} tokens of ${this.#model.info.name}.`,
      {
        hint: 'Labels are compared by their probability as one token: take single letters or digits.',
        at: { column: 'labels', value: label },
      },
    );
  }

  async #run(): Promise<void> {
    while (!this.#isEnding && this.#waiting.length + this.#active.length > 0) {
      this.#dropAborted();
      const reads = this.#active.length < this.#model.info.memory.rows ? this.#takeNext() : null;
      if (reads !== null) await this.#guard(reads, () => this.#begin(reads));
      else for (const job of [...this.#active]) await this.#guard(job, () => this.#step(job));
      this.counts.waiting = this.#waiting.length;
      this.counts.active = this.#active.length;
      // messages are read between two runs: onnxruntime holds the thread while it works
      await new Promise(setImmediate);
    }
  }

  /** Resolves when nothing runs any more: what is begun is not finished. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
  }

  #dropAborted(): void {
    const goesOn = (job: Job): boolean => {
      if (!job.signal.aborted) return true;
      job.reject(job.signal.reason);
      return false;
    };
    this.#waiting = this.#waiting.filter(goesOn);
    this.#active = this.#active.filter(goesOn);
  }

  /** The one that shares most with the prompt that was read last; of equals, the one that came first. */
  #takeNext(): Job | null {
    let best: Job | null = null;
    let most = -1;
    for (const job of this.#waiting) {
      const shared = sharedTokens(this.#last, job.ids);
      if (shared <= most) continue;
      most = shared;
      best = job;
    }
    // nobody waits for ever behind prompts that are more alike
    const first = this.#waiting[0] ?? null;
    const taken = this.#waiting.length > MOST_WAITING ? first : best;
    this.#waiting = this.#waiting.filter((job) => job !== taken);
    return taken;
  }

  async #guard(job: Job, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#active = this.#active.filter((each) => each !== job);
      job.reject(error);
    }
  }

  async #begin(job: Job): Promise<void> {
    const { prefill } = this.#model;
    const { ids, request, maxTokens } = job;
    const startMs = performance.now();
    const sharesPast = prefill.canCut && !request.echo;
    const known = sharesPast ? this.#cache.find(ids) : null;
    const before = known?.tokens ?? 0;
    const past = known === null ? null : prefill.cut(known.past, before);
    const isLong = maxTokens > 1;
    const read = request.echo
      ? await this.#readWithPrompt(job)
      : await this.#readPieces(job, past, isLong || sharesPast);
    if (sharesPast && read.past !== null) this.#cache.keep(ids, read.past);
    this.#last = ids;
    job.cachedTokens = before;
    job.past = isLong ? read.past : null;
    this.counts.prefills += 1;
    this.counts.prefillMs += performance.now() - startMs;
    this.counts.promptTokens += ids.length;
    this.counts.cachedTokens += before;
    const logits = read.logits.at(-1)!;
    if (job.labelIds.length > 0) {
      const logprobs = logSoftmax(logits);
      job.labels = job.labelIds.map((id, at) => ({ token: request.labels[at]!, id, logprob: logprobs[id]! }));
    }
    if (maxTokens === 0) {
      this.#finish(job, 'length');
      return;
    }
    this.#active.push(job);
    this.#take(job, logits);
  }

  /** @returns the last piece's logits */
  async #readPieces(job: Job, known: Past | null, keepsPast: boolean) {
    const { prefill, info } = this.#model;
    const { pieceTokens } = info.reading;
    for await (const piece of readInPieces(prefill, job.ids, { pieceTokens, known, keepsPast })) {
      if (piece.isLast) return piece;
      await this.#letAbort(job);
    }
    throw new RangeError('A prompt has at least one token behind what is known of it.');
  }

  /** Reads the whole prompt with the logits of every place, some places at a time: they are as wide as the vocabulary. */
  async #readWithPrompt(job: Job) {
    const { ids, request } = job;
    const { tokenizer, prefill, info } = this.#model;
    const found: (PlaceProbabilities | { readonly token: string; readonly logprob: null })[] = [
      { token: tokenizer.textOf(ids[0]!), logprob: null },
    ];
    const { pieceTokens } = info.reading;
    const placesOf = (length: number) => [...Array(length).keys()];
    for await (const piece of readInPieces(prefill, ids, { pieceTokens, keepsPast: true, placesOf })) {
      await this.#letAbort(job);
      for (const [at, logits] of piece.logits.entries()) {
        const id = ids[piece.from + at + 1];
        if (id !== undefined) found.push(this.#placeOf(logSoftmax(logits), id, request.topLogprobs ?? 0));
      }
      if (!piece.isLast) continue;
      job.promptLogprobs = found;
      return piece;
    }
    throw new RangeError('A prompt has at least one token.');
  }

  /** Messages are read between two pieces: who gave up is not read to the end. */
  async #letAbort({ signal }: Job): Promise<void> {
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }

  async #step(job: Job): Promise<void> {
    const startMs = performance.now();
    const read = await this.#model.decode.read([{ ids: [job.next], places: [0] }], job.past, true);
    job.past = read.past;
    this.counts.decodeMs += performance.now() - startMs;
    this.#take(job, read.logits[0]![0]!);
  }

  /** Takes the next token of a reply, which may be its last. */
  #take(job: Job, logits: Float32Array): void {
    const { request } = job;
    const logprobs = logSoftmax(logits);
    const id = sampleToken(logprobs, request, job.chance);
    const isEnd = this.#model.folder.endTokens.includes(id);
    job.completionTokens += 1;
    this.counts.completionTokens += 1;
    if (isEnd) {
      this.#finish(job, 'stop');
      return;
    }
    const place = request.topLogprobs === null ? null : this.#placeOf(logprobs, id, request.topLogprobs);
    if (place !== null) job.logprobs.push(place);
    job.onPiece({ text: job.text.add(id), logprobs: place });
    job.next = id;
    if (job.text.isStopped) this.#finish(job, 'stop');
    else if (job.completionTokens >= job.maxTokens) this.#finish(job, 'length');
  }

  #placeOf(logprobs: Float64Array, id: number, top: number): PlaceProbabilities {
    const { tokenizer } = this.#model;
    return {
      token: tokenizer.textOf(id),
      logprob: logprobs[id]!,
      top: likeliest(logprobs, top).map((each) => ({
        token: tokenizer.textOf(each),
        logprob: logprobs[each]!,
      })),
    };
  }

  #finish(job: Job, finishReason: LocalReply['finishReason']): void {
    this.#active = this.#active.filter((each) => each !== job);
    const left = job.text.end();
    if (left !== '') job.onPiece({ text: left, logprobs: null });
    job.resolve({
      text: job.text.text,
      finishReason,
      logprobs: job.request.topLogprobs === null ? null : job.logprobs,
      promptLogprobs: job.promptLogprobs,
      labels: job.labels,
      promptTokens: job.ids.length,
      cachedTokens: job.cachedTokens,
      completionTokens: job.completionTokens,
    });
  }
}
