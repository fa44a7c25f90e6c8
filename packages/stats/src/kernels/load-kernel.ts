/** What every kernel exports: its memory, and functions of numbers. */
export type KernelExports = { readonly memory: WebAssembly.Memory } & Readonly<
  Record<string, (...args: number[]) => number>
>;

/** Compiles a kernel from base64; null where the engine has no WebAssembly or no SIMD, and plain code must do. */
export function loadKernel(base64: string): KernelExports | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as KernelExports;
}

const PAGE = 65_536;

/** Makes the memory at least `bytes` long. Views made before are then void. */
export function reserve(kernel: KernelExports, bytes: number): ArrayBuffer {
  const missing = bytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE));
  return kernel.memory.buffer as ArrayBuffer;
}
