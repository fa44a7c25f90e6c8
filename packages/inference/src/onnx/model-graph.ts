import { ArenaError } from '@agon/domain';
import {
  bytesOf,
  type Field,
  messageField,
  numberField,
  numberOf,
  numbersOf,
  readFields,
  textField,
  textOf,
  textsOf,
  writeFields,
} from './protobuf.ts';

/** Numbers of fields in onnx.proto. */
const MODEL = { graph: 7, opsets: 8 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 };
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, i: 3, ints: 8, type: 20 };
const ATTRIBUTE_TYPE = { int: 2, ints: 7 };
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9, external: 13 };
const VALUE = { name: 1, type: 2 };

/** Element types of tensors. */
export const ELEMENT = { float32: 1, uint8: 2, int64: 7, float16: 10 } as const;

export type Node = {
  inputs: string[];
  readonly outputs: readonly string[];
  name: string;
  readonly opType: string;
  readonly domain: string;
  /** Attributes as they stand in the file. */
  attributes: Field[][];
};

/** A weight: its numbers stand in the model, or in a file beside it. */
export type Initializer = {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: number;
  readonly raw: Uint8Array | null;
  /** Null: in the model. */
  readonly external: {
    readonly location: string;
    readonly offset: number;
    readonly length: number | null;
  } | null;
};

/** A tensor that goes in or out of a graph. A dimension is a number, or a name where it varies. */
export type GraphValue = {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly (number | string)[];
};

/**
 * An ONNX model, open for changes to its graph. What is not changed is written back byte for byte; weights in files beside
 * the model stay there.
 */
export class ModelGraph {
  readonly #model: readonly Field[];
  #rest: readonly Field[];
  #added: Field[] = [];
  nodes: Node[];
  inputs: GraphValue[];
  outputs: GraphValue[];
  readonly initializers: ReadonlyMap<string, Initializer>;

  /** @throws ArenaError('invalid_file') where the bytes are no ONNX model */
  constructor(bytes: Uint8Array, file: string) {
    try {
      this.#model = readFields(bytes);
      const graph = bytesOf(this.#model, MODEL.graph)[0];
      if (graph === undefined) throw new RangeError('it holds no graph');
      const fields = readFields(graph);
      const changing: readonly number[] = [GRAPH.node, GRAPH.input, GRAPH.output];
      this.#rest = fields.filter(({ id }) => !changing.includes(id));
      this.nodes = bytesOf(fields, GRAPH.node).map((node) => readNode(readFields(node)));
      this.inputs = bytesOf(fields, GRAPH.input).map(readValue);
      this.outputs = bytesOf(fields, GRAPH.output).map(readValue);
      this.initializers = new Map(
        bytesOf(fields, GRAPH.initializer).map((tensor) => {
          const read = readInitializer(tensor);
          return [read.name, read];
        }),
      );
      if (this.nodes.length === 0) throw new RangeError('its graph is empty');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ArenaError('invalid_file', `${file} is no ONNX model: ${error.message}.`, {
        hint: 'Fetch the file again; compare its size and checksum with those where it came from.',
        at: { file },
      });
    }
  }

  /** Version of the standard operators. */
  get opset(): number {
    for (const bytes of bytesOf(this.#model, MODEL.opsets)) {
      const fields = readFields(bytes);
      if (['', 'ai.onnx'].includes(textOf(fields, 1))) return numberOf(fields, 2) ?? 0;
    }
    return 0;
  }

  /** The node that makes this tensor; undefined where it is an input or a weight. */
  producerOf(tensor: string): Node | undefined {
    return this.nodes.find(({ outputs }) => outputs.includes(tensor));
  }

  addFloats(name: string, values: Float32Array, dims: readonly number[]): void {
    this.#added.push(
      messageField(GRAPH.initializer, [
        ...dims.map((dim) => numberField(TENSOR.dims, dim)),
        numberField(TENSOR.type, ELEMENT.float32),
        textField(TENSOR.name, name),
        { id: TENSOR.raw, value: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) },
      ]),
    );
  }

