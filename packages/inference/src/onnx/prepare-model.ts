import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { ArenaError } from '@agon/domain';
import {
  chooseLogitPlaces,
  chooseStatePlaces,
  floatBytes,
  nameAttention,
  setAccuracyLevel,
  useFloatWeights,
} from './edit-graph.ts';
import { dataFile } from './model-folder.ts';
import { ELEMENT, type Initializer, ModelGraph } from './model-graph.ts';

/** How matrix products are worked out. `given`: as the file says. */
const KERNELS = ['given', 'float32', 'int8'] as const;
export type Kernel = (typeof KERNELS)[number];

/** Protobuf ends at 2 GiB: float weights are written into the model itself. */
export const MAX_FLOAT_BYTES = 1.9 * 2 ** 30;

/** A graph that was made ready for a session. @see prepareModel */
export type PreparedModel = {
  readonly bytes: Uint8Array;
  readonly choosesPlaces: boolean;
  /** Of keys and values, only those of tokens that are asked for come out. */
  readonly choosesStates: boolean;
  /** Names of the nodes that onnxruntime has kernels of attention for. */
  readonly attentionNodes: readonly string[];
  readonly dataFiles: readonly string[];
};

/**
 * @param mayChooseStates whether keys and values may be narrowed to those of tokens that are asked for
 * @throws ArenaError('invalid_file'), ('not_found') for a file that is damaged or missing
 * @throws ArenaError('too_large') where float weights do not fit into one file
 */
export function prepareModel(modelFile: string, kernel: Kernel, mayChooseStates: boolean): PreparedModel {
  const graph = new ModelGraph(readFileSync(modelFile), modelFile);
  const dataFiles = dataFilesIn(graph, modelFile);
  const choosesPlaces = chooseLogitPlaces(graph);
  const choosesStates = mayChooseStates && chooseStatePlaces(graph);
  const attentionNodes = nameAttention(graph);
  if (kernel === 'int8') setAccuracyLevel(graph, 4);
  if (kernel === 'float32') {
    const bytes = floatBytes(graph);
    if (bytes > MAX_FLOAT_BYTES) {
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
    choosesStates,
    attentionNodes,
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

/** How large a model is, as its graph says. */
export type ModelSize = {
  /** Of the ONNX file and those beside it. */
  readonly fileBytes: number;
  /** Of the quantised products' weights as float32; 0: it has none. */
  readonly floatBytes: number;
  /** What it keeps of each token that it has read. */
  readonly stateBytesPerToken: number;
  /** What it keeps beside that, of one size. */
  readonly stateBytesPerRow: number;
  /** Null: the graph does not say. */
  readonly vocabulary: number | null;
};

/** @throws ArenaError as `prepareModel` */
export function measureModel(modelFile: string): ModelSize {
  const graph = new ModelGraph(readFileSync(modelFile), modelFile);
  const files = [modelFile, ...dataFilesIn(graph, modelFile)];
  const states = graph.inputs
    .filter(({ name }) => name.startsWith('past'))
    .map(({ type, dims }) => {
      // the first counts rows
      const [, ...sizes] = dims;
      const numbers = sizes.filter((size) => typeof size === 'number');
      const bytes = (type === ELEMENT.float16 ? 2 : 4) * numbers.reduce((product, size) => product * size, 1);
      return { bytes, growsByToken: numbers.length < sizes.length };
    });
  const sumOf = (growsByToken: boolean) =>
    states.filter((state) => state.growsByToken === growsByToken).reduce((sum, { bytes }) => sum + bytes, 0);
  const vocabulary = graph.outputs.find(({ name }) => name === 'logits')?.dims.at(-1);
  return {
    fileBytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    floatBytes: floatBytes(graph),
    stateBytesPerToken: sumOf(true),
    stateBytesPerRow: sumOf(false),
    vocabulary: typeof vocabulary === 'number' ? vocabulary : null,
  };
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
