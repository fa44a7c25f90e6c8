import {
  ELEMENT,
  type Initializer,
  intAttribute,
  type ModelGraph,
  type Node,
  newNode,
  setIntAttribute,
} from './model-graph.ts';

/** Input of the changed graph: places in each row of the batch whose logits are wanted, int64 [batch, wanted, 1]. */
export const LOGIT_PLACES = 'agon_logit_places';

/** Operators that only pass on what the last matrix product made. */
const PASSED_ON = ['Cast', 'Mul', 'Div', 'Add', 'Tanh', 'Identity', 'Clip', 'Reshape'];
const PRODUCTS = [
  'MatMul',
  'MatMulNBits',
  'Gemm',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
];

/**
 * Lets only chosen places through the last matrix product, which otherwise makes a row as wide as the vocabulary for every
 * token of the prompt (a prompt of 2,000 tokens and 152,000 words: 1.2 GB).
 * @returns whether the graph was changed; not where the product that makes `logits` is not found
 */
export function chooseLogitPlaces(graph: ModelGraph): boolean {
  if (graph.opset < 12) return false;
  const logits = graph.outputs.find(({ name }) => name === 'logits');
  if (logits === undefined) return false;
  const passed: string[] = [];
  let tensor = logits.name;
  for (let node = graph.producerOf(tensor); node !== undefined; node = graph.producerOf(tensor)) {
    passed.push(tensor);
    if (PRODUCTS.includes(node.opType)) {
      const from = wideInput(graph, node);
      if (from === null) return false;
      insertGather(graph, from.node, from.place);
      graph.forgetShapes(passed);
      graph.outputs = graph.outputs.map((output) =>
        output === logits
          ? {
              ...output,
              dims: [output.dims[0] ?? 'batch_size', 'wanted_places', output.dims[2] ?? 'vocabulary'],
            }
          : output,
      );
      return true;
    }
    if (!PASSED_ON.includes(node.opType)) return false;
    const next = node.inputs.find((input) => comesFromProduct(graph, input));
    if (next === undefined) return false;
    tensor = next;
  }
  return false;
}

/** Input of the changed graph: which tokens' keys and values are wanted, by their places, int64 [batch, heads, wanted, 1]. */
export const STATE_PLACES = 'agon_state_places';
/** Behind the name of an output that was narrowed to the tokens that are wanted. */
export const NARROWED = '/wanted';

/**
 * Lets only chosen tokens' keys and values out. An output is copied whenever it leaves the session, and those of all tokens
 * are of megabytes where those of the newest are of kilobytes.
 * @returns whether the graph was changed; not where attention is not all GroupQueryAttention with as many heads
 */
export function chooseStatePlaces(graph: ModelGraph): boolean {
  const presents = graph.outputs.filter(({ name }) => name.startsWith('present'));
  const heads = presents[0]?.dims[1];
  const isAlike = presents.every(
    ({ name, dims }) =>
      dims.length === 4 && dims[1] === heads && graph.producerOf(name)?.opType === 'GroupQueryAttention',
  );
  if (graph.opset < 12 || typeof heads !== 'number' || !isAlike) return false;
  for (const { name } of presents)
    graph.nodes.push(newNode('GatherND', [name, STATE_PLACES], [`${name}${NARROWED}`], { batch_dims: 2 }));
  graph.outputs = graph.outputs.map((output) =>
    presents.includes(output)
      ? {
          ...output,
          name: `${output.name}${NARROWED}`,
          dims: [output.dims[0] ?? 'batch_size', heads, 'wanted_tokens', output.dims[3] ?? 'head'],
        }
      : output,
  );
  const dims = ['batch_size', heads, 'wanted_tokens', 1];
  graph.inputs.push({ name: STATE_PLACES, type: ELEMENT.int64, dims });
  return true;
}

const ATTENTION = ['GroupQueryAttention', 'MultiHeadAttention', 'Attention'];

/** @returns names of the nodes that work out attention by a kernel of onnxruntime's; those without one are given one */
export function nameAttention(graph: ModelGraph): readonly string[] {
  const nodes = graph.nodes.filter(({ opType }) => ATTENTION.includes(opType));
  for (const [at, node] of nodes.entries()) if (node.name === '') node.name = `agon/attention/${at}`;
  return nodes.map(({ name }) => name);
}

function comesFromProduct(graph: ModelGraph, tensor: string): boolean {
  const producer = graph.producerOf(tensor);
  return (
    producer !== undefined &&
    (PRODUCTS.includes(producer.opType) ||
      (PASSED_ON.includes(producer.opType) &&
        producer.inputs.some((input) => comesFromProduct(graph, input))))
  );
}

/** Where the hidden states enter the last product: with integer weights they are rounded by a node before it. */
function wideInput(graph: ModelGraph, product: Node): { readonly node: Node; readonly place: number } | null {
  if (product.opType !== 'MatMulInteger') return { node: product, place: 0 };
  const rounding = graph.producerOf(product.inputs[0] ?? '');
  if (rounding?.opType !== 'DynamicQuantizeLinear') return null;
  const isOnlyHere = graph.nodes
    .filter(({ inputs }) => inputs.includes(rounding.outputs[0] ?? ''))
    .every((node) => node === product);
  return isOnlyHere ? { node: rounding, place: 0 } : null;
}

