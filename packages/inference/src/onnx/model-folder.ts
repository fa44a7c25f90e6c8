import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, join, sep } from 'node:path';
import { ArenaError } from '@agon/domain';

type Json = Readonly<Record<string, unknown>>;

/** A decoder as Hugging Face exports it, looked at without loading it. */
export type ModelFolder = {
  readonly path: string;
  /** The folder's own name: what the model is called. */
  readonly name: string;
  readonly config: Json;
  readonly tokenizer: Json;
  readonly tokenizerConfig: Json;
  /** Jinja. */
  readonly chatTemplate: string;
  /** The ONNX file. */
  readonly modelFile: string;
  /** Tokens after which a reply is at its end; at least one. */
  readonly endTokens: readonly number[];
  /** Tokens of prompt and reply together, at most. */
  readonly contextTokens: number;
};

/** Tried in this order where no file is named: the exact one first. */
const FILES = [
  'model',
  'model_fp16',
  'model_q4',
  'model_q4f16',
  'model_quantized',
  'model_int8',
  'model_uint8',
];
const DEFAULT_CONTEXT = 2048;

/** A reward model as Hugging Face exports it (`…ForSequenceClassification`), looked at without loading it. */
export type ScorerFolder = Omit<ModelFolder, 'chatTemplate' | 'endTokens'> & {
  /** Jinja; null: texts are read as the tokenizer joins them. */
  readonly chatTemplate: string | null;
  /** What fills up the shorter rows of a batch. */
  readonly padToken: number;
};

/** Whether a folder holds a model that scores texts. @throws ArenaError as `openModelFolder` */
export function holdsScorer(path: string): boolean {
  return namesOf(readConfig(path)).some((name) => SCORER.test(name));
}

const SCORER = /ForSequenceClassification$/;

/**
 * @param file name of the ONNX file; null: the most exact there is
 * @throws ArenaError as `openModelFolder`
 */
export function openScorerFolder(path: string, file: string | null = null): ScorerFolder {
  const config = readConfig(path);
  const tokenizerConfig = readJson(path, 'tokenizer_config.json');
  const { model_max_length: longest } = tokenizerConfig;
  return {
    path,
    name: basename(realpathSync(path)),
    config,
    tokenizer: readJson(path, 'tokenizer.json'),
    tokenizerConfig,
    chatTemplate: findTemplate(path, tokenizerConfig),
    modelFile: findModelFile(path, file),
    padToken: idsOf(config.pad_token_id)[0] ?? 0,
    // some have fewer places than their table of positions; where nothing is said, the tokenizer writes 10³⁰
    contextTokens: Math.min(
      contextOf(config),
      typeof longest === 'number' && longest > 0 ? longest : Number.POSITIVE_INFINITY,
    ),
  };
}

function readConfig(path: string): Json {
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    throw new ArenaError('not_found', `There is no folder ${path}.`, {
      hint: 'Give the folder of a Hugging Face ONNX export: config.json, tokenizer.json, onnx/model.onnx.',
      at: { file: path },
    });
  }
  return readJson(path, 'config.json');
}

/**
 * @param file name of the ONNX file; null: the most exact there is
 * @throws ArenaError('not_found') where there is no such folder or a file is missing
 * @throws ArenaError('invalid_file') where a file cannot be read, or is of another kind of model
 */
export function openModelFolder(path: string, file: string | null = null): ModelFolder {
  const config = readConfig(path);
  refuseOtherKinds(config, path);
  const tokenizerConfig = readJson(path, 'tokenizer_config.json');
  const generation = existsSync(join(path, 'generation_config.json'))
    ? readJson(path, 'generation_config.json')
    : {};
  const endTokens = [...new Set([...idsOf(generation.eos_token_id), ...idsOf(config.eos_token_id)])];
  if (endTokens.length === 0) {
    throw invalid(path, 'config.json', 'names no eos_token_id, so a reply would never end');
  }
  return {
    path,
    name: basename(realpathSync(path)),
    config,
    tokenizer: readJson(path, 'tokenizer.json'),
    tokenizerConfig,
    chatTemplate: readTemplate(path, tokenizerConfig),
    modelFile: findModelFile(path, file),
    endTokens,
    contextTokens: contextOf(config),
  };
}

/** The weights' SHA-256, hex: over the ONNX file and the files beside it that it names. */
export function hashModel(modelFile: string, dataFiles: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of [modelFile, ...[...dataFiles].sort()]) {
    hash.update(`${basename(file)}\0`);
    eachPiece(file, (piece) => hash.update(piece));
  }
  return hash.digest('hex');
}

