import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { ArenaError } from '@agon/domain';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  chooseLogitPlaces,
  floatBytes,
  LOGIT_PLACES,
  setAccuracyLevel,
  useFloatWeights,
} from './edit-graph.ts';
import { dataFile } from './model-folder.ts';
import { type Initializer, ModelGraph } from './model-graph.ts';
import { loadRuntime, type Runtime } from './onnx-runtime.ts';
import { openSession } from './open-session.ts';

/** How matrix products are worked out. `given`: as the file says. */
export const KERNELS = ['given', 'float32', 'int8'] as const;
export type Kernel = (typeof KERNELS)[number];

/** What a model keeps of the tokens that it has read, by the names of its inputs. */
export type Past = {
  readonly tokens: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
};

export type Row = {
  /** New tokens, at least one. */
  readonly ids: readonly number[];
  /** Places among them after which logits are wanted. */
  readonly places: readonly number[];
};

export type Prefilled = {
  /** Of each row, for each place: a logit for every token of the vocabulary. */
  readonly logits: readonly (readonly Float32Array[])[];
  /** Of a single row, where it was asked for. */
  readonly past: Past | null;
};

type State = {
  readonly input: string;
  readonly output: string;
  readonly type: Tensor.Type;
  /** Null: as many as rows. Where the tokens of the past are counted: 0. */
  readonly shape: readonly (number | null)[];
  /** Which dimension counts tokens; null: a state of one size. */
  readonly tokenDim: number | null;
};

const LOGITS = 'logits';

/** Protobuf ends at 2 GiB: float weights are written into the model itself. */
const MOST_FLOAT_BYTES = 1.9 * 2 ** 30;

export type DecoderOptions = {
  readonly modelFile: string;
  readonly kernel: Kernel;
  /** Of onnxruntime: `cpu`, `cuda`, `webgpu` … */
  readonly executionProvider: string;
  readonly threads: number;
};

/** A graph that was made ready for a session. @see prepareModel */
export type PreparedModel = {
  readonly bytes: Uint8Array;
  readonly choosesPlaces: boolean;
  readonly usesGroupQuery: boolean;
  readonly dataFiles: readonly string[];
};

/**
 * @throws ArenaError('invalid_file'), ('not_found') for a file that is damaged or missing
 * @throws ArenaError('too_large') where float weights do not fit into one file
 */
export function prepareModel(modelFile: string, kernel: Kernel): PreparedModel {
  const graph = new ModelGraph(readFileSync(modelFile), modelFile);
  const dataFiles = dataFilesIn(graph, modelFile);
  const choosesPlaces = chooseLogitPlaces(graph);
  if (kernel === 'int8') setAccuracyLevel(graph, 4);
  if (kernel === 'float32') {
    const bytes = floatBytes(graph);
    if (bytes > MOST_FLOAT_BYTES) {
      throw new ArenaError('too_large', `${modelFile} takes ${Math.ceil(bytes / 2 ** 20)} MiB as float32.`, {
        hint: 'Its own kernels are used: --kernel given.',
        at: { file: modelFile },
      });
    }
    useFloatWeights(graph, (tensor) => readWeight(tensor, modelFile));
  }
  return {
    bytes: graph.write(),
    choosesPlaces,
    usesGroupQuery: graph.nodes.some(({ opType }) => opType === 'GroupQueryAttention'),
    dataFiles,
  };
}

function dataFilesIn(graph: ModelGraph, modelFile: string): readonly string[] {
  const locations = [...graph.initializers.values()].flatMap(({ external }) => external?.location ?? []);
  return [...new Set(locations)].map((location) => dataFile(modelFile, location));
}

/** Paths of the files beside the model that hold its weights. @throws ArenaError as `prepareModel` */
export function dataFilesOf(modelFile: string): readonly string[] {
  return dataFilesIn(new ModelGraph(readFileSync(modelFile), modelFile), modelFile);
}

/** @returns bytes that the model's quantised products take as float32; 0: it has none */
export function floatWeightBytes(modelFile: string): number {
  return floatBytes(new ModelGraph(readFileSync(modelFile), modelFile));
}

function readWeight({ name, raw, external }: Initializer, modelFile: string): Uint8Array {
  if (external === null) {
    if (raw !== null) return raw;
    throw new ArenaError('invalid_file', `${modelFile} holds the weight ${name} in an unknown form.`, {
      at: { file: modelFile },
    });
  }
  const path = dataFile(modelFile, external.location);
  const handle = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(external.length ?? 0);
    const read = readSync(handle, bytes, 0, bytes.length, external.offset);
    if (read === bytes.length) return bytes;
  } finally {
    closeSync(handle);
  }
  throw new ArenaError('invalid_file', `${path} is cut off: the weight ${name} is not whole.`, {
    hint: 'Fetch the file again; compare its size with that where it came from.',
    at: { file: path },
  });
}

