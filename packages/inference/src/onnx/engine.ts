import { ArenaError } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { chooseBeside } from './choose-batch.ts';
import type { Past } from './decoder.ts';
import { GrowingText, type PlaceProbabilities } from './generation.ts';
import type { LoadedModel } from './load-model.ts';
import { type LocalReply, type LocalRequest, noCounts, type Piece } from './local-request.ts';
import { likeliest, logSoftmax } from './log-softmax.ts';
import { PrefixCache, sharedTokens } from './prefix-cache.ts';
import { readInPieces } from './read-in-pieces.ts';
import { ReplyRows } from './reply-rows.ts';
import { sampleToken } from './sample-token.ts';
import { readTokenTexts, SchemaWriter, type TokenTexts } from './schema-writer.ts';

type Job = {
  readonly request: LocalRequest;
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly labelIds: readonly number[];
  readonly text: GrowingText;
  readonly writer: SchemaWriter | null;
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
  /** Of a reply that grows alone. */
  past: Past | null;
  /** Of one that grows beside others. */
  row: number | null;
  next: number;
};

/** Tokens of a whole prompt's probabilities that are worked out at once: each has as many as the vocabulary. */
const ECHO_TOKENS = 64;
/** Where more wait than that, the first is read before those that are more alike. */
const MAX_WAITING = 16;

/**
 * Asks one loaded model, on the thread that it runs on. Prompts that begin alike are read one after the other, so that the
 * beginning is read once; others of about one length together, where the model reads rows as it reads each alone. Replies
 * grow a token at a time, together where the same bits come out, and a long one holds up no verdict for long.
 */
export class Engine {
  readonly #model: LoadedModel;
  readonly #cache: PrefixCache;
  #waiting: Job[] = [];
  #active: Job[] = [];
  #last: readonly number[] = [];
  /** Prompts read since replies grew. */
  #begun = 0;
  readonly #rows: ReplyRows;
  #tokenTexts: TokenTexts | null = null;
  #running: Promise<void> | null = null;
  #isEnding = false;
  readonly counts = noCounts();

  constructor(model: LoadedModel) {
    this.#model = model;
    this.#cache = new PrefixCache(model.info.memory.parts.prefixCache, model.info.reading);
    this.#rows = new ReplyRows(model.decode, this.#mostActive);
  }