const PIECE_BYTES = 2 ** 22;

function eachPiece(file: string, take: (piece: Uint8Array) => void): void {
  const handle = openSync(file, 'r');
  const piece = Buffer.alloc(PIECE_BYTES);
  try {
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece))
      take(piece.subarray(0, read));
  } finally {
    closeSync(handle);
  }
}

/**
 * Where a weight stands in a file beside the model. @throws ArenaError('invalid_file') where the file is missing or lies
 * outside of the model's folder
 */
export function dataFile(modelFile: string, location: string): string {
  const folder = join(modelFile, '..');
  const path = join(folder, location);
  if (!path.startsWith(`${folder}${sep}`)) {
    throw new ArenaError(
      'invalid_file',
      `${modelFile} wants weights from outside of its folder: ${location}.`,
      {
        hint: 'Only files beside the model are read.',
        at: { file: modelFile, value: location },
      },
    );
  }
  if (!existsSync(path)) {
    throw new ArenaError('not_found', `The weights ${path} are missing.`, {
      hint: 'Put the file beside the model: large exports come in two files, model.onnx and model.onnx_data.',
      at: { file: path },
    });
  }
  return path;
}

function findModelFile(path: string, file: string | null): string {
  const folder = existsSync(join(path, 'onnx')) ? join(path, 'onnx') : path;
  const names = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  const wanted = file === null ? FILES.map((name) => `${name}.onnx`) : [file, `${file}.onnx`];
  const found = wanted.find((name) => names.includes(name));
  if (found !== undefined) return join(folder, found);
  throw new ArenaError('not_found', `${folder} holds no ${file ?? 'model.onnx'}.`, {
    hint: names.length === 0 ? 'Export the model to ONNX first.' : `There is: ${names.join(', ')}.`,
    at: { file: folder },
  });
}

function readTemplate(path: string, tokenizerConfig: Json): string {
  const template = findTemplate(path, tokenizerConfig);
  if (template !== null) return template;
  throw invalid(path, 'tokenizer_config.json', 'holds no chat template, and there is no chat_template.jinja');
}

function findTemplate(path: string, tokenizerConfig: Json): string | null {
  const file = join(path, 'chat_template.jinja');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const { chat_template: template } = tokenizerConfig;
  if (typeof template === 'string') return template;
  if (Array.isArray(template)) {
    const named = (template as Json[]).find(({ name }) => name === 'default')?.template;
    if (typeof named === 'string') return named;
  }
  return null;
}

function namesOf(config: Json): readonly string[] {
  return Array.isArray(config.architectures) ? config.architectures.map(String) : [];
}

function refuseOtherKinds(config: Json, path: string): void {
  const names = namesOf(config);
  if (config.is_encoder_decoder === true) {
    throw invalid(
      path,
      'config.json',
      'describes an encoder with a decoder; models that continue a text are run here',
    );
  }
  const other = names.find((name) => !/ForCausalLM|ForConditionalGeneration|LMHeadModel/.test(name));
  if (other !== undefined && names.length === 1) {
    throw invalid(path, 'config.json', `describes a ${other}; models that continue a text are run here`);
  }
}

function contextOf(config: Json): number {
  const inner = (
    typeof config.text_config === 'object' && config.text_config !== null ? config.text_config : {}
  ) as Json;
  for (const from of [config, inner]) {
    for (const name of ['max_position_embeddings', 'n_positions', 'max_sequence_length', 'seq_length']) {
      const value = from[name];
      if (typeof value === 'number' && value > 0) return value;
    }
  }
  return DEFAULT_CONTEXT;
}

function idsOf(value: unknown): readonly number[] {
  return (Array.isArray(value) ? value : [value]).filter((id): id is number => Number.isInteger(id));
}

function readJson(path: string, name: string): Json {
  const file = join(path, name);
  if (!existsSync(file)) {
    throw new ArenaError('not_found', `${file} is missing.`, {
      hint: 'The folder of a Hugging Face ONNX export holds config.json, tokenizer.json, tokenizer_config.json and onnx/.',
      at: { file },
    });
  }
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {}
  throw invalid(path, name, 'is no JSON object');
}

function invalid(path: string, name: string, what: string): ArenaError {
  const file = join(path, name);
  return new ArenaError('invalid_file', `${file} ${what}.`, {
    hint: 'Fetch the folder again from where it came, or give another one.',
    at: { file },
  });
}
