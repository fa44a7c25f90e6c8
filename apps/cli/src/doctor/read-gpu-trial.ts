/** What the process of the trial wrote, and how it ended. */
export type GpuTrial = {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
};

export type GpuState =
  | 'works'
  | 'no_provider_files'
  | 'no_cuda_libraries'
  | 'no_driver'
  | 'no_device'
  | 'driver_too_old'
  | 'wrong_version'
  | 'wrong_numbers'
  | 'device_failed'
  | 'crashed'
  | 'timed_out'
  | 'unknown';

export type GpuFinding = {
  readonly state: GpuState;
  readonly found: string;
  readonly advice: string | null;
};

/** Whole numbers as small as those of the trial are exact in float32 and in TF32. */
const MAX_WRONG = 1e-3;

const SETUP = 'Fetch what is missing: agon setup-gpu';
const ELSEWHERE =
  'Without a GPU models run on the processor (--ep cpu), or behind a URL on another machine: docs/gpu.md.';

const STATES: Readonly<Record<GpuState, string | null>> = {
  works: null,
  no_provider_files: SETUP,
  no_cuda_libraries: SETUP,
  no_driver: `Install NVIDIA's driver for this system (580 or newer for CUDA 13); in a container, start it with --gpus all. ${ELSEWHERE}`,
  no_device: `The driver sees no device: look at nvidia-smi and CUDA_VISIBLE_DEVICES; in a container, start it with --gpus all. ${ELSEWHERE}`,
  driver_too_old:
    'CUDA 13 needs a newer driver: update it, or serve the model by vLLM in a container that fits the driver (docs/gpu.md).',
  wrong_version:
    'The provider files are of another version than onnxruntime-node. Remove them and fetch the right ones: agon setup-gpu',
  wrong_numbers: 'Use --ep cpu, and report the card and the driver: such numbers must not become verdicts.',
  device_failed:
    'Look at nvidia-smi: another process may hold the memory, or the card may need to be reset by whoever runs it.',
  crashed: 'Use --ep cpu. Update the driver, and run agon setup-gpu again.',
  timed_out: 'Use --ep cpu. Look at nvidia-smi: the card may be busy or hang.',
  unknown: 'Use --ep cpu, and report what stands here.',
};

/** Missing files in the order in which the loader meets them. */
const MISSING: readonly (readonly [RegExp, GpuState])[] = [
  [/(libonnxruntime_providers_(?:shared|cuda)\.so)[^\n]*cannot open shared object file/, 'no_provider_files'],
  [/(libcuda\.so\.1): cannot open shared object file/, 'no_driver'],
  [
    /(lib(?:cublasLt|cublas|curand|cudart|cudnn|cufft|nvrtc)[\w.-]*\.so[.\d]*): cannot open/,
    'no_cuda_libraries',
  ],
];

/**
 * What a trial of the CUDA provider came to. onnxruntime's message is the same whatever is missing; the cause is on
 * stderr.
 */
export function readGpuTrial({ stdout, stderr, code, signal }: GpuTrial): GpuFinding {
  const events = stdout.split('\n').flatMap(readEvent);
  const product = events.find(({ stage }) => stage === 'product');
  const driver = events.find(({ stage }) => stage === 'driver');
  const text = `${stderr}\n${typeof product?.fault === 'string' ? product.fault : ''}`;
  const finding = (state: GpuState, found: string): GpuFinding => ({ state, found, advice: STATES[state] });
  if (signal === 'timeout') return finding('timed_out', 'the trial did not end within its time');
  if (typeof product?.worst === 'number') {
    return product.worst <= MAX_WRONG
      ? finding('works', 'the CUDA provider multiplies rightly')
      : finding('wrong_numbers', `the CUDA provider multiplies wrongly: off by ${product.worst}`);
  }
  const failure = /CUDA failure (\d+): ([^;\n]+)/.exec(text);
  if (failure !== null) {
    const [, number, words = ''] = failure;
    const state = number === '100' ? 'no_device' : number === '35' ? 'driver_too_old' : 'device_failed';
    return finding(state, `CUDA failure ${number}: ${words.trim()}`);
  }
  // the loader's own sentence names the file that is missing last, after those that wanted it
  const cause = /with error:\s*([^\n]*)/.exec(text)?.[1] ?? text;
  for (const [pattern, state] of MISSING) {
    const name = pattern.exec(cause)?.[1];
    if (name === undefined) continue;
    const alsoDriver = state !== 'no_driver' && typeof driver?.fault === 'string';
    const found = `${name} is missing${alsoDriver ? '; so is the driver (libcuda.so.1)' : ''}`;
    return alsoDriver
      ? { state, found, advice: `${STATES.no_driver} Then: agon setup-gpu` }
      : finding(state, found);
  }
  if (
    /external_data_loader_reading_threads must be between|version `?\w+'? not found|undefined symbol/.test(
      text,
    )
  ) {
    return finding('wrong_version', 'the provider files do not fit this onnxruntime');
  }
  if (product === undefined)
    return finding('crashed', `the trial ended by ${signal ?? `exit code ${code}`} before it was done`);
  return finding('unknown', String(product.fault).slice(0, 300));
}

function readEvent(line: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? [event as Record<string, unknown>] : [];
  } catch {
    // libraries write to stdout too
    return [];
  }
}
