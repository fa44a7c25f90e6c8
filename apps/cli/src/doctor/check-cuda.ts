import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUDA_FOLDER_VARIABLE } from '@agon/inference/cuda';
import type { Check } from './check.ts';
import { readGpuTrial } from './read-gpu-trial.ts';

const TRIAL_MS = 60_000;

/** Where `agon setup-gpu` puts its libraries, unless the environment names another folder. */
export function cudaFolder(data: string): string {
  return process.env[CUDA_FOLDER_VARIABLE] || join(data, 'gpu');
}

/** Multiplies two matrices on the CUDA provider, in a process of its own, and says what is missing. */
export function checkCuda(data: string): Check {
  const name = 'cuda provider';
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const found = `none for ${process.platform}-${process.arch}`;
    return { name, ok: false, found, advice: 'Serve the model on a Linux machine with a GPU: docs/gpu.md.' };
  }
  const script = fileURLToPath(new URL('./try-gpu.ts', import.meta.url));
  const ended = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: TRIAL_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', [CUDA_FOLDER_VARIABLE]: cudaFolder(data) },
  });
  const timedOut = (ended.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
  const { state, found, advice } = readGpuTrial({
    stdout: ended.stdout ?? '',
    stderr: ended.stderr ?? '',
    code: ended.status,
    signal: timedOut ? 'timeout' : ended.signal,
  });
  return { name, ok: state === 'works', found, advice };
}
