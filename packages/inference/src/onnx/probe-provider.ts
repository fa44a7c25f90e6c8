import { loadRuntime } from './onnx-runtime.ts';
import { type Field, messageField, numberField, textField, writeFields } from './protobuf.ts';

/** Numbers of fields in onnx.proto. */
const FLOAT = 1;
const SIZE = 64;

/**
 * Multiplies two matrices on an execution provider, and on nothing else.
 * @returns the largest difference to what comes out, 0 or nearly so
 * @throws Error as onnxruntime does where the provider cannot be loaded; the cause is often on stderr only
 */
export async function probeExecutionProvider(executionProvider: string): Promise<number> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(productModel(SIZE), {
    executionProviders: [executionProvider],
    // what the provider does not take must not run on the processor without a word
    ...(executionProvider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  });
  try {
    const a = Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 7) - 3);
    const b = Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 5) - 2);
    const dims = [SIZE, SIZE];
    const { c } = await session.run({
      a: new runtime.Tensor('float32', a, dims),
      b: new runtime.Tensor('float32', b, dims),
    });
    const product = c!.data as Float32Array;
    let worst = 0;
    for (let row = 0; row < SIZE; row += 1) {
      for (let column = 0; column < SIZE; column += 1) {
        let sum = 0;
        for (let k = 0; k < SIZE; k += 1) sum += a[row * SIZE + k]! * b[k * SIZE + column]!;
        worst = Math.max(worst, Math.abs(sum - product[row * SIZE + column]!));
      }
    }
    return worst;
  } finally {
    await session.release();
  }
}

/**
 * c = a · b of two square matrices, as an ONNX file.
 * @param side of each
 * @param b where it is a weight of the model, as the layers of one are; default: an input
 */
export function productModel(side: number, b?: Float32Array): Uint8Array {
  const size = messageField(1, [numberField(1, side)]);
  const shape = messageField(2, [size, size]);
  const value = (id: number, name: string): Field =>
    messageField(id, [
      textField(1, name),
      messageField(2, [messageField(1, [numberField(1, FLOAT), shape])]),
    ]);
  const node = messageField(1, [
    textField(1, 'a'),
    textField(1, 'b'),
    textField(2, 'c'),
    textField(4, 'MatMul'),
  ]);
  return writeFields([
    numberField(1, 8),
    messageField(7, [
      node,
      textField(2, 'product'),
      ...(b === undefined ? [] : [messageField(5, weight(side, b))]),
      value(11, 'a'),
      ...(b === undefined ? [value(11, 'b')] : []),
      value(12, 'c'),
    ]),
    messageField(8, [textField(1, ''), numberField(2, 17)]),
  ]);
}

function weight(side: number, { buffer, byteOffset, byteLength }: Float32Array): readonly Field[] {
  return [
    numberField(1, side),
    numberField(1, side),
    numberField(2, FLOAT),
    textField(8, 'b'),
    { id: 9, value: new Uint8Array(buffer, byteOffset, byteLength) },
  ];
}