/** One session of a decoder: its names, types and layers are those that its graph tells. */
export class Decoder {
  readonly kernel: Kernel;
  readonly executionProvider: string;
  readonly #runtime: typeof Runtime;
  readonly #session: InferenceSession;
  readonly #prepared: Omit<PreparedModel, 'bytes'>;
  readonly #states: readonly State[];

  private constructor(
    options: DecoderOptions,
    runtime: typeof Runtime,
    session: InferenceSession,
    { choosesPlaces, usesGroupQuery, dataFiles }: PreparedModel,
  ) {
    this.kernel = options.kernel;
    this.executionProvider = options.executionProvider;
    this.#runtime = runtime;
    this.#session = session;
    this.#prepared = { choosesPlaces, usesGroupQuery, dataFiles };
    this.#states = readStates(session, options.modelFile);
  }

  /** @throws ArenaError('invalid_file') where onnxruntime does not take the model, in its words */
  static async load(options: DecoderOptions): Promise<Decoder> {
    const { modelFile, kernel, executionProvider, threads } = options;
    const runtime = await loadRuntime();
    const prepared = prepareModel(modelFile, kernel);
    const session = await openSession(prepared.bytes, { modelFile, executionProvider, threads });
    return new Decoder(options, runtime, session, prepared);
  }

  get dataFiles(): readonly string[] {
    return this.#prepared.dataFiles;
  }

  /** Whether a past can be cut to fewer tokens: not where a state sums up all that was read. */
  get canCut(): boolean {
    return this.#states.length > 0 && this.#states.every(({ tokenDim }) => tokenDim !== null);
  }

  /** Whether rows of several lengths can go together: padding would go into a state that sums up. */
  get canPad(): boolean {
    return this.#prepared.choosesPlaces && this.#states.every(({ tokenDim }) => tokenDim !== null);
  }

  /** @returns the first `tokens` of a past */
  cut(past: Past, tokens: number): Past {
    if (tokens === past.tokens) return past;
    const tensors = this.#states.map((state) => {
      const tensor = past.tensors[state.input]!;
      return [state.input, cutTensor(this.#runtime, tensor, state.tokenDim!, tokens)] as const;
    });
    return { tokens, tensors: Object.fromEntries(tensors) };
  }

