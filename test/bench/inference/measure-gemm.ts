import { loadRuntime, productModel } from '@agon/inference/onnx';

/** Large enough for every kernel to run at its best, small enough to take a tenth of a second. */
const SIDE = 1024;
const ROUNDS = 12;

const numbers = () => Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % 13) / 13);

/** The quickest product of a float32 matrix with a weight that onnxruntime gives here, GFLOP/s. */
export async function measureGemm(threads: number): Promise<number> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(productModel(SIDE, numbers()), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
  });
  const feeds = { a: new runtime.Tensor('float32', numbers(), [SIDE, SIDE]) };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - startMs);
  }
  await session.release();
  return (2 * SIDE ** 3) / best / 1e6;
}
