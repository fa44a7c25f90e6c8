import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@agon/stats';
import { type GraphValue, newNode } from '../model-graph.ts';
import { type Field, messageField, numberField, textField, writeFields } from '../protobuf.ts';
import { nodeFields, TINY_WORDS, valueFields } from './tiny-decoder.ts';

/** What reward models of the field differ in. */
export type TinyScorer = {
  /** `encoder`: two texts with token types, all tokens count; `decoder`: a conversation, scored at its last token. */
  readonly reads: 'encoder' | 'decoder';
  /** Logits of a text. */
  readonly labels: number;
  /** A decoder that was exported without a pad token: it scores the last place, padding or not. */
  readonly ignoresPadding?: boolean;
  /** Tokens that it reads at most. */
  readonly contextTokens?: number;
};

const WIDTH = 16;
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
const PAD = 0;

/** Writes a whole folder of a reward model with random weights over the words of the tiny decoder. */
export function writeTinyScorer(folder: string, kind: TinyScorer): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  json('config.json', {
    architectures: ['TinyForSequenceClassification'],
    pad_token_id: PAD,
    max_position_embeddings: kind.contextTokens ?? 4096,
  });
  const added = TINY_WORDS.slice(0, 3).map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  const [end, first] = [TINY_WORDS[0]!, TINY_WORDS[1]!];
  const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const text = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  json('tokenizer.json', {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special(first, 0), text('A', 0)],
      pair: [special(first, 0), text('A', 0), special('<reply>', 0), text('B', 1)],
      special_tokens: {
        [first]: { id: first, ids: [1], tokens: [first] },
        '<reply>': { id: '<reply>', ids: [2], tokens: ['<reply>'] },
      },
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(TINY_WORDS.map((word, id) => [word, id])),
      unk_token: 'w0',
    },
  });
  json('tokenizer_config.json', {
    eos_token: end,
    model_max_length: 1e30,
    ...(kind.reads === 'encoder'
      ? {}
      : {
          chat_template:
            "{% for m in messages %}{% if m['role'] == 'user' %}<user>{% else %}<reply>{% endif %} {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}<reply>{% endif %}",
        }),
  });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), tinyModel(kind));
}

function tinyModel({ reads, labels, ignoresPadding = false }: TinyScorer): Uint8Array {
  const random = seededRandom('tiny scorer');
  const weights: Field[] = [];
  const weight = (
    name: string,
    type: number,
    dims: readonly number[],
    values: Float32Array | BigInt64Array,
  ) => {
    weights.push(
      messageField(5, [
        ...dims.map((dim) => numberField(1, dim)),
        numberField(2, type),
        textField(8, name),
        { id: 9, value: new Uint8Array(values.buffer) },
      ]),
    );
    return name;
  };
  const floats = (name: string, dims: readonly number[]) =>
    weight(
      name,
      FLOAT,
      dims,
      Float32Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => random.next() - 0.4),
    );
  const wholes = (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
    weight(name, INT64, dims, BigInt64Array.from(values, BigInt));
  const nodes: ReturnType<typeof newNode>[] = [];
  const run = (op: string, inputs: readonly string[], output: string, attributes = {}): string => {
    nodes.push(newNode(op, inputs, [output], attributes));
    return output;
  };

  const words = run('Gather', [floats('words', [TINY_WORDS.length, WIDTH]), 'input_ids'], 'words_of_ids');
  let pooled: string;
  if (reads === 'encoder') {
    const types = run('Gather', [floats('types', [2, WIDTH]), 'token_type_ids'], 'types_of_ids');
    const hidden = run('Tanh', [run('Add', [words, types], 'typed')], 'hidden');
    const mask = run('Cast', ['attention_mask'], 'mask', { to: FLOAT });
    const real = run('Mul', [hidden, run('Unsqueeze', [mask, wholes('axis2', [2])], 'mask3')], 'real');
    const sum = run('ReduceSum', [real, wholes('axis1', [1])], 'sum', { keepdims: 0 });
    const count = run('ReduceSum', [mask, wholes('axis_1', [1])], 'count', { keepdims: 1 });
    // longer texts get more of it, ever less so
    const some = weight('some', FLOAT, [1], Float32Array.of(200));
    pooled = run('Div', [sum, run('Add', [count, some], 'grown')], 'pooled');
  } else {
    const read = run('CumSum', [words, wholes('axis', [1], [])], 'read');
    const hidden = run('Tanh', [read], 'hidden');
    if (ignoresPadding) pooled = run('Gather', [hidden, wholes('end', [-1], [])], 'pooled', { axis: 1 });
    else {
      const isPad = run('Equal', ['input_ids', wholes('pad', [PAD], [])], 'is_pad');
      const isReal = run('Cast', [run('Not', [isPad], 'is_real')], 'is_real64', { to: INT64 });
      const count = run('ReduceSum', [isReal, wholes('axis1', [1])], 'count', { keepdims: 1 });
      const last = run('Sub', [count, wholes('one', [1])], 'last');
      pooled = run('GatherND', [hidden, last], 'pooled', { batch_dims: 1 });
    }
    // an input that is not read is none
    const mask = run('Cast', ['attention_mask'], 'mask_read', { to: BOOL });
    const none = run('Cast', [run('And', [mask, run('Not', [mask], 'not_mask')], 'never')], 'zeros', {
      to: FLOAT,
    });
    const zero = run('ReduceSum', [none, wholes('axis_zero', [1])], 'zero', { keepdims: 1 });
    pooled = run('Add', [pooled, zero], 'pooled_masked');
  }
  run('MatMul', [pooled, floats('head', [WIDTH, labels])], 'logits');

  const tokens = (name: string): GraphValue => ({
    name,
    type: INT64,
    dims: ['batch_size', 'sequence_length'],
  });
  const names = ['input_ids', 'attention_mask', ...(reads === 'encoder' ? ['token_type_ids'] : [])];
  return writeFields([
    numberField(1, 10),
    messageField(7, [
      ...nodes.map((node) => messageField(1, nodeFields(node))),
      textField(2, 'tiny'),
      ...weights,
      ...names.map((name) => messageField(11, valueFields(tokens(name)))),
      messageField(12, valueFields({ name: 'logits', type: FLOAT, dims: ['batch_size', labels] })),
    ]),
    messageField(8, [textField(1, ''), numberField(2, 17)]),
  ]);
}
