import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { ArenaError } from '@agon/domain';
import { chatTemplate, type RenderChat } from './chat-template.ts';
import { Decoder, dataFilesOf, floatWeightBytes, type Kernel } from './decoder.ts';
import { likeliest, logSoftmax } from './log-softmax.ts';
import { hashModel, type ModelFolder, openModelFolder } from './model-folder.ts';
import { loadRuntime } from './onnx-runtime.ts';
import { type ModelTokenizer, readTokenizer } from './read-tokenizer.ts';

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
  /** Bytes that the model's session may take: a model whose files alone are larger is refused. Default: three quarters of the machine's. */
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
  readonly contextTokens: number;
  readonly vocabulary: number;
  /** Batches of several rows give what each row gives alone. */
  readonly batches: boolean;
  /** Logits that it gives a text; null: it writes. */
  readonly labels: number | null;
  readonly measured: readonly ({ readonly kernel: Kernel } & Speeds)[];
  /** Other ways that were tried, and why they were not taken. */
  readonly notes: readonly string[];
  /** Weights, numeric mode and execution provider, in one short text. */
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

/** In this order where any will do. */
const EXECUTION_PROVIDERS = ['cuda', 'tensorrt', 'webgpu', 'coreml', 'dml', 'cpu'];
/** Float32 weights stand in memory once as they are and once packed for the kernel. */
const FLOAT_COPIES = 2;
const PREFILL_TOKENS = 64;
const DECODE_TOKENS = 4;
/** Kernels of one numeric mode differ by rounding alone. */
const SAME_LOGPROB = 0.01;
/** An execution provider whose log-probabilities are further away is wrong, not imprecise. */
const WRONG_LOGPROB = 0.05;

/**
 * Loads a model and chooses its kernels by measurement.
 * @throws ArenaError not_found, invalid_file, unknown_option
 */
export async function loadModel(options: LoadOptions): Promise<LoadedModel> {
  const folder = openModelFolder(options.folder, options.file);
  refuseLargeModel(folder.modelFile, memoryOf(options));
  const tokenizer = readTokenizer(folder.tokenizer, folder.tokenizerConfig);
  const threads = options.threads ?? availableParallelism();
  const notes: string[] = [];
  const { executionProvider, decoders, vocabulary } = await loadDecoders(folder, options, threads, notes);
  const measured: ({ readonly decoder: Decoder } & Speeds)[] = [];
  for (const decoder of decoders) measured.push({ decoder, ...(await measure(decoder, vocabulary)) });
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
      contextTokens: folder.contextTokens,
      vocabulary,
      batches: await checkBatches(prefill, vocabulary),
      labels: null,
      measured: measured.map(({ decoder, ...speeds }) => ({ kernel: decoder.kernel, ...speeds })),
      notes,
      fingerprint: `onnx-${weightsHash.slice(0, 16)}-${numeric}-${executionProvider}`,
    },
  };
}

export function memoryOf({ memoryBytes }: LoadOptions): number {
  return memoryBytes ?? (totalmem() * 3) / 4;
}

/** @throws ArenaError('too_large') before anything is loaded: a process short of memory is ended without a word */
export function refuseLargeModel(modelFile: string, mostBytes: number): void {
  const bytes = [modelFile, ...dataFilesOf(modelFile)].reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes <= mostBytes) return;
  const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  throw new ArenaError(
    'too_large',
    `The model in ${modelFile} takes ${mebibytes(bytes)}, and its session may take ${mebibytes(mostBytes)}.`,
    {
      hint: 'Take a smaller model or one of fewer bits, or allow more with --memory.',
      at: { file: modelFile },
    },
  );
}

async function loadDecoders(
  folder: ModelFolder,
  options: LoadOptions,
  threads: number,
  notes: string[],
): Promise<{
  readonly executionProvider: string;
  readonly decoders: readonly Decoder[];
  readonly vocabulary: number;
}> {
  const { modelFile } = folder;
  const listed = (await loadRuntime()).listSupportedBackends().map(({ name }) => name);
  const known = EXECUTION_PROVIDERS.filter((name) => listed.includes(name));
  const wanted = options.executionProvider === 'auto' ? known : [options.executionProvider];
  const kernels = kernelsOf(modelFile, options, notes);
  for (const executionProvider of wanted) {
    // onnxruntime leaves out names that it does not know, and runs on the processor without a word
    if (!known.includes(executionProvider)) {
      throw new ArenaError(
        'unknown_option',
        `This onnxruntime has no execution provider "${executionProvider}".`,
        {
          hint: `It has: ${known.join(', ')}.`,
          at: { column: 'ep', value: executionProvider },
        },
      );
    }
    const loaded: Decoder[] = [];
    try {
      for (const kernel of kernels)
        loaded.push(await Decoder.load({ modelFile, kernel, executionProvider, threads }));
      const vocabulary = await vocabularyOf(loaded[0]!);
      if (executionProvider !== 'cpu') await refuseWrongNumbers(loaded, modelFile, threads, vocabulary);
      return { executionProvider, decoders: loaded, vocabulary };
    } catch (error) {
      for (const decoder of loaded) await decoder.release();
      if (wanted.length === 1 || executionProvider === 'cpu' || !(error instanceof ArenaError)) throw error;
      notes.push(`${executionProvider}: ${error.message}`);
    }
  }
  throw new ArenaError('invalid_file', `${modelFile} runs on no execution provider here: ${notes.join(' ')}`);
}

