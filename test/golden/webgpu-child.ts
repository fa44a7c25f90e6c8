import { join } from 'node:path';
import { LocalModel, type LocalRequest, type ModelInfo } from '@agon/inference/onnx';
import { distance, loadChecked, readReference } from '../../packages/inference/src/onnx/check-provider.ts';
import { Decoder } from '../../packages/inference/src/onnx/decoder.ts';
import { logSoftmax } from '../../packages/inference/src/onnx/log-softmax.ts';
import { type Reading, USUAL_READING } from '../../packages/inference/src/onnx/read-in-pieces.ts';

/** What `webgpu.test.ts` looks at, in a process of its own: onnxruntime looks for devices once. */
export type Findings = {
  /** Of a prompt in one run, at its worst place: how far WebGPU is from the processor. */
  readonly oneRun: number;
  /** Of the same prompt, asked of a model that was loaded on each: every place of it, and the labels. */
  readonly asked: number;
  /** Of some prompts that are asked at once: their labels. */
  readonly together: number;
  readonly info: ModelInfo;
  /** By each way of reading alone: how the model is read; or the error's code and message. */
  readonly ways: readonly string[];
};

const [folder = '', what = ''] = process.argv.slice(2);
const options = { folder, file: null, numeric: 'float32', threads: 1, weightBytes: null } as const;
const never = new AbortController().signal;
const ids = Array.from({ length: 100 }, (_, i) => 3 + ((i * 11) % 29));
const request: LocalRequest = {
  prompt: { kind: 'tokens', ids },
  maxTokens: 3,
  temperature: 0,
  topP: 1,
  seed: null,
  stop: [],
  topLogprobs: 5,
  echo: true,
  labels: ['A', 'B'],
};

async function ask(executionProvider: string) {
  const model = new LocalModel({ ...options, executionProvider });
  const [info, reply] = [await model.info(), await model.ask(request, never)];
  const atOnce = [90, 97, 94, 99].map((length, at) => {
    const prompt = {
      kind: 'tokens' as const,
      ids: ids.slice(0, length).map((id) => 3 + ((id + 7 * at) % 29)),
    };
    return model.ask({ ...request, prompt, maxTokens: 1, echo: false }, never);
  });
  const together = (await Promise.all(atOnce)).flatMap((each) => each.labels.map(({ logprob }) => logprob));
  await model.unload();
  const { promptLogprobs, logprobs, labels } = reply;
  const numbers = [...(promptLogprobs ?? []), ...(logprobs ?? []), ...labels].map(
    ({ logprob }) => logprob ?? 0,
  );
  return { info, numbers, together };
}

const furthest = (one: readonly number[], other: readonly number[]) =>
  Math.max(...one.map((number, at) => Math.abs(number - other[at]!)));

async function inOneRun(executionProvider: string): Promise<readonly Float64Array[]> {
  const decoder = await Decoder.load({ ...load, executionProvider });
  const { logits } = await decoder.read([{ ids, places: [...ids.keys()] }], null, false);
  // stays open: as long as a session is, shaders that were made ready serve the next
  return logits[0]!.map(logSoftmax);
}

async function tryWay(reading: Reading): Promise<string> {
  const reference = await readReference(load);
  try {
    const webgpu = { ...load, executionProvider: 'webgpu' };
    const found = await loadChecked(webgpu, () => Promise.resolve(reference), { readings: [reading] });
    await found.decoder.release();
    return `pieces of ${found.reading.pieceTokens}, attention: ${found.reading.attention}`;
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message}`;
  }
}

const load = { modelFile: join(folder, 'onnx', 'model.onnx'), kernel: 'given', threads: 1 } as const;
const print = (findings: unknown) => process.stdout.write(`${JSON.stringify(findings)}\n`);
if (what === 'auto') print((await ask('auto')).info);
else {
  const [own, other] = [await inOneRun('cpu'), await inOneRun('webgpu')];
  const [onCpu, onGpu] = [await ask('cpu'), await ask('webgpu')];
  const findings: Findings = {
    oneRun: Math.max(...own.map((logprobs, at) => distance(logprobs, other[at]!))),
    asked: furthest(onCpu.numbers, onGpu.numbers),
    together: furthest(onCpu.together, onGpu.together),
    info: onGpu.info,
    ways: [await tryWay(USUAL_READING), await tryWay({ ...USUAL_READING, attention: 'cpu' })],
  };
  print(findings);
}
