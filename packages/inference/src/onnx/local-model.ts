import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ArenaError } from '@agon/domain';
import type { LoadOptions, ModelInfo } from './load-model.ts';
import type { EngineCounts, LocalReply, LocalRequest, Piece } from './local-request.ts';
import { type FromThread, received, type ToThread } from './model-thread.ts';
import { silenceRuntime } from './onnx-runtime.ts';
import type { ScoreReply, ScoreRequest } from './score-engine.ts';

type Asked = {
  readonly onPiece: ((piece: Piece) => void) | undefined;
  resolve(reply: LocalReply | ScoreReply): void;
  reject(error: unknown): void;
};

/** Waits until a model may take so many bytes. @throws where it may not */
export type Admit = (bytes: number) => Promise<void>;

type Thread = { readonly worker: Worker; readonly info: ModelInfo; readonly loadMs: number };

/**
 * A model on a thread of its own. A thread that dies takes with it what it was asked, as errors, and is started anew for
 * the next question.
 */
export class LocalModel {
  readonly #options: LoadOptions;
  readonly #admit: Admit;
  readonly #asked = new Map<number, Asked>();
  #thread: Promise<Thread> | null = null;
  /** The one that asks go to. */
  #worker: Worker | null = null;
  #asks = 0;
  #unanswered = 0;
  #counts: EngineCounts | null = null;
  /** Times that its thread died. */
  deaths = 0;

  /** @param admit is asked before it is loaded, each time */
  constructor(options: LoadOptions, admit: Admit = () => Promise.resolve()) {
    this.#options = options;
    this.#admit = admit;
  }

  /** Loads it where it is not loaded. @throws ArenaError as `loadModel` */
  async info(): Promise<ModelInfo & { readonly loadMs: number }> {
    const { info, loadMs } = await this.#open();
    return { ...info, loadMs };
  }

  /** Requests that have no reply yet, those among them that wait for it to be loaded. */
  get open(): number {
    return this.#unanswered;
  }

  /** As of the last reply; null: there was none. */
  get counts(): EngineCounts | null {
    return this.#counts;
  }

  get isLoaded(): boolean {
    return this.#thread !== null;
  }

  /**
   * @param onPiece is handed the text as it grows
   * @throws ArenaError as `Engine.ask`; provider_unreachable where the thread dies
   * @throws the signal's reason when it is aborted
   */
  async ask(
    request: LocalRequest,
    signal: AbortSignal,
    onPiece?: (piece: Piece) => void,
  ): Promise<LocalReply> {
    const streams = onPiece !== undefined;
    const reply = await this.#send((id) => ({ kind: 'ask', id, request, streams }), signal, onPiece);
    return reply as LocalReply;
  }

  /**
   * What a reward model gives texts.
   * @throws ArenaError as `ScoreEngine.score`; unknown_model where the model writes; provider_unreachable as `ask`
   * @throws the signal's reason when it is aborted
   */
  async score(request: ScoreRequest, signal: AbortSignal): Promise<ScoreReply> {
    return (await this.#send((id) => ({ kind: 'score', id, request }), signal)) as ScoreReply;
  }

  async #send(
    messageOf: (id: number) => ToThread,
    signal: AbortSignal,
    onPiece?: (piece: Piece) => void,
  ): Promise<LocalReply | ScoreReply> {
    signal.throwIfAborted();
    this.#unanswered += 1;
    try {
      const { worker } = await orAbort(this.#open(), signal);
      return await this.#answered(worker, messageOf, signal, onPiece);
    } finally {
      this.#unanswered -= 1;
    }
  }

  async #answered(
    worker: Worker,
    messageOf: (id: number) => ToThread,
    signal: AbortSignal,
    onPiece: ((piece: Piece) => void) | undefined,
  ): Promise<LocalReply | ScoreReply> {
    const id = ++this.#asks;
    const send = (message: ToThread) => worker.postMessage(message);
    const stop = () => {
      this.#asked.get(id)?.reject(signal.reason);
      send({ kind: 'abort', id });
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<LocalReply | ScoreReply>((resolve, reject) => {
        this.#asked.set(id, { onPiece, resolve, reject });
        send(messageOf(id));
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.#asked.delete(id);
    }
  }

  /** Frees its memory; it is loaded again when it is asked next. */
  async unload(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    // its end is no death
    this.#worker = null;
    const worker = (await thread?.catch(() => null))?.worker;
    if (worker === undefined) return;
    const ended = once(worker, 'exit');
    worker.postMessage({ kind: 'end' } satisfies ToThread);
    // it keeps nothing alive else, and its end is waited for
    worker.ref();
    await ended;
  }

  #open(): Promise<Thread> {
    if (this.#thread !== null) return this.#thread;
    const opening = this.#start();
    this.#thread = opening;
    // a folder that was mended is tried again
    opening.catch(() => {
      if (this.#thread === opening) this.#thread = null;
    });
    return opening;
  }

  #start(): Promise<Thread> {
    silenceRuntime();
    const worker = new Worker(new URL('./model-thread.ts', import.meta.url), {
      workerData: { isModelThread: true, options: this.#options },
    });
    this.#worker = worker;
    // a process that has nothing else to do ends
    worker.unref();
    return new Promise((resolve, reject) => {
      let ready: Thread | null = null;
      const die = (why: string) => {
        const error = new ArenaError(
          'provider_unreachable',
          `The thread of the model in ${this.#options.folder} ended: ${why}.`,
          {
            hint: 'It is started again for the next question. Is the machine short of memory?',
          },
        );
        reject(error);
        if (ready === null) return;
        if (this.#worker === worker) {
          this.deaths += 1;
          this.#worker = null;
          this.#thread = null;
        }
        for (const { reject: fail } of this.#asked.values()) fail(error);
      };
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'needs') {
          const tell = (kind: 'load' | 'end') => worker.postMessage({ kind } satisfies ToThread);
          this.#admit(message.bytes).then(
            () => tell('load'),
            (error) => {
              reject(error);
              tell('end');
            },
          );
        } else if (message.kind === 'ready') {
          ready = { worker, info: message.info, loadMs: message.loadMs };
          resolve(ready);
        } else if (message.kind === 'failed') reject(received(message.error));
        else if (message.kind === 'piece') this.#asked.get(message.id)?.onPiece?.(message.piece);
        else if (message.kind === 'reply' || message.kind === 'scored') {
          this.#counts = message.counts;
          this.#asked.get(message.id)?.resolve(message.reply);
        } else this.#asked.get(message.id)?.reject(received(message.error));
      });
      worker.once('error', (error) => die(error instanceof Error ? error.message : String(error)));
      worker.once('exit', (code) => die(`exit code ${code}`));
    });
  }
}

/** @throws the signal's reason where it is aborted first */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
