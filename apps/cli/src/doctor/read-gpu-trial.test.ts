import { describe, expect, it } from 'vitest';
import { type GpuState, readGpuTrial } from './read-gpu-trial.ts';

const FOLDER = '/somewhere/onnxruntime-node/bin/napi-v6/linux/x64';
const MESSAGE = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
const loading = (library: string, missing: string) =>
  `[E:onnxruntime] Failed to load library ${FOLDER}/${library} with error: ${missing}: cannot open shared object file: No such file or directory`;
const CUDA = 'libonnxruntime_providers_cuda.so';
const driverIsThere = { stage: 'driver', fault: null };

const failed = (stderr: string, fault = MESSAGE, driver: unknown = driverIsThere) =>
  readGpuTrial({
    stdout: `${JSON.stringify(driver)}\n${JSON.stringify({ stage: 'product', fault })}\n`,
    stderr,
    code: 0,
    signal: null,
  });

describe('readGpuTrial', () => {
  it.each<[string, string, GpuState, string]>([
    [
      'no shared provider file',
      loading('libonnxruntime_providers_shared.so', `${FOLDER}/libonnxruntime_providers_shared.so`),
      'no_provider_files',
      'agon setup-gpu',
    ],
    ['no provider file', loading(CUDA, `${FOLDER}/${CUDA}`), 'no_provider_files', 'agon setup-gpu'],
    ['no cublasLt', loading(CUDA, 'libcublasLt.so.13'), 'no_cuda_libraries', 'agon setup-gpu'],
    ['no cublas', loading(CUDA, 'libcublas.so.13'), 'no_cuda_libraries', 'agon setup-gpu'],
    ['no curand', loading(CUDA, 'libcurand.so.10'), 'no_cuda_libraries', 'agon setup-gpu'],
    ['no cudart', loading(CUDA, 'libcudart.so.13'), 'no_cuda_libraries', 'agon setup-gpu'],
    ['no driver', loading(CUDA, 'libcuda.so.1'), 'no_driver', 'driver'],
  ])('reads from stderr: %s', (_, stderr, state, advice) => {
    const finding = failed(stderr);
    expect(finding.state).toBe(state);
    expect(finding.advice).toContain(advice);
    expect(finding.found).toContain('is missing');
  });

  it.each<[string, GpuState]>([
    ['CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=box', 'no_device'],
    [
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0',
      'driver_too_old',
    ],
    ['CUDA failure 2: out of memory ; GPU=0 ; hostname=box', 'device_failed'],
  ])('reads from the message: %s', (message, state) => {
    const finding = failed('', message);
    expect(finding.state).toBe(state);
    expect(finding.found).toBe(message.split(' ;')[0]);
    expect(finding.advice).not.toBeNull();
  });

  it('names the driver first where the provider is missing as well', () => {
    const finding = failed(loading(CUDA, 'libcublasLt.so.13'), MESSAGE, {
      stage: 'driver',
      fault: 'libcuda.so.1: cannot open shared object file',
    });
    expect(finding.found).toContain('so is the driver');
    expect(finding.advice).toMatch(/driver.*setup-gpu/s);
  });

  it('recognises files of another version', () => {
    expect(failed('', 'external_data_loader_reading_threads must be between 0 and 64').state).toBe(
      'wrong_version',
    );
  });

  it('tells right numbers from wrong ones', () => {
    const worked = (worst: number) =>
      readGpuTrial({
        stdout: `a library says hello\n${JSON.stringify({ stage: 'product', worst })}\n`,
        stderr: '',
        code: 0,
        signal: null,
      });
    expect(worked(0)).toMatchObject({ state: 'works', advice: null });
    expect(worked(3)).toMatchObject({ state: 'wrong_numbers' });
  });

  it('survives a crash and a hang of the libraries', () => {
    const stdout = `${JSON.stringify(driverIsThere)}\n`;
    expect(readGpuTrial({ stdout, stderr: '', code: null, signal: 'SIGSEGV' })).toMatchObject({
      state: 'crashed',
      found: expect.stringContaining('SIGSEGV'),
    });
    expect(readGpuTrial({ stdout, stderr: '', code: null, signal: 'timeout' }).state).toBe('timed_out');
  });

  it('hands on what it does not know', () => {
    expect(failed('', 'something new')).toMatchObject({ state: 'unknown', found: 'something new' });
  });
});
