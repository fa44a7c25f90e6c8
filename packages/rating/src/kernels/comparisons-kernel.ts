import { type KernelExports, loadKernel, reserve } from '@agon/stats';
import { BYTES } from './comparisons-bytes.ts';

let loaded: KernelExports | null | undefined;

/** The compiled passes over comparisons; null where the engine has none, and plain code must do. */
export function comparisonsKernel(): KernelExports | null {
  if (loaded === undefined) loaded = loadKernel(BYTES);
  return loaded;
}

/** Places arrays one after the other in the kernel's memory, each at a multiple of 16. */
export class KernelLayout {
  readonly #kernel: KernelExports;
  /** Static data of the kernel ends below this address. */
  #end = 2048;

  constructor(kernel: KernelExports) {
    this.#kernel = kernel;
  }

  /** Address of `bytes` more bytes. Views may be taken once all are placed. */
  place(bytes: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }

  memory(): ArrayBuffer {
    return reserve(this.#kernel, this.#end);
  }
}
