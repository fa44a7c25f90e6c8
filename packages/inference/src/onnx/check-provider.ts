import { ArenaError } from '@agon/domain';
import { Decoder, type DecoderOptions } from './decoder.ts';
import { likeliest, logSoftmax } from './log-softmax.ts';
import { type Reading, readInPieces, USUAL_READING } from './read-in-pieces.ts';

/** Of WebGPU's attention in onnxruntime 1.30: runs of 32 tokens and more take a kernel that is wrong on some devices. */
const SHORT_PIECE_TOKENS = 31;

/**
 * Ways round, the cheapest first: shorter pieces leave the graph and the device alone and cost more runs; attention on the
 * processor carries queries, keys and values to and fro for every layer.
 */
const READINGS: readonly Reading[] = [
  USUAL_READING,
  { ...USUAL_READING, pieceTokens: SHORT_PIECE_TOKENS },
  { ...USUAL_READING, attention: 'cpu' },
];

/** An execution provider whose log-probabilities are further away is wrong, not imprecise. */
const WRONG_LOGPROB = 0.05;
/** Two pieces, the second behind a past. */
const PROOF_TOKENS = 80;
/** Every so many places are compared: an error may show at some and not at others. */
const PROOF_STRIDE = 4;
/** Steps of a reply behind the prompt. */
const PROOF_STEPS = 2;
const SPEED_TOKENS = 16;

/** Some ids of a vocabulary. */
export const someTokens = (count: number, vocabulary: number, first = 5) =>
  Array.from({ length: count }, (_, i) => (first + i * 37) % vocabulary);

/** The longest difference over the twenty likeliest tokens of the first. */
export function distance(one: Float64Array, other: Float64Array): number {
  return Math.max(...likeliest(one, 20).map((id) => Math.abs(one[id]! - other[id]!)));
}

/** What the processor makes of a model, to compare others with. */
export type Reference = {
  readonly vocabulary: number;
  readonly logprobs: readonly Float64Array[];
  /** Milliseconds for a short prompt that was read before. */
  readonly shortMs: number;
};

export async function readReference(options: Omit<DecoderOptions, 'executionProvider'>): Promise<Reference> {
  const decoder = await Decoder.load({ ...options, executionProvider: 'cpu' });
  try {
    const { logits } = await decoder.read([{ ids: [1], places: [0] }], null, false);
    const vocabulary = logits[0]![0]!.length;
    const logprobs = await proofOf(decoder, vocabulary, USUAL_READING);
    return { vocabulary, logprobs, shortMs: await shortMsOf(decoder, vocabulary) };
  } finally {
    await decoder.release();
  }
}

/**
 * Loads a model on an execution provider that is not the processor, and finds a way of reading by which it agrees with the
 * processor: some providers compute long runs wrongly and say nothing.
 * @param referenceOf reads on the processor; asked for once the provider has taken the model
 * @param choice.readings ways that may be taken; the first that agrees is
 * @param choice.mustBeQuick refuses a WebGPU device that is slower than the processor, as those that programs imitate
 * @returns the decoder, its reading, and what was found where it is not the usual one
 * @throws ArenaError('provider_refused') where it computes wrongly by every way, fails, or is too slow
 * @throws ArenaError as `Decoder.load`
 */
export async function loadChecked(
  options: DecoderOptions,
  referenceOf: () => Promise<Reference>,
  choice: { readonly readings?: readonly Reading[]; readonly mustBeQuick?: boolean } = {},
): Promise<{ readonly decoder: Decoder; readonly reading: Reading; readonly note: string | null }> {
  const { executionProvider } = options;
  const found: string[] = [];
  let decoder: Decoder | null = await Decoder.load(options);
  try {
    const reference = await referenceOf();
    if (choice.mustBeQuick === true && executionProvider === 'webgpu') await refuseSlow(decoder, reference);
    for (const reading of choice.readings ?? READINGS) {
      if (reading.attention === 'cpu') {
        // only WebGPU can be told to leave nodes to the processor
        if (executionProvider !== 'webgpu' || !decoder.hasAttention) continue;
        await decoder.release();
        decoder = null;
        decoder = await Decoder.load({ ...options, attentionOnCpu: true });
      }
      const own = await proofOf(decoder, reference.vocabulary, reading);
      const away = Math.max(...own.map((logprobs, at) => distance(reference.logprobs[at]!, logprobs)));
      found.push(`${away.toPrecision(2)} ${nameOf(reading)}`);
      if (away > WRONG_LOGPROB || Number.isNaN(away)) continue;
      const note = `${executionProvider}: log-probabilities compared with the processor's are ${found.join(', ')} away; the last way is taken.`;
      const taken = { decoder, reading, note: found.length === 1 ? null : note };
      decoder = null;
      return taken;
    }
  } catch (error) {
    if (error instanceof ArenaError) throw error;
    throw refused(executionProvider, `cannot run this model: ${String(error).slice(0, 500)}`, error);
  } finally {
    await decoder?.release();
  }
  throw refused(
    executionProvider,
    `computes this model wrongly: its log-probabilities are away from the processor's by ${found.join(', ')}.`,
  );
}

function refused(executionProvider: string, what: string, cause?: unknown): ArenaError {
  return new ArenaError('provider_refused', `${executionProvider} ${what}`, {
    hint: 'Run it with --ep cpu.',
    at: { column: 'ep', value: executionProvider },
    ...(cause === undefined ? {} : { cause }),
  });
}

async function refuseSlow(decoder: Decoder, reference: Reference): Promise<void> {
  const ms = await shortMsOf(decoder, reference.vocabulary);
  if (ms <= reference.shortMs) return;
  throw refused(
    decoder.executionProvider,
    `takes ${(ms / reference.shortMs).toFixed(1)} times as long as the processor.`,
  );
}

function nameOf({ pieceTokens, attention }: Reading): string {
  return `in pieces of ${pieceTokens} tokens${attention === 'cpu' ? ' with attention on the processor' : ''}`;
}

/** Log-probabilities at some places of a prompt and of a reply behind it, read as the engine reads them. */
async function proofOf(decoder: Decoder, vocabulary: number, reading: Reading): Promise<Float64Array[]> {
  const ids = someTokens(PROOF_TOKENS, vocabulary);
  const found: Float64Array[] = [];
  let past = null;
  for await (const piece of readInPieces(decoder, ids, {
    reading,
    keepsPast: true,
    placesOf: (length) => [...Array(length).keys()],
  })) {
    for (const [at, logits] of piece.logits.entries())
      if ((piece.from + at) % PROOF_STRIDE === PROOF_STRIDE - 1) found.push(logSoftmax(logits));
    past = piece.past;
  }
  for (const id of someTokens(PROOF_STEPS, vocabulary, 3)) {
    const read = await decoder.read([{ ids: [id], places: [0] }], past, true);
    past = read.past;
    found.push(logSoftmax(read.logits[0]![0]!));
  }
  return found;
}

async function shortMsOf(decoder: Decoder, vocabulary: number): Promise<number> {
  const ids = someTokens(SPEED_TOKENS, vocabulary);
  const read = () => decoder.read([{ ids, places: [ids.length - 1] }], null, false);
  // the first time kernels are made ready
  await read();
  const startMs = performance.now();
  await read();
  return performance.now() - startMs;
}
