import { platform } from 'node:os';
import { ArenaError } from '@agon/domain';
import { openLibrary } from './cuda-libraries.ts';
import { loadRuntime } from './onnx-runtime.ts';

/** In the order in which `auto` tries them. */
const EXECUTION_PROVIDERS = ['cuda', 'tensorrt', 'webgpu', 'coreml', 'dml', 'cpu'];

/** Libraries of the system without which a provider cannot work on Linux. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  cuda: ['libcuda.so.1'],
  tensorrt: ['libcuda.so.1', 'libnvinfer.so.10'],
  webgpu: ['libvulkan.so.1'],
};

/**
 * @param wanted name of an execution provider, or `auto`
 * @returns those to try, in order: for `auto` all that this onnxruntime lists, the processor last
 * @throws ArenaError('unknown_option') for a name that is not listed
 */
export async function providersToTry(wanted: string): Promise<readonly string[]> {
  const listed = (await loadRuntime()).listSupportedBackends().map(({ name }) => name);
  const known = EXECUTION_PROVIDERS.filter((name) => listed.includes(name));
  if (wanted === 'auto') return known;
  // onnxruntime leaves out names that it does not know, and runs on the processor without a word
  if (known.includes(wanted)) return [wanted];
  throw new ArenaError('unknown_option', `This onnxruntime has no execution provider "${wanted}".`, {
    hint: `It has: ${known.join(', ')}.`,
    at: { column: 'ep', value: wanted },
  });
}

/**
 * onnxruntime lists providers whether they can work here or not, and tells on stderr what is missing. `auto` asks first, so
 * a machine without a GPU starts without such lines.
 * @returns the first library of the system that is missing; null: none that is known
 */
export function missingLibrary(executionProvider: string): string | null {
  if (platform() !== 'linux') return null;
  return (NEEDED[executionProvider] ?? []).find((name) => openLibrary(name) !== null) ?? null;
}
