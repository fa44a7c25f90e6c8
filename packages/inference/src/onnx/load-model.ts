import { availableParallelism, totalmem } from 'node:os';
import { ArenaError } from '@agon/domain';
import { chatTemplate, type RenderChat } from './chat-template.ts';
import { keepsBits } from './check-bits.ts';
import { distance, loadChecked, type Reference, readReference, someTokens } from './check-provider.ts';
import { Decoder, type Past } from './decoder.ts';
import { missingLibrary, providersToTry } from './execution-providers.ts';
import { logSoftmax } from './log-softmax.ts';
import { type MemoryPlan, planMemory } from './memory-plan.ts';
import { hashModel, type ModelFolder, openModelFolder } from './model-folder.ts';
import { type Kernel, MAX_FLOAT_BYTES, measureModel } from './prepare-model.ts';
import { FREE_READING, type Reading, readInPieces, USUAL_READING } from './read-in-pieces.ts';
import { type ModelTokenizer, readTokenizer } from './read-tokenizer.ts';
import { ReplyRows } from './reply-rows.ts';

/**
 * How numbers are rounded on the way. `float32`: activations stay as the file's weights meet them, equal on every machine
 * within 0.01 of log-probability. `int8`: activations are rounded to 8 bits, quicker on many processors, and 0.1 to 0.7
 * away. `auto`: for prompts and for replies the quickest kernel that was measured here, whatever it rounds.
 */
export const NUMERIC_MODES = ['float32', 'int8', 'auto'] as const;
export type NumericMode = (typeof NUMERIC_MODES)[number];

export type LoadOptions = {
  readonly folder: string;
  /** Name of the ONNX file; null: the most exact there is. */
  readonly file: string | null;
  readonly numeric: NumericMode;
  /** `auto`, or a name of onnxruntime's. */
  readonly executionProvider: string;
  /** Null: as many as the processor has cores. */
  readonly threads: number | null;
  /** Bytes that float32 weights may take, packed copies included; null: half of the machine's. */
  readonly weightBytes: number | null;
  /** Bytes that the model may take, as `planMemory` counts them. Default: three quarters of the machine's. */
  readonly memoryBytes?: number | null;
};

/** What a loaded model is, for people and for the identity of what it says. */
export type ModelInfo = {
  readonly name: string;
  readonly file: string;
  readonly weightsHash: string;
  /** Kernels that read prompts and write replies. */
  readonly kernels: { readonly prefill: Kernel; readonly decode: Kernel };
  /** `float32` or `int8`, or both where prompts and replies differ: `float32+int8`. */
  readonly numeric: string;
  readonly executionProvider: string;
  readonly reading: Reading;
  readonly memory: MemoryPlan;
  readonly contextTokens: number;
  readonly vocabulary: number;
  /** Batches of several rows give what each row gives alone. */
  readonly batches: boolean;
  /** Logits that it gives a text; null: it writes. */
  readonly labels: number | null;
  readonly measured: readonly ({ readonly kernel: Kernel } & Speeds)[];
  /** Other ways that were tried, and why they were not taken. */
  readonly notes: readonly string[];
  /** All that decides how its numbers are rounded, in one short text. @see fingerprintOf */
  readonly fingerprint: string;
};

type Speeds = { readonly prefillTokensPerS: number; readonly decodeTokensPerS: number };

export type LoadedModel = {
  readonly info: ModelInfo;
  readonly folder: ModelFolder;
  readonly tokenizer: ModelTokenizer;
  readonly renderChat: RenderChat;
  readonly prefill: Decoder;
  readonly decode: Decoder;
};

const PREFILL_TOKENS = 64;
const DECODE_TOKENS = 4;
/** Kernels of one numeric mode differ by rounding alone. */
const SAME_LOGPROB = 0.01;

/**
 * Loads a model and chooses its kernels by measurement.
 * @param admit is told how many bytes the model takes, and waited for before anything is loaded
 * @throws ArenaError not_found, invalid_file, unknown_option, too_large, provider_refused
 */
