import { loadRuntime, productModel } from '@agon/inference/onnx';

/** Large enough for every kernel to run at its best, small enough to take a tenth of a second. */
const SIDE = 1024;
const ROUNDS = 12;

/** The quickest product of two float32 matrices that onnxruntime gives here, GFLOP/s. */
export async function measureGemm(threads: number): Promise<number> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(productModel(SIDE), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
  });
  const matrix = () =>
    new runtime.Tensor(
      'float32',
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % 13) / 13),
      [SIDE, SIDE],
    );
  const feeds = { a: matrix(), b: matrix() };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - startMs);
  }
  await session.release();
  return (2 * SIDE ** 3) / best / 1e6;
}
