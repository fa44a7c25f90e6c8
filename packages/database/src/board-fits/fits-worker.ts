import { Worker } from 'node:worker_threads';
import type { BoardAnswer, BoardAnswers, BoardQuestion } from '@agon/arena';
import { ArenaError, type CampaignId } from '@agon/domain';
import { unpackError } from '../error-message.ts';
import { END, type FitsReply, type FitsRequest } from './fits-message.ts';

type Answer = BoardAnswer<keyof BoardAnswers>;
type Pending = {
  readonly request: FitsRequest;
  /** Threads that died over it. */
  deaths: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
};

/** A question that outlives one death was perhaps only near it; after a second one it is taken for the cause. */
const MAX_DEATHS = 2;
const END_MS = 5000;

/** The thread that answers. It starts with the first question; one that died is started again, its questions put again. */
export class FitsWorker {
  readonly #url: string;
  readonly #thread: URL;
  readonly #pending = new Map<number, Pending>();
  /** Who waits for the pairs of a board that was answered. */
  readonly #unwritten = new Map<number, (pairs: Uint8Array<ArrayBuffer> | null) => void>();
  #worker: Worker | null = null;
  #lastId = 0;
  #closed = false;

  /** @param url of the database, postgres://… */
  constructor(url: string, thread: URL = new URL('./fits-thread.ts', import.meta.url)) {
    this.#url = url;
    this.#thread = thread;
  }

  get isBusy(): boolean {
    return this.#pending.size > 0 || this.#unwritten.size > 0;
  }

  ask(campaign: CampaignId, question: BoardQuestion): Promise<Answer> {
    if (this.#closed) return Promise.reject(stopping());
    this.#lastId += 1;
    const request: FitsRequest = { id: this.#lastId, campaign, question };
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { request, deaths: 0, resolve, reject });
      this.#running().postMessage(request);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#pending.values()) reject(stopping());
    this.#pending.clear();
    const worker = this.#worker;
    if (worker === null) return;
    // a fit is not waited for: it cannot be interrupted, and nobody reads it any more
    const timer = setTimeout(() => void worker.terminate(), END_MS);
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage(END);
    await ended;
    clearTimeout(timer);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#thread, { workerData: { url: this.#url } });
    let cause: unknown;
    worker.on('message', (reply: FitsReply) => this.#settle(reply));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = null;
      for (const resolve of this.#unwritten.values()) resolve(null);
      this.#unwritten.clear();
      if (!this.#closed) this.#askAgain(cause);
    });
    this.#worker = worker;
    return worker;
  }

  #settle(reply: FitsReply): void {
    if ('pairs' in reply) {
      this.#unwritten.get(reply.id)?.(reply.pairs);
      this.#unwritten.delete(reply.id);
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (pending === undefined) return;
    if ('error' in reply) pending.reject(unpackError(reply.error));
    else if (pending.request.question.kind !== 'board') pending.resolve(reply.answer);
    else {
      const pairs = new Promise<Uint8Array<ArrayBuffer> | null>((resolve) => {
        this.#unwritten.set(reply.id, resolve);
      });
      pending.resolve({ ...reply.answer, pairs });
    }
  }

  #askAgain(cause: unknown): void {
    for (const [id, pending] of [...this.#pending]) {
      pending.deaths += 1;
      if (pending.deaths < MAX_DEATHS) {
        this.#running().postMessage(pending.request);
        continue;
      }
      this.#pending.delete(id);
      pending.reject(
        new ArenaError('internal', `The thread that fits boards ended ${MAX_DEATHS} times over one board.`, {
          cause,
        }),
      );
    }
  }
}

function stopping(): ArenaError {
  return new ArenaError('shutting_down', 'The server is stopping.');
}