export async function loadModel(
  options: LoadOptions,
  admit: (bytes: number) => Promise<void> = () => Promise.resolve(),
): Promise<LoadedModel> {
  const folder = openModelFolder(options.folder, options.file);
  const { kernels, memory } = planKernels(folder, options);
  await admit(memory.bytes);
  const tokenizer = readTokenizer(folder.tokenizer, folder.tokenizerConfig);
  const threads = options.threads ?? availableParallelism();
  const notes: string[] = [...memory.notes];
  const { executionProvider, decoders, vocabulary, reading } = await loadDecoders(
    folder,
    options,
    kernels,
    threads,
    notes,
  );
  const measured: ({ readonly decoder: Decoder } & Speeds)[] = [];
  for (const decoder of decoders)
    measured.push({ decoder, ...(await measure(decoder, vocabulary, reading)) });
  const best = (speed: 'prefillTokensPerS' | 'decodeTokensPerS') =>
    measured.reduce((one, other) => (other[speed] > one[speed] ? other : one)).decoder;
  const [prefill, decode] = [best('prefillTokensPerS'), best('decodeTokensPerS')];
  for (const decoder of decoders) if (decoder !== prefill && decoder !== decode) await decoder.release();
  refuseForeignTokenizer(folder, tokenizer, vocabulary);
  const weightsHash = hashModel(folder.modelFile, prefill.dataFiles);
  const numeric = [...new Set([roundingOf(prefill.kernel), roundingOf(decode.kernel)])].join('+');
  return {
    folder,
    tokenizer,
    renderChat: chatTemplate(folder),
    prefill,
    decode,
    info: {
      name: folder.name,
      file: folder.modelFile,
      weightsHash,
      kernels: { prefill: prefill.kernel, decode: decode.kernel },
      numeric,
      executionProvider,
      reading,
      memory,
      contextTokens: memory.contextTokens,
      vocabulary,
      batches: await checkBatches(prefill, vocabulary, reading),
      labels: null,
      measured: measured.map(({ decoder, ...speeds }) => ({ kernel: decoder.kernel, ...speeds })),
      notes,
      fingerprint: fingerprintOf(weightsHash, numeric, executionProvider, reading),
    },
  };
}

/** Weights, numeric mode, execution provider, the size of pieces where it decides, and where attention is worked out if not there. */
function fingerprintOf(
  weightsHash: string,
  numeric: string,
  executionProvider: string,
  { pieceTokens, attention, keepsBits }: Reading,
): string {
  const pieces = keepsBits ? '-rows' : `-p${pieceTokens}`;
  const way = attention === 'cpu' ? '-cpuattention' : '';
  return `onnx-${weightsHash.slice(0, 16)}-${numeric}-${executionProvider}${pieces}${way}`;
}

/** What a model may take, in bytes. */
export function mostBytesOf({ memoryBytes }: Pick<LoadOptions, 'memoryBytes'>): number {
  return memoryBytes ?? (totalmem() * 3) / 4;
}

/** Which kernels are tried, and what they take together. @throws ArenaError('too_large') */
function planKernels(
  { modelFile, config, contextTokens }: ModelFolder,
  { numeric, weightBytes, memoryBytes }: LoadOptions,
): { readonly kernels: readonly Kernel[]; readonly memory: MemoryPlan } {
  const size = measureModel(modelFile);
  const { vocab_size: written } = config;
  const copies = numeric !== 'int8' && size.floatBytes > 0 && size.floatBytes < MAX_FLOAT_BYTES;
  const wish = {
    modelFile,
    mostBytes: mostBytesOf({ memoryBytes }),
    mostFloatBytes: copies ? (weightBytes ?? totalmem() / 2) : 0,
    kernels: 1,
    contextTokens,
    vocabulary: size.vocabulary ?? (typeof written === 'number' ? written : 0),
    pieceTokens: USUAL_READING.pieceTokens,
  };
  // nothing is quantised: there is one way
  if (size.floatBytes === 0) return { kernels: ['given'], memory: planMemory(size, wish) };
  if (numeric === 'int8') return { kernels: ['int8'], memory: planMemory(size, wish) };
  const memory = planMemory(size, { ...wish, kernels: numeric === 'auto' ? 2 : 1 });
  const exact: Kernel = memory.hasFloatWeights ? 'float32' : 'given';
  return { kernels: numeric === 'auto' ? [exact, 'int8'] : [exact], memory };
}

