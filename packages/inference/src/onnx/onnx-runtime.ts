import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type * as Runtime from 'onnxruntime-node';
import { CUDA_FOLDER_VARIABLE, loadCudaRuntime } from './cuda-libraries.ts';

let loaded: Promise<typeof Runtime> | undefined;

/** onnxruntime-node, loaded when it is first used. @see `silenceRuntime` */
export function loadRuntime(): Promise<typeof Runtime> {
  silenceRuntime();
  loaded ??= load();
  return loaded;
}

async function load(): Promise<typeof Runtime> {
  const folder = process.env[CUDA_FOLDER_VARIABLE];
  const withCuda = folder ? loadCudaRuntime(resolve(folder), versionHere()) : null;
  return (withCuda as typeof Runtime | null) ?? (await import('onnxruntime-node'));
}

function versionHere(): string {
  const found: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json');
  return (found as { readonly version: string }).version;
}

/**
 * onnxruntime would report its use to its maker, and leaves files of that in the home folder. It reads the environment of
 * the process, of which threads have a copy: only the main thread can turn it off, before a thread loads it.
 */
export function silenceRuntime(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}

export type { Runtime };