function insertGather(graph: ModelGraph, consumer: Node, place: number): void {
  const hidden = consumer.inputs[place]!;
  const chosen = 'agon_chosen_hidden_states';
  consumer.inputs[place] = chosen;
  const gather = newNode('GatherND', [hidden, LOGIT_PLACES], [chosen], { batch_dims: 1 });
  graph.nodes.splice(graph.nodes.indexOf(consumer), 0, gather);
  graph.inputs.push({ name: LOGIT_PLACES, type: ELEMENT.int64, dims: ['batch_size', 'wanted_places', 1] });
}

/** Nodes whose weights are 4 or 8-bit numbers in blocks and whose activations are float32. */
function quantisedProducts(graph: ModelGraph): readonly Node[] {
  return graph.nodes.filter(
    (node) =>
      node.opType === 'MatMulNBits' &&
      [4, 8].includes(intAttribute(node, 'bits') ?? 4) &&
      // a bias, or an order of columns of its own
      (node.inputs[4] ?? '') === '' &&
      (node.inputs[5] ?? '') === '' &&
      graph.initializers.get(node.inputs[2] ?? '')?.type === ELEMENT.float32 &&
      [undefined, ELEMENT.uint8].includes(graph.initializers.get(node.inputs[3] ?? '')?.type as undefined),
  );
}

/** 0: activations stay as they are; 4: they are rounded to int8. */
export function setAccuracyLevel(graph: ModelGraph, level: 0 | 4): void {
  for (const node of quantisedProducts(graph)) setIntAttribute(node, 'accuracy_level', level);
}

/** @returns bytes that the weights of these products take as float32 */
export function floatBytes(graph: ModelGraph): number {
  return quantisedProducts(graph).reduce(
    (total, node) => total + 4 * (intAttribute(node, 'K') ?? 0) * (intAttribute(node, 'N') ?? 0),
    0,
  );
}

/** Reads the bytes of a weight, wherever they stand. */
export type ReadWeight = (tensor: Initializer) => Uint8Array;

/**
 * Puts float32 matrices in the place of quantised ones: the same numbers, and a kernel that is quicker for many rows.
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 */
export function useFloatWeights(graph: ModelGraph, read: ReadWeight): void {
  const quantised = quantisedProducts(graph);
  const made = new Map<string, string>();
  for (const node of quantised) {
    const [activations = '', weights = ''] = node.inputs;
    // tied matrices are unpacked once
    const matrix = made.get(weights) ?? `agon/${weights}`;
    if (!made.has(weights)) {
      const [outer, inner] = [intAttribute(node, 'N') ?? 0, intAttribute(node, 'K') ?? 0];
      graph.addFloats(matrix, unpackWeights(graph, node, read), [outer, inner]);
      made.set(weights, matrix);
    }
    const product = newNode(
      'FusedMatMul',
      [activations, matrix],
      node.outputs,
      { transA: 0, transB: 1 },
      'com.microsoft',
    );
    graph.nodes[graph.nodes.indexOf(node)] = product;
  }
  graph.dropUnused(quantised.flatMap(({ inputs }) => inputs.slice(1)));
}

/** @returns rows of the matrix one after another, as many as the product has outputs */
function unpackWeights(graph: ModelGraph, node: Node, read: ReadWeight): Float32Array {
  const [, weights = '', scales = '', zeros = ''] = node.inputs;
  const tensor = (name: string): Uint8Array => read(graph.initializers.get(name)!);
  const bits = intAttribute(node, 'bits') ?? 4;
  const block = intAttribute(node, 'block_size') ?? 32;
  const inner = intAttribute(node, 'K') ?? 0;
  const outer = intAttribute(node, 'N') ?? 0;
  const blocks = Math.ceil(inner / block);
  const levels = tensor(weights);
  const scale = new Float32Array(Uint8Array.from(tensor(scales)).buffer);
  const zero = zeros === '' ? null : tensor(zeros);
  /** Rows of 4-bit zero points begin with a byte of their own. */
  const zeroAt = (row: number, at: number): number => {
    if (zero === null) return 2 ** (bits - 1);
    if (bits === 8) return zero[row * blocks + at]!;
    const byte = zero[row * Math.ceil(blocks / 2) + (at >> 1)]!;
    return at % 2 === 0 ? byte & 15 : byte >> 4;
  };
  const matrix = new Float32Array(outer * inner);
  for (let row = 0; row < outer; row += 1) {
    for (let at = 0; at < blocks; at += 1) {
      const factor = scale[row * blocks + at]!;
      const middle = zeroAt(row, at);
      const from = row * inner + at * block;
      const length = Math.min(block, inner - at * block);
      const first = (row * blocks + at) * block;
      if (bits === 8) {
        for (let i = 0; i < length; i += 1) matrix[from + i] = (levels[first + i]! - middle) * factor;
      } else {
        for (let i = 0; i < length; i += 1) {
          const byte = levels[(first + i) >> 1]!;
          matrix[from + i] = ((i % 2 === 0 ? byte & 15 : byte >> 4) - middle) * factor;
        }
      }
    }
  }
  return matrix;
}