type Loaded = {
  readonly executionProvider: string;
  readonly decoders: readonly Decoder[];
  readonly reading: Reading;
  readonly vocabulary: number;
};

async function loadDecoders(
  { modelFile }: ModelFolder,
  options: LoadOptions,
  kernels: readonly Kernel[],
  threads: number,
  notes: string[],
): Promise<Loaded> {
  const isAuto = options.executionProvider === 'auto';
  const references = new Map<Kernel, Reference>();
  const referenceOf = async (kernel: Kernel) => {
    const found = references.get(kernel) ?? (await readReference({ modelFile, kernel, threads }));
    references.set(kernel, found);
    return found;
  };
  for (const executionProvider of await providersToTry(options.executionProvider)) {
    if (executionProvider === 'cpu') return loadOnProcessor(modelFile, kernels, threads);
    const missing = isAuto ? missingLibrary(executionProvider) : null;
    if (missing !== null) {
      notes.push(`${executionProvider}: ${missing} is not on this machine.`);
      continue;
    }
    try {
      const load = { modelFile, executionProvider, threads };
      return await loadElsewhere(load, kernels, referenceOf, isAuto, notes);
    } catch (error) {
      if (!isAuto || !(error instanceof ArenaError)) throw error;
      const { message } = error;
      notes.push(message.includes(executionProvider) ? message : `${executionProvider}: ${message}`);
    }
  }
  throw new ArenaError('invalid_file', `${modelFile} runs on no execution provider here: ${notes.join(' ')}`);
}

async function loadOnProcessor(
  modelFile: string,
  kernels: readonly Kernel[],
  threads: number,
): Promise<Loaded> {
  const executionProvider = 'cpu';
  const decoders: Decoder[] = [];
  try {
    for (const kernel of kernels)
      decoders.push(await Decoder.load({ modelFile, kernel, executionProvider, threads }));
    const vocabulary = await vocabularyOf(decoders[0]!);
    let keeps = true;
    for (const decoder of decoders) keeps &&= await keepsBits(decoder, vocabulary);
    return { executionProvider, decoders, reading: keeps ? FREE_READING : USUAL_READING, vocabulary };
  } catch (error) {
    for (const decoder of decoders) await decoder.release();
    throw error;
  }
}

/** Kernels that agree with the processor, all by the way of reading by which the first one does. */
async function loadElsewhere(
  load: { readonly modelFile: string; readonly executionProvider: string; readonly threads: number },
  kernels: readonly Kernel[],
  referenceOf: (kernel: Kernel) => Promise<Reference>,
  mustBeQuick: boolean,
  notes: string[],
): Promise<Loaded> {
  const [first = 'given', ...others] = kernels;
  const checked = await loadChecked({ ...load, kernel: first }, () => referenceOf(first), { mustBeQuick });
  const { reading } = checked;
  const decoders = [checked.decoder];
  if (checked.note !== null) notes.push(checked.note);
  for (const kernel of others) {
    try {
      const { decoder } = await loadChecked({ ...load, kernel }, () => referenceOf(kernel), {
        readings: [reading],
      });
      decoders.push(decoder);
    } catch (error) {
      if (!(error instanceof ArenaError)) throw error;
      notes.push(`The kernel ${kernel} is left out. ${error.message}`);
    }
  }
  return {
    executionProvider: load.executionProvider,
    decoders,
    reading,
    vocabulary: (await referenceOf(first)).vocabulary,
  };
}

function roundingOf(kernel: Kernel): string {
  return kernel === 'int8' ? 'int8' : 'float32';
}

