import { type KernelExports, loadKernel } from '@agon/stats';
import { BYTES } from './contextual-bytes.ts';

let loaded: KernelExports | null | undefined;

/** The compiled passes over comparisons with features; null where the engine has none, and plain code must do. */
export function contextualKernel(): KernelExports | null {
  if (loaded === undefined) loaded = loadKernel(BYTES);
  return loaded;
}
