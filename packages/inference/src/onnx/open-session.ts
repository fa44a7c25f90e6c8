import { dirname } from 'node:path';
import { ArenaError } from '@agon/domain';
import type { InferenceSession } from 'onnxruntime-node';
import { loadRuntime } from './onnx-runtime.ts';

/**
 * @param bytes of a graph; weights in other files are looked for beside `modelFile`
 * @param executionProvider of onnxruntime: `cpu`, `cuda`, `webgpu` …
 * @throws ArenaError('invalid_file') where onnxruntime does not take the model, in its words
 * @throws ArenaError('unknown_option') where the execution provider cannot be used here
 */
export async function openSession(
  bytes: Uint8Array,
  {
    modelFile,
    executionProvider,
    threads,
  }: {
    readonly modelFile: string;
    readonly executionProvider: string | InferenceSession.WebGpuExecutionProviderOption;
    readonly threads: number;
  },
): Promise<InferenceSession> {
  const runtime = await loadRuntime();
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: [executionProvider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // warnings tell of memory patterns and unused weights
      logSeverityLevel: 3,
      extra: { session: { model_external_initializers_file_folder_path: dirname(modelFile) } },
    });
  } catch (error) {
    // the model is not at fault, and what is missing stands on stderr only
    const name = typeof executionProvider === 'string' ? executionProvider : executionProvider.name;
    if (/AppendExecutionProvider|WebGPU adapter|WebGpuContext/.test(firstLine(error))) {
      throw new ArenaError('unknown_option', `The execution provider ${name} cannot be used here.`, {
        hint: 'Ask what is missing: agon doctor --gpu. Without it: --ep cpu.',
        at: { column: 'ep', value: name },
        cause: error,
      });
    }
    throw new ArenaError('invalid_file', `onnxruntime does not take ${modelFile}: ${firstLine(error)}`, {
      hint: 'Fetch the model again, or export it anew; the file and what it names beside it must be whole.',
      at: { file: modelFile },
      cause: error,
    });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 500);
}