  /** Takes out those of these weights that no node reads any more. */
  dropUnused(weights: readonly string[]): void {
    const read = new Set(this.nodes.flatMap(({ inputs }) => inputs));
    const unused = new Set(weights.filter((name) => !read.has(name)));
    this.#rest = this.#rest.filter(
      ({ id, value }) =>
        id !== GRAPH.initializer ||
        typeof value === 'bigint' ||
        !unused.has(textOf(readFields(value), TENSOR.name)),
    );
  }

  /** Shapes that were noted in the file and are no longer true. */
  forgetShapes(tensors: readonly string[]): void {
    this.#rest = this.#rest.filter(
      ({ id, value }) =>
        id !== GRAPH.valueInfo || typeof value === 'bigint' || !tensors.includes(readValue(value).name),
    );
  }

  /** @returns the bytes of the model as it is now */
  write(): Uint8Array {
    const graph = [
      ...this.nodes.map((node) => messageField(GRAPH.node, writeNode(node))),
      ...this.#rest,
      ...this.#added,
      ...this.inputs.map((value) => messageField(GRAPH.input, writeValue(value))),
      ...this.outputs.map((value) => messageField(GRAPH.output, writeValue(value))),
    ];
    return writeFields(
      this.#model.map((field) => (field.id === MODEL.graph ? messageField(MODEL.graph, graph) : field)),
    );
  }
}

/** @returns null where the node has no such attribute */
export function intAttribute(node: Node, name: string): number | null {
  const found = node.attributes.find((fields) => textOf(fields, ATTRIBUTE.name) === name);
  return found === undefined ? null : numberOf(found, ATTRIBUTE.i);
}

export function setIntAttribute(node: Node, name: string, value: number): void {
  node.attributes = [
    ...node.attributes.filter((fields) => textOf(fields, ATTRIBUTE.name) !== name),
    intOf(name, value),
  ];
}

/** A node of the standard operators. @param attributes whole numbers, or lists of them */
export function newNode(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
  domain = '',
): Node {
  return {
    inputs: [...inputs],
    outputs,
    name: `agon/${outputs[0]}`,
    opType,
    domain,
    attributes: Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number'
        ? intOf(name, value)
        : [
            textField(ATTRIBUTE.name, name),
            ...value.map((each) => numberField(ATTRIBUTE.ints, each)),
            numberField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints),
          ],
    ),
  };
}

function intOf(name: string, value: number): Field[] {
  return [
    textField(ATTRIBUTE.name, name),
    numberField(ATTRIBUTE.i, value),
    numberField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int),
  ];
}

function readNode(fields: readonly Field[]): Node {
  return {
    inputs: textsOf(fields, NODE.input),
    outputs: textsOf(fields, NODE.output),
    name: textOf(fields, NODE.name),
    opType: textOf(fields, NODE.opType),
    domain: textOf(fields, NODE.domain),
    attributes: bytesOf(fields, NODE.attribute).map(readFields),
  };
}

function writeNode({ inputs, outputs, name, opType, domain, attributes }: Node): Field[] {
  return [
    ...inputs.map((input) => textField(NODE.input, input)),
    ...outputs.map((output) => textField(NODE.output, output)),
    textField(NODE.name, name),
    textField(NODE.opType, opType),
    ...attributes.map((attribute) => messageField(NODE.attribute, attribute)),
    ...(domain === '' ? [] : [textField(NODE.domain, domain)]),
  ];
}

function readInitializer(bytes: Uint8Array): Initializer {
  const fields = readFields(bytes);
  const external = new Map(
    bytesOf(fields, TENSOR.external).map((entry) => {
      const pair = readFields(entry);
      return [textOf(pair, 1), textOf(pair, 2)];
    }),
  );
  const location = external.get('location');
  const length = external.get('length');
  return {
    name: textOf(fields, TENSOR.name),
    dims: numbersOf(fields, TENSOR.dims),
    type: numberOf(fields, TENSOR.type) ?? 0,
    raw: bytesOf(fields, TENSOR.raw).at(-1) ?? null,
    external:
      location === undefined
        ? null
        : {
            location,
            offset: Number(external.get('offset') ?? 0),
            length: length === undefined ? null : Number(length),
          },
  };
}

/** ValueInfoProto: a name, and a type that holds a tensor's element type and its dimensions. */
function readValue(bytes: Uint8Array): GraphValue {
  const fields = readFields(bytes);
  const tensor = messageIn(messageIn(fields, VALUE.type), 1);
  return {
    name: textOf(fields, VALUE.name),
    type: numberOf(tensor, 1) ?? 0,
    dims: bytesOf(messageIn(tensor, 2), 1).map((dim) => {
      const each = readFields(dim);
      return numberOf(each, 1) ?? textOf(each, 2);
    }),
  };
}

function writeValue({ name, type, dims }: GraphValue): Field[] {
  const shape = dims.map((dim) =>
    messageField(1, [typeof dim === 'number' ? numberField(1, dim) : textField(2, dim)]),
  );
  return [
    textField(VALUE.name, name),
    messageField(VALUE.type, [messageField(1, [numberField(1, type), messageField(2, shape)])]),
  ];
}

function messageIn(fields: readonly Field[], id: number): readonly Field[] {
  const bytes = bytesOf(fields, id).at(-1);
  return bytes === undefined ? [] : readFields(bytes);
}
