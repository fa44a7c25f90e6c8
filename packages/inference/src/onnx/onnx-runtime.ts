import type * as Runtime from 'onnxruntime-node';

let loaded: Promise<typeof Runtime> | undefined;

/** onnxruntime-node, loaded when it is first used. It would report its use to its maker, which is turned off before. */
export function loadRuntime(): Promise<typeof Runtime> {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  loaded ??= import('onnxruntime-node');
  return loaded;
}

export type { Runtime };
