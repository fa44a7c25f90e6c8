import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError } from '@agon/domain';
import type { Library, Wheel } from './set-up-gpu.ts';

/** The provider must be of the very version of onnxruntime-node: others load without a word, or fail in odd ways. */
export const PROVIDER_VERSION = '1.30.0';

const NVIDIA = "NVIDIA's licence (https://docs.nvidia.com/cuda/eula/)";

/**
 * The smallest set that the CUDA provider wants, for CUDA 13. Sizes and checksums are those of the wheels' own RECORD
 * files, compared with what is in the wheels (November 2026). The provider is the same for every version of Python.
 */
export const PINNED_WHEELS: readonly Wheel[] = [
  {
    project: 'onnxruntime-gpu',
    file: `onnxruntime_gpu-${PROVIDER_VERSION}-cp312-cp312-manylinux_2_28_x86_64.whl`,
    licence: 'MIT',
    libraries: [
      {
        member: 'onnxruntime/capi/libonnxruntime_providers_shared.so',
        bytes: 14_632,
        sha256: '086ec1d5388f64153d9c63470d126693db9a182c8ce236d3a1119068471b8a0d',
      },
      {
        member: 'onnxruntime/capi/libonnxruntime_providers_cuda.so',
        bytes: 272_049_904,
        sha256: '35da2e7ed0dd0d1aec5cdb16ce11a51d06c0c48cf62d1b1c9332946a4fae14fc',
      },
    ],
  },
  {
    project: 'nvidia-cublas',
    file: 'nvidia_cublas-13.0.2.14-py3-none-manylinux_2_27_x86_64.whl',
    licence: NVIDIA,
    libraries: [
      {
        member: 'nvidia/cu13/lib/libcublasLt.so.13',
        bytes: 539_533_072,
        sha256: '4c15f403ac2a8040a3291d07f6c351b5c1f730b45f2ea41f302e415e9600655b',
      },
      {
        member: 'nvidia/cu13/lib/libcublas.so.13',
        bytes: 54_440_120,
        sha256: '1d5f1452af53a0b1cf36bc7d8116d2a22a5f2cffbaa8fca25a1b70360a2e8d7a',
      },
    ],
  },
  {
    project: 'nvidia-curand',
    file: 'nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl',
    licence: NVIDIA,
    libraries: [
      {
        member: 'nvidia/cu13/lib/libcurand.so.10',
        bytes: 132_698_328,
        sha256: 'b53732a66b302b11926e00f762e2c2ba67058347ff93cf4ae709de45e93e06da',
      },
    ],
  },
  {
    project: 'nvidia-cuda-runtime',
    file: 'nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    licence: NVIDIA,
    libraries: [
      {
        member: 'nvidia/cu13/lib/libcudart.so.13',
        bytes: 704_288,
        sha256: '96c42e418cec19054186b9429c321603cc190bf26a18104e19408117a2a817b0',
      },
    ],
  },
];

/** @param file JSON of the same shape; none: the pinned ones. @throws ArenaError('invalid_file') */
export function readWheels(file: string | undefined): readonly Wheel[] {
  if (file === undefined) return PINNED_WHEELS;
  try {
    const wheels: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(wheels) && wheels.length > 0 && wheels.every(isWheel)) return wheels;
  } catch {
    // told below
  }
  throw new ArenaError('invalid_file', `${file} is no list of wheels.`, {
    hint: 'Write [{"project", "file", "licence", "libraries": [{"member", "bytes", "sha256"}]}].',
    at: { file },
  });
}

function isWheel(value: unknown): value is Wheel {
  const wheel = value as Partial<Wheel> | null;
  const texts = [wheel?.project, wheel?.file, wheel?.licence];
  return texts.every((text) => typeof text === 'string' && text !== '') && Array.isArray(wheel?.libraries)
    ? wheel.libraries.every(isLibrary)
    : false;
}

function isLibrary({ member, bytes, sha256 }: Library): boolean {
  return (
    typeof member === 'string' &&
    /^lib[\w.+-]+$/.test(basename(member)) &&
    Number.isSafeInteger(bytes) &&
    bytes > 0 &&
    /^[\da-f]{64}$/.test(sha256)
  );
}
