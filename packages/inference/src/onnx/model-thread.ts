import { parentPort, workerData } from 'node:worker_threads';
import { ArenaError, type ErrorCode, isArenaError } from '@agon/domain';
import { Engine } from './engine.ts';
import { type LoadOptions, loadModel, type ModelInfo } from './load-model.ts';
import { loadScorer } from './load-scorer.ts';
import type { EngineCounts, LocalReply, LocalRequest, Piece } from './local-request.ts';
import { holdsScorer } from './model-folder.ts';
import { ScoreEngine, type ScoreReply, type ScoreRequest } from './score-engine.ts';

/** An error as it crosses between threads. */
export type SentError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly at: ArenaError['at'];
};

export type ToThread =
  | { readonly kind: 'ask'; readonly id: number; readonly request: LocalRequest; readonly streams: boolean }
  | { readonly kind: 'score'; readonly id: number; readonly request: ScoreRequest }
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
  | {
      readonly kind: 'scored';
      readonly id: number;
      readonly reply: ScoreReply;
      readonly counts: EngineCounts;
    }
  | { readonly kind: 'error'; readonly id: number; readonly error: SentError };

/** Where this module is the thread of a model: onnxruntime works on the thread that calls it, and holds it meanwhile. */
if (parentPort !== null && (workerData as { isModelThread?: boolean } | null)?.isModelThread === true) {
  const { options } = workerData as { readonly options: LoadOptions };
  const send = (message: FromThread) => parentPort?.postMessage(message);
  try {
    let startMs = performance.now();
    const model = await open(options, async (bytes) => {
      send({ kind: 'needs', bytes });
      await toldToLoad();
      startMs = performance.now();
    });
    serve(model.engine, send);
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

async function open(
  options: LoadOptions,
  admit: (bytes: number) => Promise<void>,
): Promise<{ readonly engine: Engine | ScoreEngine; readonly info: ModelInfo }> {
  if (holdsScorer(options.folder)) {
    const model = await loadScorer(options, admit);
    return { engine: new ScoreEngine(model), info: model.info };
  }
  const model = await loadModel(options, admit);
  return { engine: new Engine(model), info: model.info };
}

function serve(engine: Engine | ScoreEngine, send: (message: FromThread) => void): void {
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
    const { id } = message;
    const abort = new AbortController();
    asked.set(id, abort);
    try {
      if (message.kind === 'score') {
        if (!(engine instanceof ScoreEngine)) throw writesOnly();
        const reply = await engine.score(message.request, abort.signal);
        send({ kind: 'scored', id, reply, counts: { ...engine.counts } });
        return;
      }
      if (engine instanceof ScoreEngine) throw scoresOnly();
      const onPiece = (piece: Piece) => {
        if (message.streams) send({ kind: 'piece', id, piece });
      };
      const reply = await engine.ask(message.request, onPiece, abort.signal);
      send({ kind: 'reply', id, reply, counts: { ...engine.counts } });
    } catch (error) {
      if (!abort.signal.aborted) send({ kind: 'error', id, error: sent(error) });
    } finally {
      asked.delete(id);
    }
  });
}

/** No other call will find another model here: a run ends with it. */
function scoresOnly(): ArenaError {
  return new ArenaError('unknown_model', 'This is a reward model: it gives texts scores and writes none.', {
    hint: 'Ask it with a judge whose parser is "reward", such as reward-score.',
  });
}

function writesOnly(): ArenaError {
  return new ArenaError(
    'unknown_model',
    'This model writes texts; it is no reward model and has no scores.',
    {
      hint: 'Give the folder of a model whose config.json names an architecture that ends in ForSequenceClassification.',
    },
  );
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
