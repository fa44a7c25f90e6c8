import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where `agon setup-gpu` put its libraries; read by the commands and by the judge service. */
export const CUDA_FOLDER_VARIABLE = 'AGON_GPU_LIBRARIES';

/** In the order in which they need each other. */
export const CUDA_LIBRARIES = [
  'libcublasLt.so.13',
  'libcublas.so.13',
  'libcurand.so.10',
  'libcudart.so.13',
] as const;

/** Keeps a library although node finds no module in it, and would close it. */
const RTLD_NODELETE = 0x1000;

/**
 * Opens a library so that those which are loaded later find it.
 * @returns null where it is there, else the loader's words
 */
export function openLibrary(path: string): string | null {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // it is loaded, and is no module of node: nothing else was wanted
    return /did not self-register/i.test(message) ? null : message;
  }
  return null;
}

const runtimeIn = (folder: string) => join(folder, 'node_modules', 'onnxruntime-node', 'package.json');

/** Whether `agon setup-gpu` was run into this folder. */
export function holdsCudaRuntime(folder: string): boolean {
  return existsSync(runtimeIn(folder));
}

/**
 * The onnxruntime-node of a folder that `agon setup-gpu` made, with CUDA's libraries opened.
 * @param version of the ordinary onnxruntime-node: an older one in the folder is not taken
 * @returns null where the folder holds none that fits: the ordinary one serves
 */
export function loadCudaRuntime(folder: string, version: string): unknown {
  if (!holdsCudaRuntime(folder)) return null;
  const runtime = runtimeIn(folder);
  const load = createRequire(runtime);
  if ((load(runtime) as { readonly version: string }).version !== version) return null;
  // links lead to node_modules of this checkout, which may have moved
  if (!existsSync(join(runtime, '..', 'bin/napi-v6/linux/x64/libonnxruntime.so.1'))) return null;
  for (const name of CUDA_LIBRARIES) openLibrary(join(folder, 'lib', name));
  return load(join(runtime, '..'));
}

/** Folders of the ordinary onnxruntime-node, and of the package that it needs. */
export function runtimeFolders(): { readonly runtime: string; readonly common: string } {
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  let common = createRequire(join(runtime, 'package.json')).resolve('onnxruntime-common');
  while (basename(common) !== 'onnxruntime-common') common = dirname(common);
  return { runtime, common };
}
