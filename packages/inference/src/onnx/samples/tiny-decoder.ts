import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@agon/stats';
import { type GraphValue, newNode } from '../model-graph.ts';
import { type Field, messageField, numberField, textField, writeFields } from '../protobuf.ts';

/** What decoders of the field differ in, each of which has broken a runner of models. */
export type TinyDecoder = {
  /** Attention by onnxruntime's GroupQueryAttention, which wants padding on the right; else by plain operators. */
  readonly groupQuery?: boolean;
  /** Each token attends to few others, so attention that is worked out wrongly shows in the logits. */
  readonly sharpAttention?: boolean;
  /** The graph picks the last rows itself, by an input of its own. */
  readonly keepsLogits?: boolean;
  /** Weights stand in a file beside the model. */
  readonly external?: boolean;
  /** Past keys and values in half precision. */
  readonly halfPast?: boolean;
  /** A state of one size beside keys and values, as models with convolutions have. */
  readonly convolution?: boolean;
  /** The last product has 8-bit weights in blocks. */
  readonly quantised?: boolean;
  /** It says A or B to whatever it is asked. */
  readonly saysLetters?: boolean;
};

export const TINY_WORDS = [
  '<end>',
  '<user>',
  '<reply>',
  'A',
  'B',
  ...Array.from({ length: 27 }, (_, i) => `w${i}`),
];
const WIDTH = 32;
const HEADS = 2;
const HEAD = WIDTH / HEADS;
const FLOAT = 1;
const INT64 = 7;
const HALF = 10;
const INT32 = 6;
const UINT8 = 2;

/** Writes a whole model folder with random weights: one layer, 32 words. Every size is the least that works. */
export function writeTinyDecoder(folder: string, kind: TinyDecoder): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  json('config.json', { architectures: ['TinyForCausalLM'], eos_token_id: 0, max_position_embeddings: 2048 });
  const vocab = Object.fromEntries(TINY_WORDS.map((word, id) => [word, id]));
  const added = TINY_WORDS.slice(0, 3).map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  json('tokenizer.json', {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: 'w0' },
  });
  json('tokenizer_config.json', {
    eos_token: '<end>',
    chat_template: "{% for m in messages %}<user> {{ m['content'] }} {% endfor %}<reply>",
  });
  const { model, data } = tinyModel(kind);
  writeFileSync(join(folder, 'onnx', 'model.onnx'), model);
  if (data !== null) writeFileSync(join(folder, 'onnx', 'model.onnx_data'), data);
}

