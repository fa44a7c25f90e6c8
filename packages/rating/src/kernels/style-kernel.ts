import type { CountColumn } from '@agon/domain';
import { type KernelExports, loadKernel } from '@agon/stats';
import { FEATURES, type FeatureSteps, plainSteps, STRETCH } from '../contextual/counted-features.ts';
import { KernelLayout } from './comparisons-kernel.ts';
import { BYTES } from './style-bytes.ts';

let loaded: KernelExports | null | undefined;

/** The compiled steps, or the plain ones where the engine has none. Use one at a time: they share a memory. */
export function featureSteps(): FeatureSteps {
  if (loaded === undefined) loaded = loadKernel(BYTES);
  return loaded === null ? plainSteps() : kernelSteps(loaded);
}

type Views = readonly [Uint8Array, Uint16Array, Float32Array];

function kernelSteps(kernel: KernelExports): FeatureSteps {
  const layout = new KernelLayout(kernel);
  const at = {
    a: layout.place(4 * STRETCH),
    b: layout.place(4 * STRETCH),
    x: layout.place(8 * STRETCH),
    isUsed: layout.place(STRETCH),
    sums: layout.place(6 * 8),
    scaled: layout.place(4 * FEATURES * STRETCH),
  };
  const memory = layout.memory();
  const columns = { a: viewsOf(memory, at.a), b: viewsOf(memory, at.b) };
  const isUsedThere = new Uint8Array(memory, at.isUsed, STRETCH);
  const sumsThere = new Float64Array(memory, at.sums, 6);
  const copy = (views: Views, column: CountColumn, from: number, length: number): number => {
    const kind = column instanceof Uint8Array ? 0 : column instanceof Uint16Array ? 1 : 2;
    views[kind]!.set(column.subarray(from, from + length));
    return kind;
  };
  return {
    scaled: new Float32Array(memory, at.scaled, FEATURES * STRETCH),
    differences({ a, b }, from, length, added) {
      const kindA = copy(columns.a, a, from, length);
      const kindB = copy(columns.b, b, from, length);
      kernel.differences!(at.a, kindA, at.b, kindB, length, added, at.x);
    },
    addMoments(isUsed, length, origin, sums) {
      if (isUsed !== null) isUsedThere.set(isUsed);
      sumsThere.set(sums);
      kernel.addMoments!(at.x, isUsed === null ? 0 : at.isUsed, length, origin, at.sums);
      sums.set(sumsThere);
    },
    scale(length, mean, unit, f) {
      kernel.scale!(at.x, length, mean, unit, at.scaled + 4 * f, 4 * FEATURES);
    },
  };
}

function viewsOf(memory: ArrayBuffer, at: number): Views {
  return [
    new Uint8Array(memory, at, STRETCH),
    new Uint16Array(memory, at, STRETCH),
    new Float32Array(memory, at, STRETCH),
  ];
}
