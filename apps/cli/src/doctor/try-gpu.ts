import { openLibrary } from '@agon/inference/cuda';
import { probeExecutionProvider } from '@agon/inference/onnx';

/** A process of its own, started by `checkCuda`: a provider's library that crashes takes only this one with it. */
const say = (event: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(event)}\n`);

say({ stage: 'driver', fault: openLibrary('libcuda.so.1') });
try {
  const worst = await probeExecutionProvider('cuda');
  say({ stage: 'product', worst });
} catch (error) {
  say({ stage: 'product', fault: error instanceof Error ? error.message : String(error) });
}
