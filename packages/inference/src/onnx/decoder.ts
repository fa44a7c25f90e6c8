import { ArenaError } from '@agon/domain';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { LOGIT_PLACES, NARROWED, STATE_PLACES } from './edit-graph.ts';
import { loadRuntime, type Runtime } from './onnx-runtime.ts';
import { openSession } from './open-session.ts';
import { type Kernel, type PreparedModel, prepareModel } from './prepare-model.ts';

/** What a model keeps of the tokens that it has read. */
export type Past = {
  /** Of each row, how many; what stands behind them in the tensors is padding. */
  readonly lengths: readonly number[];
  /** By the names of its inputs. */
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
  /** Where it was asked for. */
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

export type DecoderOptions = {
  readonly modelFile: string;
  readonly kernel: Kernel;
  /** Of onnxruntime: `cpu`, `cuda`, `webgpu` … */
  readonly executionProvider: string;
  readonly threads: number;
  /** Attention is worked out on the processor, and the rest where it is told; WebGPU only. */
  readonly attentionOnCpu?: boolean;
};

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
    { bytes: _bytes, ...prepared }: PreparedModel,
  ) {
    this.kernel = options.kernel;
    this.executionProvider = options.executionProvider;
    this.#runtime = runtime;
    this.#session = session;
    this.#prepared = prepared;
    this.#states = readStates(session, options.modelFile);
  }

  /** @throws ArenaError('invalid_file') where onnxruntime does not take the model, in its words */
  static async load(options: DecoderOptions): Promise<Decoder> {
    const { modelFile, kernel, executionProvider, threads, attentionOnCpu = false } = options;
    const runtime = await loadRuntime();
    // on a device the chosen ones would be gathered on the processor
    const prepared = prepareModel(modelFile, kernel, executionProvider === 'cpu');
    const session = await openSession(prepared.bytes, {
      modelFile,
      threads,
      executionProvider: attentionOnCpu
        ? { name: 'webgpu', forceCpuNodeNames: prepared.attentionNodes }
        : executionProvider,
    });
    return new Decoder(options, runtime, session, prepared);
  }

  get dataFiles(): readonly string[] {
    return this.#prepared.dataFiles;
  }

  /** Whether some of its nodes are attention as onnxruntime has kernels for. */
  get hasAttention(): boolean {
    return this.#prepared.attentionNodes.length > 0;
  }

  /** Whether a past can be cut to fewer tokens: not where a state sums up all that was read. */
  get canCut(): boolean {
    return this.#states.length > 0 && this.#states.every(({ tokenDim }) => tokenDim !== null);
  }

  /** Whether rows of several lengths can go together: padding would go into a state that sums up. */
  get canPad(): boolean {
    return this.#prepared.choosesPlaces && this.#states.every(({ tokenDim }) => tokenDim !== null);
  }

  /**
   * Whether a past may stand in a buffer that is longer than it is, and rows of several lengths beside each other: the
   * attention is told how long each row is.
   */
  get hasRoom(): boolean {
    return this.#prepared.choosesStates && this.canPad;
  }

  /** @returns the first `tokens` of one row of a past */
  cut(past: Past, tokens: number, row = 0): Past {
    if (past.lengths.length === 1 && tokens === past.lengths[row]) return past;
    const kept = this.room(1, tokens);
    this.put(past, row, tokens, kept, 0);
    return kept;
  }

  /** @returns a past of rows without a token in it, each with room for `tokens` */
  room(rows: number, tokens: number): Past & { readonly lengths: number[] } {
    const tensors = this.#states.map((state) => {
      const dims = state.shape.map((dim, place) => (place === state.tokenDim ? tokens : (dim ?? rows)));
      return [state.input, newTensor(this.#runtime, state.type, dims)] as const;
    });
    return { lengths: Array.from({ length: rows }, () => 0), tensors: Object.fromEntries(tensors) };
  }

  /** Copies the first `tokens` of a row of one past into a row of another. */
  put(
    from: Past,
    fromRow: number,
    tokens: number,
    to: Past & { readonly lengths: number[] },
    toRow: number,
  ): void {
    for (const { input, tokenDim } of this.#states)
      copyRow(from.tensors[input]!, fromRow, to.tensors[input]!, toRow, tokenDim!, tokens);
    to.lengths[toRow] = tokens;
  }

  /**
   * Reads tokens behind a past.
   * @param rows one where there is a past of one row; a token of each where `hasRoom`; without a past several, which are
   * padded on the right
   */
  async read(rows: readonly Row[], past: Past | null, keepsPast: boolean): Promise<Prefilled> {
    const width = Math.max(...rows.map(({ ids }) => ids.length));
    const results = await this.#run(rows, past, keepsPast);
    const logits = this.#logitsOf(results[LOGITS]!, rows, width);
    return { logits, past: keepsPast ? this.#pastOf(results, rows, past) : null };
  }

  /**
   * Reads a token of each row behind a past with room for it, and puts it there.
   * @returns of each row, a logit for every token of the vocabulary
   */
  async write(
    ids: readonly number[],
    past: Past & { readonly lengths: number[] },
  ): Promise<readonly Float32Array[]> {
    const rows = ids.map((id): Row => ({ ids: [id], places: [0] }));
    const results = await this.#run(rows, past, true);
    for (const { input, output, tokenDim } of this.#states)
      for (const [row, at] of past.lengths.entries())
        copyRow(results[output] as Tensor, row, past.tensors[input]!, row, tokenDim!, 1, at);
    for (const row of ids.keys()) past.lengths[row]! += 1;
    return this.#logitsOf(results[LOGITS]!, rows, 1).map(([logits]) => logits!);
  }

  async #run(rows: readonly Row[], past: Past | null, keepsPast: boolean) {
    const width = Math.max(...rows.map(({ ids }) => ids.length));
    const before = rows.map((_, row) => past?.lengths[row] ?? 0);
    const feeds: Record<string, Tensor> = {};
    for (const { name } of this.#session.inputMetadata) {
      const tensor =
        name === STATE_PLACES
          ? this.#statePlaces(before, keepsPast ? width : 0)
          : this.#feed(name, rows, width, before);
      if (tensor !== null) feeds[name] = tensor;
    }
    for (const state of this.#states)
      feeds[state.input] = feedable(past?.tensors[state.input] ?? this.#empty(state, rows.length));
    return this.#session.run(feeds, [LOGITS, ...(keepsPast ? this.#states.map(({ output }) => output) : [])]);
  }

  /** @param wanted tokens behind the past whose keys and values come out; 0: one that nobody looks at */
  #statePlaces(before: readonly number[], wanted: number): Tensor {
    const heads = Number(this.#states[0]!.shape[1]);
    const width = Math.max(1, wanted);
    const values = before.flatMap((tokens) =>
      Array.from({ length: heads * width }, (_, at) => (wanted === 0 ? 0 : tokens + (at % width))),
    );
    return this.#whole(STATE_PLACES, values, [before.length, heads, width, 1]);
  }

  #pastOf(results: InferenceSession.OnnxValueMapType, rows: readonly Row[], past: Past | null): Past {
    // a past without room has no padding between its rows' tokens and these
    const lengths = rows.map(({ ids }, row) => (past?.lengths[row] ?? 0) + ids.length);
    const came: Past = {
      lengths,
      tensors: Object.fromEntries(
        this.#states.map(({ input, output }) => [input, results[output] as Tensor]),
      ),
    };
    if (past === null || !this.#prepared.choosesStates) return came;
    const [before = 0] = past.lengths;
    const [all = 0] = lengths;
    const whole = this.room(1, all);
    this.put(past, 0, before, whole, 0);
    for (const { input, tokenDim } of this.#states)
      copyRow(came.tensors[input]!, 0, whole.tensors[input]!, 0, tokenDim!, all - before, before);
    return { ...whole, lengths };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feed(name: string, rows: readonly Row[], width: number, before: readonly number[]): Tensor | null {
    const perToken = (length: number, value: (row: Row, at: number, before: number) => number) =>
      this.#whole(
        name,
        rows.flatMap((row, i) => Array.from({ length }, (_, at) => value(row, at, before[i]!))),
        [rows.length, length],
      );
    switch (name) {
      case 'input_ids':
        return perToken(width, ({ ids }, at) => ids[at] ?? 0);
      case 'attention_mask':
        return perToken(Math.max(...before) + width, ({ ids }, at, before) =>
          at < before + ids.length ? 1 : 0,
        );
      case 'position_ids':
        return perToken(width, ({ ids }, at, before) => (at < ids.length ? before + at : 0));
      case LOGIT_PLACES: {
        const most = placesOf(rows);
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
    return newTensor(this.#runtime, type, dims);
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
    STATE_PLACES,
    'num_logits_to_keep',
    'use_cache_branch',
  ];
  return session.inputMetadata.flatMap((meta): State[] => {
    if (known.includes(meta.name)) return [];
    const output = [
      meta.name.replace(/^past_key_values/, 'present'),
      meta.name.replace(/^past_/, 'present_'),
      meta.name.replace(/^past/, 'present'),
    ]
      .flatMap((name) => [name, `${name}${NARROWED}`])
      .find((name) => name !== meta.name && session.outputNames.includes(name));
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

/** Places of each row that go through the last product: two at least, as that of a single one is rounded otherwise. */
function placesOf(rows: readonly Row[]): number {
  return Math.max(rows.length === 1 ? 2 : 1, ...rows.map(({ places }) => places.length));
}

/** Tensors of [rows, …, tokens, …]. @param at the first token's place in `to` */
function copyRow(
  from: Tensor,
  fromRow: number,
  to: Tensor,
  toRow: number,
  tokenDim: number,
  tokens: number,
  at = 0,
): void {
  const productOf = (dims: readonly number[]) => dims.reduce((product, each) => product * each, 1);
  const blocks = productOf(from.dims.slice(1, tokenDim));
  const inner = productOf(from.dims.slice(tokenDim + 1));
  const [fromBlock, toBlock] = [from.dims[tokenDim]! * inner, to.dims[tokenDim]! * inner];
  // half-precision numbers stand as numbers in one tensor and as bits in another
  const [source, target] = [feedable(from).data, feedable(to).data] as unknown as [
    Float32Array,
    Float32Array,
  ];
  for (let block = 0; block < blocks; block += 1) {
    const start = (fromRow * blocks + block) * fromBlock;
    const place = (toRow * blocks + block) * toBlock + at * inner;
    target.set(source.subarray(start, start + tokens * inner), place);
  }
}

function newTensor(runtime: typeof Runtime, type: Tensor.Type, dims: readonly number[]): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
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
