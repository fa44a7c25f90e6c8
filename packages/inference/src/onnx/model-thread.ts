import { parentPort, workerData } from 'node:worker_threads';
import { ArenaError, type ErrorCode, isArenaError } from '@agon/domain';
import { Engine, type EngineCounts, type LocalReply, type LocalRequest, type Piece } from './engine.ts';
import { type LoadOptions, loadModel, type ModelInfo } from './load-model.ts';

/** An error as it crosses between threads. */
export type SentError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly at: ArenaError['at'];
};

export type ToThread =
  | { readonly kind: 'ask'; readonly id: number; readonly request: LocalRequest; readonly streams: boolean }
  | { readonly kind: 'abort'; readonly id: number }
  /** The memory that it needs is there. */
  | { readonly kind: 'load' }
  /** A thread that is ended from outside while onnxruntime computes takes the whole process with it. */
  | { readonly kind: 'end' };

export type FromThread =
  /** Sent before anything is loaded; it loads when it is told to. */
  | { readonly kind: 'needs'; readonly bytes: number }
  | { readonly kind: 'ready'; readonly info: ModelInfo; readonly loadMs: number }
  | { readonly kind: 'failed'; readonly error: SentError }
  | { readonly kind: 'piece'; readonly id: number; readonly piece: Piece }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: LocalReply; readonly counts: EngineCounts }
  | { readonly kind: 'error'; readonly id: number; readonly error: SentError };

/** Where this module is the thread of a model: onnxruntime works on the thread that calls it, and holds it meanwhile. */
if (parentPort !== null && (workerData as { isModelThread?: boolean } | null)?.isModelThread === true) {
  const { options } = workerData as { readonly options: LoadOptions };
  const send = (message: FromThread) => parentPort?.postMessage(message);
  try {
    let startMs = performance.now();
    const model = await loadModel(options, async (bytes) => {
      send({ kind: 'needs', bytes });
      await toldToLoad();
      startMs = performance.now();
    });
    serve(new Engine(model), send);
    send({ kind: 'ready', info: model.info, loadMs: performance.now() - startMs });
  } catch (error) {
    send({ kind: 'failed', error: sent(error) });
    parentPort.close();
  }
}

/** Ends the thread where it is told to end instead. */
async function toldToLoad(): Promise<void> {
  const { kind } = await new Promise<ToThread>((resolve) => parentPort?.once('message', resolve));
  if (kind === 'end') process.exit(0);
}

function serve(engine: Engine, send: (message: FromThread) => void): void {
  const asked = new Map<number, AbortController>();
  parentPort?.on('message', async (message: ToThread) => {
    if (message.kind === 'abort') {
      asked.get(message.id)?.abort();
      return;
    }
    if (message.kind === 'end') {
      await engine.end();
      process.exit(0);
    }
    // it is loaded
    if (message.kind === 'load') return;
    const { id, request, streams } = message;
    const abort = new AbortController();
    asked.set(id, abort);
    try {
      const onPiece = (piece: Piece) => {
        if (streams) send({ kind: 'piece', id, piece });
      };
      const reply = await engine.ask(request, onPiece, abort.signal);
      send({ kind: 'reply', id, reply, counts: { ...engine.counts } });
    } catch (error) {
      if (!abort.signal.aborted) send({ kind: 'error', id, error: sent(error) });
    } finally {
      asked.delete(id);
    }
  });
}

function sent(error: unknown): SentError {
  if (isArenaError(error))
    return { code: error.code, message: error.message, hint: error.hint, at: error.at };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: message.slice(0, 500), hint: undefined, at: undefined };
}

export function received({ code, message, hint, at }: SentError): ArenaError {
  return new ArenaError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
  });
}