function kernelsOf(modelFile: string, options: LoadOptions, notes: string[]): readonly Kernel[] {
  const bytes = floatWeightBytes(modelFile);
  // nothing is quantised: there is one way
  if (bytes === 0) return ['given'];
  if (options.numeric === 'int8') return ['int8'];
  const mostBytes = Math.min(options.weightBytes ?? totalmem() / 2, memoryOf(options));
  const fits = FLOAT_COPIES * bytes <= mostBytes && bytes < 1.9 * 2 ** 30;
  if (!fits) {
    notes.push(
      `float32 weights: ${Math.ceil((FLOAT_COPIES * bytes) / 2 ** 20)} MiB are more than the ${Math.floor(mostBytes / 2 ** 20)} MiB that they may take.`,
    );
  }
  const exact: readonly Kernel[] = fits ? ['float32'] : ['given'];
  return options.numeric === 'auto' ? [...exact, 'int8'] : exact;
}

function roundingOf(kernel: Kernel): string {
  return kernel === 'int8' ? 'int8' : 'float32';
}

/** Some ids of a vocabulary. */
const someTokens = (count: number, vocabulary: number, first = 5) =>
  Array.from({ length: count }, (_, i) => (first + i * 37) % vocabulary);

async function measure(decoder: Decoder, vocabulary: number): Promise<Speeds> {
  const ids = someTokens(PREFILL_TOKENS, vocabulary);
  const row = { ids, places: [ids.length - 1] };
  await decoder.read([{ ids: ids.slice(0, 2), places: [1] }], null, false);
  const startMs = performance.now();
  let { past } = await decoder.read([row], null, true);
  const readMs = performance.now() - startMs;
  for (let i = 0; i < DECODE_TOKENS; i += 1)
    ({ past } = await decoder.read([{ ids: [1], places: [0] }], past, true));
  const decodeMs = performance.now() - startMs - readMs;
  return {
    prefillTokensPerS: (1000 * PREFILL_TOKENS) / readMs,
    decodeTokensPerS: (1000 * DECODE_TOKENS) / decodeMs,
  };
}

async function logprobsOf(decoder: Decoder, ids: readonly number[]): Promise<Float64Array> {
  const { logits } = await decoder.read([{ ids, places: [ids.length - 1] }], null, false);
  return logSoftmax(logits[0]![0]!);
}

/** The longest difference over the twenty likeliest tokens. */
function distance(one: Float64Array, other: Float64Array): number {
  return Math.max(...likeliest(one, 20).map((id) => Math.abs(one[id]! - other[id]!)));
}

/** Some execution providers compute long prompts wrongly and say nothing. @throws ArenaError('provider_refused') */
async function refuseWrongNumbers(
  decoders: readonly Decoder[],
  modelFile: string,
  threads: number,
  vocabulary: number,
): Promise<void> {
  const ids = someTokens(PREFILL_TOKENS + 16, vocabulary);
  for (const decoder of decoders) {
    const own = await logprobsOf(decoder, ids);
    const reference = await Decoder.load({
      modelFile,
      kernel: decoder.kernel,
      executionProvider: 'cpu',
      threads,
    });
    const away = distance(await logprobsOf(reference, ids), own);
    await reference.release();
    if (away <= WRONG_LOGPROB) continue;
    throw new ArenaError(
      'provider_refused',
      `${decoder.executionProvider} computes this model wrongly: its log-probabilities are ${away.toFixed(2)} away from the processor's.`,
      { hint: 'Run it with --ep cpu.', at: { column: 'ep', value: decoder.executionProvider } },
    );
  }
}

/** Two prompts of different lengths together, against each alone. */
async function checkBatches(decoder: Decoder, vocabulary: number): Promise<boolean> {
  if (!decoder.canPad) return false;
  const prompts = [someTokens(9, vocabulary), someTokens(5, vocabulary, 11)];
  const rows = prompts.map((ids) => ({ ids, places: [ids.length - 1] }));
  try {
    const together = await decoder.read(rows, null, false);
    for (const [at, ids] of prompts.entries()) {
      const away = distance(await logprobsOf(decoder, ids), logSoftmax(together.logits[at]![0]!));
      if (away > SAME_LOGPROB) return false;
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