  /**
   * Reads tokens behind a past.
   * @param rows one where there is a past or it is kept; else several, which are padded on the right
   */
  async read(rows: readonly Row[], past: Past | null, keepsPast: boolean): Promise<Prefilled> {
    const before = past?.tokens ?? 0;
    const width = Math.max(...rows.map(({ ids }) => ids.length));
    const feeds: Record<string, Tensor> = {};
    for (const { name } of this.#session.inputMetadata) {
      const tensor = this.#feed(name, rows, width, before);
      if (tensor !== null) feeds[name] = tensor;
    }
    for (const state of this.#states)
      feeds[state.input] = feedable(past?.tensors[state.input] ?? this.#empty(state, rows.length));
    const fetches = [LOGITS, ...(keepsPast ? this.#states.map(({ output }) => output) : [])];
    const results = await this.#session.run(feeds, fetches);
    const logits = this.#logitsOf(results[LOGITS]!, rows, width);
    const kept = keepsPast
      ? {
          tokens: before + width,
          tensors: Object.fromEntries(
            this.#states.map(({ input, output }) => [input, results[output] as Tensor]),
          ),
        }
      : null;
    return { logits, past: kept };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feed(name: string, rows: readonly Row[], width: number, before: number): Tensor | null {
    const perToken = (length: number, value: (row: Row, at: number) => number) =>
      this.#whole(
        name,
        rows.flatMap((row) => Array.from({ length }, (_, at) => value(row, at))),
        [rows.length, length],
      );
    switch (name) {
      case 'input_ids':
        return perToken(width, ({ ids }, at) => ids[at] ?? 0);
      case 'attention_mask':
        return perToken(before + width, ({ ids }, at) => (at < before + ids.length ? 1 : 0));
      case 'position_ids':
        return perToken(width, ({ ids }, at) => (at < ids.length ? before + at : 0));
      case LOGIT_PLACES: {
        const most = Math.max(...rows.map(({ places }) => places.length));
        const wanted = rows.flatMap(({ places }) => Array.from({ length: most }, (_, i) => places[i] ?? 0));
        return this.#whole(name, wanted, [rows.length, most, 1]);
      }
      case 'num_logits_to_keep': {
        // all of them reach our own choice behind it; without that, the last one is what is mostly wanted
        const isLast = rows.every(({ ids, places }) => places.length === 1 && places[0] === ids.length - 1);
        const keep = !this.#prepared.choosesPlaces && isLast && rows.length === 1 ? 1 : 0;
        return this.#whole(name, [keep], []);
      }
      case 'use_cache_branch':
        return new this.#runtime.Tensor('bool', Uint8Array.of(1), [1]);
      default:
        return null;
    }
  }

  #whole(name: string, values: readonly number[], dims: readonly number[]): Tensor {
    const meta = this.#session.inputMetadata.find((each) => each.name === name);
    return meta?.isTensor === true && meta.type === 'int32'
      ? new this.#runtime.Tensor('int32', Int32Array.from(values), dims)
      : new this.#runtime.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  }

  #empty({ type, shape }: State, rows: number): Tensor {
    const dims = shape.map((dim) => dim ?? rows);
    const size = dims.reduce((product, dim) => product * dim, 1);
    return newTensor(this.#runtime, type, size, dims);
  }

  #logitsOf(tensor: Tensor, rows: readonly Row[], width: number): Float32Array[][] {
    const { dims } = tensor;
    const [, places = 0, words = 0] = dims;
    const all = asFloats(tensor);
    return rows.map(({ places: wanted, ids }, row) =>
      wanted.map((place, i) => {
        // chosen by us; or the last one alone; or every place
        const at = this.#prepared.choosesPlaces
          ? i
          : places === width
            ? place
            : places - (ids.length - place);
        const from = (row * places + at) * words;
        return all.subarray(from, from + words);
      }),
    );
  }
}

function readStates(session: InferenceSession, file: string): readonly State[] {
  const known = [
    'input_ids',
    'attention_mask',
    'position_ids',
    LOGIT_PLACES,
    'num_logits_to_keep',
    'use_cache_branch',
  ];
  return session.inputMetadata.flatMap((meta): State[] => {
    if (known.includes(meta.name)) return [];
    const output = [
      meta.name.replace(/^past_key_values/, 'present'),
      meta.name.replace(/^past_/, 'present_'),
      meta.name.replace(/^past/, 'present'),
    ].find((name) => name !== meta.name && session.outputNames.includes(name));
    if (!meta.isTensor || output === undefined) {
      throw new ArenaError('invalid_file', `${file} has an input that is not known here: ${meta.name}.`, {
        hint: 'Decoders are run with input_ids, attention_mask, position_ids, num_logits_to_keep and past_* inputs.',
        at: { file, value: meta.name },
      });
    }
    const shape = meta.shape.map((dim, place) => (place === 0 ? null : typeof dim === 'number' ? dim : 0));
    const tokenDim = shape.indexOf(0);
    return [{ input: meta.name, output, type: meta.type, shape, tokenDim: tokenDim < 0 ? null : tokenDim }];
  });
}

function cutTensor(runtime: typeof Runtime, tensor: Tensor, dim: number, length: number): Tensor {
  const outer = tensor.dims.slice(0, dim).reduce((product, each) => product * each, 1);
  const inner = tensor.dims.slice(dim + 1).reduce((product, each) => product * each, 1);
  const before = (tensor.dims[dim] ?? 0) * inner;
  const after = length * inner;
  const dims = tensor.dims.map((each, place) => (place === dim ? length : each));
  const cut = newTensor(runtime, tensor.type, outer * after, dims);
  // half-precision numbers stand as numbers in one tensor and as bits in another
  const [from, to] = [feedable(tensor).data, feedable(cut).data] as unknown as [Float32Array, Float32Array];
  for (let block = 0; block < outer; block += 1)
    to.set(from.subarray(block * before, block * before + after), block * after);
  return cut;
}

function newTensor(
  runtime: typeof Runtime,
  type: Tensor.Type,
  size: number,
  dims: readonly number[],
): Tensor {
  if (type === 'float32') return new runtime.Tensor('float32', new Float32Array(size), dims);
  if (type === 'float16') {
    const Halves = (
      typeof Float16Array === 'undefined' ? Uint16Array : Float16Array
    ) as Uint16ArrayConstructor;
    return new runtime.Tensor('float16', new Halves(size) as Uint16Array, dims);
  }
  throw new ArenaError('invalid_file', `A state of the model is of type ${type}, which is not known here.`);
}

/** onnxruntime takes half-precision numbers as their bits, and knows no array of Node's own for them. */
function feedable(tensor: Tensor): Tensor {
  if (tensor.type !== 'float16' || tensor.data instanceof Uint16Array) return tensor;
  const { buffer, byteOffset, length } = tensor.data as unknown as Uint16Array;
  return Object.defineProperty(tensor, 'data', { value: new Uint16Array(buffer, byteOffset, length) });
}

/** Of half-precision outputs, too: as numbers where this Node has such arrays, else as bits. */
export function asFloats({ type, data }: Tensor): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (!(data instanceof Uint16Array)) return Float32Array.from(data as unknown as ArrayLike<number>);
  return Float32Array.from(data, halfOf);
}

/** @see IEEE 754 binary16 */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