  /**
   * @param onPiece is handed the text as it grows
   * @throws ArenaError('too_large') where the prompt is longer than the model's context
   * @throws ArenaError('invalid_request') where a label is no single token, messages do not fit the template, or a schema
   * asks for what is not known
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
    const writer = this.#writerOf(request);
    return new Promise((resolve, reject) => {
      const { seed } = request;
      const random = seededRandom(seed ?? crypto.randomUUID());
      const job: Job = {
        request,
        ids,
        labelIds,
        maxTokens: Math.min(request.maxTokens, contextTokens - ids.length),
        text: new GrowingText(this.#model.tokenizer, request.stop),
        writer,
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
        row: null,
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

  #writerOf({ jsonSchema, prompt }: LocalRequest): SchemaWriter | null {
    if (jsonSchema === undefined) return null;
    if (prompt.kind === 'chat' && prompt.prefill !== '') {
      throw new ArenaError('invalid_request', 'A reply that is begun cannot be held to a schema.', {
        at: { column: 'response_format' },
      });
    }
    const { tokenizer, info } = this.#model;
    this.#tokenTexts ??= readTokenTexts(tokenizer, info.vocabulary);
    return new SchemaWriter(jsonSchema, this.#tokenTexts);
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
      const reads = this.#takesPrompts ? this.#takeNext() : null;
      if (reads === null) await this.#growReplies();
      else {
        const batch = [reads, ...this.#takeBeside(reads)];
        this.#begun += batch.length;
        if (batch.length > 1) await this.#guard(batch, () => this.#beginTogether(batch));
        else await this.#guard(batch, () => this.#begin(reads));
      }
      this.counts.waiting = this.#waiting.length;
      this.counts.active = this.#active.length;
      // messages are read between two runs: onnxruntime holds the thread while it works
      await new Promise(setImmediate);
    }
  }

  /** Replies that are written at once, and prompts that are read before these grow by a token. */
  get #mostActive(): number {
    return this.#model.info.memory.rows;
  }

  get #takesPrompts(): boolean {
    const { length } = this.#active;
    return length < this.#mostActive && (length === 0 || this.#begun < this.#mostActive);
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
    for (const job of this.#active) if (!goesOn(job)) this.#leave(job);
  }

  #leave(job: Job): void {
    this.#active = this.#active.filter((each) => each !== job);
    if (job.row !== null) this.#rows.drop(job.row);
    job.row = null;
    job.past = null;
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
    const taken = this.#waiting.length > MAX_WAITING ? first : best;
    this.#waiting = this.#waiting.filter((job) => job !== taken);
    return taken;
  }

  #takeBeside(first: Job): readonly Job[] {
    const { info } = this.#model;
    const taken = chooseBeside(first, this.#waiting, {
      info,
      mostRows: this.#mostActive - this.#active.length,
      isKnown: (ids) => this.#cache.find(ids) !== null,
    });
    this.#waiting = this.#waiting.filter((job) => !taken.includes(job));
    return taken;
  }

  async #guard(jobs: readonly Job[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const job of jobs) {
        this.#leave(job);
        job.reject(error);
      }
    }
  }

  async #beginTogether(jobs: readonly Job[]): Promise<void> {
    const { prefill, info } = this.#model;
    const startMs = performance.now();
    const isCpu = info.executionProvider === 'cpu';
    const rows = jobs.map(({ ids }) => ({ ids, places: [ids.length - 1] }));
    const keepsPast = isCpu || jobs.some(({ maxTokens }) => maxTokens > 1);
    const read = await prefill.read(rows, null, keepsPast);
    const width = Math.max(...jobs.map(({ ids }) => ids.length));
    this.counts.batches += 1;
    this.counts.paddedTokens += width * jobs.length;
    this.counts.prefillMs += performance.now() - startMs;
    for (const [at, job] of jobs.entries()) {
      const { ids } = job;
      const past = read.past === null ? null : prefill.cut(read.past, ids.length, at);
      if (isCpu && past !== null) this.#cache.keep(ids, past);
      this.counts.batchTokens += ids.length;
      this.#start(job, past, read.logits[at]![0]!);
    }
    this.#last = jobs.at(-1)!.ids;
  }

  async #begin(job: Job): Promise<void> {
    const { prefill } = this.#model;
    const { ids, request, maxTokens } = job;
    const startMs = performance.now();
    const sharesPast = prefill.canCut && !request.echo;
    const known = sharesPast ? this.#cache.find(ids) : null;
    job.cachedTokens = known?.tokens ?? 0;
    const past = known === null ? null : prefill.cut(known.past, known.tokens);
    const read = request.echo
      ? await this.#readWithPrompt(job)
      : await this.#readPieces(job, past, maxTokens > 1 || sharesPast);
    if (sharesPast && read.past !== null) this.#cache.keep(ids, read.past);
    this.#last = ids;
    this.counts.prefillMs += performance.now() - startMs;
    this.#start(job, read.past, read.logits.at(-1)!);
  }

  /** Takes the first token of a reply. @param past of the whole prompt; null: of a reply that has no second */
  #start(job: Job, past: Past | null, logits: Float32Array): void {
    const { ids, request, maxTokens } = job;
    this.counts.prefills += 1;
    this.counts.promptTokens += ids.length;
    this.counts.cachedTokens += job.cachedTokens;
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
    if (!this.#active.includes(job) || past === null) return;
    if (this.#model.info.reading.keepsBits) job.row = this.#rows.add(past);
    else job.past = past;
  }

  /** @returns the last piece's logits */
  async #readPieces(job: Job, known: Past | null, keepsPast: boolean) {
    const { prefill, info } = this.#model;
    const { reading } = info;
    for await (const piece of readInPieces(prefill, job.ids, { reading, known, keepsPast })) {
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
    const reading = info.reading.keepsBits ? { ...info.reading, pieceTokens: ECHO_TOKENS } : info.reading;
    const placesOf = (length: number) => [...Array(length).keys()];
    for await (const piece of readInPieces(prefill, ids, { reading, keepsPast: true, placesOf })) {
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

  /** Every reply grows by a token. */
  async #growReplies(): Promise<void> {
    const startMs = performance.now();
    this.#begun = 0;
    this.counts.steps += 1;
    const { decode } = this.#model;
    const together = this.#active.filter(({ row }) => row !== null);
    if (together.length > 0) {
      await this.#guard(together, async () => {
        const logits = await this.#rows.write(new Map(together.map(({ row, next }) => [row!, next])));
        this.counts.decodeMs += performance.now() - startMs;
        for (const job of together) this.#take(job, logits.get(job.row!)!);
      });
    }
    for (const job of this.#active.filter(({ row }) => row === null)) {
      const stepMs = performance.now();
      await this.#guard([job], async () => {
        const read = await decode.read([{ ids: [job.next], places: [0] }], job.past, true);
        job.past = read.past;
        this.counts.decodeMs += performance.now() - stepMs;
        this.#take(job, read.logits[0]![0]!);
      });
    }
  }

  /** Takes the next token of a reply, which may be its last. */
  #take(job: Job, logits: Float32Array): void {
    const { request, writer } = job;
    const { endTokens } = this.#model.folder;
    const logprobs = logSoftmax(logits);
    const id = sampleToken(writer?.only(logprobs, endTokens) ?? logprobs, request, job.chance);
    const isEnd = endTokens.includes(id);
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
    writer?.take(id);
    if (job.text.isStopped || writer?.isDone === true) this.#finish(job, 'stop');
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
    this.#leave(job);
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