function tinyModel(kind: TinyDecoder): { readonly model: Uint8Array; readonly data: Uint8Array | null } {
  const random = seededRandom('tiny decoder');
  const weights: Field[] = [];
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const weight = (name: string, type: number, dims: readonly number[], raw: Uint8Array): string => {
    const external = kind.external === true && type === FLOAT;
    const place = [
      ['location', 'model.onnx_data'],
      ['offset', String(offset)],
      ['length', String(raw.length)],
    ].map(([key = '', value = '']) => messageField(13, [textField(1, key), textField(2, value)]));
    if (external) {
      pieces.push(raw);
      offset += raw.length;
    }
    weights.push(
      messageField(5, [
        ...dims.map((dim) => numberField(1, dim)),
        numberField(2, type),
        textField(8, name),
        ...(external ? [...place, numberField(14, 1)] : [{ id: 9, value: raw }]),
      ]),
    );
    return name;
  };
  const bytes = (values: Float32Array | BigInt64Array) => new Uint8Array(values.buffer);
  const floats = (name: string, dims: readonly number[], scale: number) =>
    weight(
      name,
      FLOAT,
      dims,
      bytes(
        Float32Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => scale * (2 * random.next() - 1)),
      ),
    );
  const wholes = (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
    weight(name, INT64, dims, bytes(BigInt64Array.from(values, BigInt)));

  const nodes: ReturnType<typeof newNode>[] = [];
  const run = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes = {},
    domain = '',
  ): string => {
    nodes.push(newNode(op, inputs, [output], attributes, domain));
    return output;
  };
  const pastType = kind.halfPast === true ? HALF : FLOAT;
  const cast = (tensor: string, to: number, output: string) =>
    kind.halfPast === true ? run('Cast', [tensor], output, { to }) : tensor;
  const heads = 1;
  const keyWidth = kind.groupQuery === true ? HEAD : WIDTH;

  const words = run('Gather', [floats('words', [TINY_WORDS.length, WIDTH], 1), 'input_ids'], 'words_of_ids');
  let hidden = words;
  if (kind.convolution === true) {
    const across = run('Transpose', [words], 'across', { perm: [0, 2, 1] });
    const whole = run('Concat', ['past_conv.0', across], 'whole', { axis: 2 });
    const cut = (from: number, to: number, output: string) =>
      run(
        'Slice',
        [
          whole,
          wholes(`${output}/from`, [from]),
          wholes(`${output}/to`, [to]),
          wholes(`${output}/axis`, [2]),
        ],
        output,
      );
    cut(-2, 2 ** 31, 'present_conv.0');
    const sum = run('Add', [cut(0, -2, 'two_before'), cut(2, 2 ** 31, 'now')], 'sum');
    hidden = run('Transpose', [sum], 'mixed', { perm: [0, 2, 1] });
  }
  const product = (name: string, width: number, scale = 0.5) =>
    run('MatMul', [hidden, floats(`${name}/weight`, [WIDTH, width], scale)], name);
  const query = product('query', WIDTH, kind.sharpAttention === true ? 2 : 0.5);
  const [key, value] = [product('key', keyWidth), product('value', keyWidth)];
  let attended: string;
  if (kind.groupQuery === true) {
    const mask = run('Cast', ['attention_mask'], 'mask32', { to: INT32 });
    const one = weight('one32', INT32, [], new Uint8Array(Int32Array.of(1).buffer));
    const counts = run('ReduceSum', [mask, wholes('axis1', [1])], 'counts', { keepdims: 0 });
    const lengths = run('Sub', [counts, one], 'lengths');
    const shape = run('Shape', ['attention_mask'], 'shape');
    const total = run('Cast', [run('Gather', [shape, wholes('at1', [1], [])], 'total64')], 'total', {
      to: INT32,
    });
    nodes.push(
      newNode(
        'GroupQueryAttention',
        [query, key, value, 'past_key_values.0.key', 'past_key_values.0.value', lengths, total],
        ['attended', 'present.0.key', 'present.0.value'],
        { num_heads: HEADS, kv_num_heads: 1 },
        'com.microsoft',
      ),
    );
    attended = 'attended';
  } else {
    const headAxis = wholes('head_axis', [1]);
    const grown = (tensor: string, name: string) => {
      const fresh = cast(run('Unsqueeze', [tensor, headAxis], `${name}/fresh`), HALF, `${name}/half`);
      const all = run('Concat', [`past_key_values.0.${name}`, fresh], `present.0.${name}`, { axis: 2 });
      return cast(all, FLOAT, `${name}/float`);
    };
    const keys = run('Transpose', [grown(key, 'key')], 'keys', { perm: [0, 1, 3, 2] });
    const values = grown(value, 'value');
    const scores = run('MatMul', [run('Unsqueeze', [query, headAxis], 'queries'), keys], 'scores');
    // a token sees what stands at its place or before it and is no padding
    const axis = weight('axis32', INT32, [], new Uint8Array(Int32Array.of(1).buffer));
    const places = run('CumSum', ['attention_mask', axis], 'places');
    const own = run('Add', ['position_ids', wholes('one', [1])], 'own_places');
    const before = run(
      'LessOrEqual',
      [
        run('Unsqueeze', [places, wholes('axes12', [1])], 'places3'),
        run('Unsqueeze', [own, wholes('axes2', [2])], 'own3'),
      ],
      'before',
    );
    const real = run(
      'Unsqueeze',
      [run('Cast', ['attention_mask'], 'real', { to: 9 }), wholes('axes1', [1])],
      'real3',
    );
    const seen = run('Unsqueeze', [run('And', [before, real], 'seen'), headAxis], 'seen4');
    const never = weight('never', FLOAT, [], bytes(Float32Array.of(-1e9)));
    const masked = run('Where', [seen, scores, never], 'masked');
    const mixed = run('MatMul', [run('Softmax', [masked], 'shares', { axis: -1 }), values], 'mixed_values');
    attended = run('Squeeze', [mixed, headAxis], 'attended');
  }
  const states: GraphValue[] = ['key', 'value'].map((name) => ({
    name: `past_key_values.0.${name}`,
    type: pastType,
    dims: ['batch_size', heads, 'past_sequence_length', keyWidth],
  }));
  let last = run('Add', [attended, words], 'last');
  if (kind.keepsLogits === true) {
    const from = run(
      'Unsqueeze',
      [run('Neg', ['num_logits_to_keep'], 'minus'), wholes('axis0', [0])],
      'kept_from',
    );
    last = run('Slice', [last, from, wholes('kept_to', [2 ** 31]), wholes('kept_axis', [1])], 'kept');
  }
  if (kind.quantised === true) {
    const levels = Uint8Array.from({ length: TINY_WORDS.length * WIDTH }, () => random.below(256));
    const scales = Float32Array.from({ length: TINY_WORDS.length }, () => 0.002 + 0.002 * random.next());
    nodes.push(
      newNode(
        'MatMulNBits',
        [
          last,
          weight('levels', UINT8, [TINY_WORDS.length, 1, WIDTH], levels),
          weight('scales', FLOAT, [TINY_WORDS.length], bytes(scales)),
        ],
        ['logits'],
        { K: WIDTH, N: TINY_WORDS.length, bits: 8, block_size: 32, accuracy_level: 0 },
        'com.microsoft',
      ),
    );
  } else if (kind.saysLetters === true) {
    const letters = Float32Array.from(TINY_WORDS, (word) => (word === 'A' || word === 'B' ? 20 : 0));
    const plain = run('MatMul', [last, floats('head', [WIDTH, TINY_WORDS.length], 0.5)], 'plain');
    run('Add', [plain, weight('letters', FLOAT, [TINY_WORDS.length], bytes(letters))], 'logits');
  } else run('MatMul', [last, floats('head', [WIDTH, TINY_WORDS.length], 0.5)], 'logits');

  const tokens = (name: string, length: string): GraphValue => ({
    name,
    type: INT64,
    dims: ['batch_size', length],
  });
  const convolution: GraphValue = { name: 'past_conv.0', type: FLOAT, dims: ['batch_size', WIDTH, 2] };
  const inputs: GraphValue[] = [
    tokens('input_ids', 'sequence_length'),
    tokens('attention_mask', 'total_sequence_length'),
    ...(kind.groupQuery === true ? [] : [tokens('position_ids', 'sequence_length')]),
    ...(kind.keepsLogits === true ? [{ name: 'num_logits_to_keep', type: INT64, dims: [] }] : []),
    ...states,
    ...(kind.convolution === true ? [convolution] : []),
  ];
  const outputs: GraphValue[] = [
    { name: 'logits', type: FLOAT, dims: ['batch_size', 'sequence_length', TINY_WORDS.length] },
    ...states.map((state) => ({
      ...state,
      name: state.name.replace('past_key_values', 'present'),
      dims: state.dims.map((dim) => (dim === 'past_sequence_length' ? 'total_sequence_length' : dim)),
    })),
    ...(kind.convolution === true ? [{ ...convolution, name: 'present_conv.0' }] : []),
  ];
  const model = writeFields([
    numberField(1, 10),
    messageField(7, [
      ...nodes.map((node) => messageField(1, nodeFields(node))),
      textField(2, 'tiny'),
      ...weights,
      ...inputs.map((each) => messageField(11, valueFields(each))),
      ...outputs.map((each) => messageField(12, valueFields(each))),
    ]),
    messageField(8, [textField(1, ''), numberField(2, 17)]),
    messageField(8, [textField(1, 'com.microsoft'), numberField(2, 1)]),
  ]);
  if (kind.external !== true) return { model, data: null };
  const data = new Uint8Array(offset);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return { model, data };
}

export function nodeFields({
  inputs,
  outputs,
  name,
  opType,
  domain,
  attributes,
}: ReturnType<typeof newNode>): Field[] {
  return [
    ...inputs.map((each) => textField(1, each)),
    ...outputs.map((each) => textField(2, each)),
    textField(3, name),
    textField(4, opType),
    ...attributes.map((each) => messageField(5, each)),
    textField(7, domain),
  ];
}

export function valueFields({ name, type, dims }: GraphValue): Field[] {
  const shape = dims.map((dim) =>
    messageField(1, [typeof dim === 'number' ? numberField(1, dim) : textField(2, dim)]),
  );
  return [
    textField(1, name),
    messageField(2, [messageField(1, [numberField(1, type), messageField(2, shape)])]),
  ];
}