async function measure(decoder: Decoder, vocabulary: number, reading: Reading): Promise<Speeds> {
  const ids = someTokens(PREFILL_TOKENS, vocabulary);
  await decoder.read([{ ids: ids.slice(0, 2), places: [1] }], null, false);
  const startMs = performance.now();
  let past: Past | null = null;
  for await (const piece of readInPieces(decoder, ids, { reading, keepsPast: true })) past = piece.past;
  const readMs = performance.now() - startMs;
  const write = writerOf(decoder, reading, past!);
  for (let i = 0; i < DECODE_TOKENS; i += 1) await write();
  const decodeMs = performance.now() - startMs - readMs;
  return {
    prefillTokensPerS: (1000 * PREFILL_TOKENS) / readMs,
    decodeTokensPerS: (1000 * DECODE_TOKENS) / decodeMs,
  };
}

/** Writes a token of a reply behind a past, as the engine does it. */
function writerOf(decoder: Decoder, { keepsBits }: Reading, begun: Past): () => Promise<void> {
  if (keepsBits) {
    const rows = new ReplyRows(decoder, 1);
    const row = rows.add(begun);
    return async () => void (await rows.write(new Map([[row, 1]])));
  }
  let past: Past | null = begun;
  return async () => {
    ({ past } = await decoder.read([{ ids: [1], places: [0] }], past, true));
  };
}

/**
 * Two prompts of different lengths together, against each alone as it is read else. A batch goes in one run: where a
 * provider is wrong in long runs, it is wrong in batches, too.
 */
async function checkBatches(decoder: Decoder, vocabulary: number, reading: Reading): Promise<boolean> {
  const isCpu = decoder.executionProvider === 'cpu';
  if (!decoder.canPad || !(isCpu || reading === USUAL_READING)) return false;
  const [long, short] = isCpu ? [9, 5] : [90, 77];
  const prompts = [someTokens(long, vocabulary), someTokens(short, vocabulary, 11)];
  const placesOf = (length: number) => [...Array(length).keys()];
  const rows = prompts.map((ids) => ({ ids, places: placesOf(ids.length) }));
  try {
    const together = await decoder.read(rows, null, false);
    for (const [at, ids] of prompts.entries()) {
      for await (const piece of readInPieces(decoder, ids, { reading, keepsPast: false, placesOf })) {
        for (const [place, logits] of piece.logits.entries()) {
          const own = logSoftmax(together.logits[at]![piece.from + place]!);
          // NaN is no agreement
          if (!(distance(logSoftmax(logits), own) <= SAME_LOGPROB)) return false;
        }
      }
    }
    return true;
  } catch {
    // some graphs take one row alone
    return false;
  }
}

async function vocabularyOf(decoder: Decoder): Promise<number> {
  const { logits } = await decoder.read([{ ids: [1], places: [0] }], null, false);
  return logits[0]![0]!.length;
}

function refuseForeignTokenizer(
  { path, endTokens, tokenizerConfig }: ModelFolder,
  tokenizer: ModelTokenizer,
  vocabulary: number,
): void {
  const fail = (what: string): never => {
    throw new ArenaError('invalid_file', `The tokenizer in ${path} does not belong to its model: ${what}.`, {
      hint: 'Take tokenizer.json and tokenizer_config.json from where the model came from.',
      at: { file: `${path}/tokenizer.json` },
    });
  };
  if (tokenizer.size > vocabulary) {
    fail(`it knows ${tokenizer.size} tokens, and the model ${vocabulary}`);
  }
  const { eos_token: written } = tokenizerConfig;
  const name =
    typeof written === 'object' && written !== null ? (written as { content?: unknown }).content : written;
  if (typeof name !== 'string') return;
  const id = tokenizer.idOf(name);
  if (id === undefined || !endTokens.includes(id)) {
    fail(
      `its end of a text, ${name}, is token ${id ?? 'none'}, and the model ends at ${endTokens.join(', ')}`,
    );
  }
}
