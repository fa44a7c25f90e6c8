import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArenaError } from '@agon/domain';
import { runtimeFolders } from '@agon/inference/cuda';
import { fetchChecked, unreachable, type Wanted } from '../downloads/fetch-checked.ts';
import { megabytes, reportProgress } from '../downloads/report-progress.ts';
import { note } from '../print.ts';
import { findWheel } from './package-index.ts';
import { type Member, type ReadRange, readDirectory, startOf, unpackerOf } from './read-wheel.ts';

/** A library in a wheel, with the checksum of what is unpacked. */
export type Library = { readonly member: string; readonly bytes: number; readonly sha256: string };

export type Wheel = {
  readonly project: string;
  readonly file: string;
  readonly licence: string;
  readonly libraries: readonly Library[];
};

export type SetUp = {
  readonly wheels: readonly Wheel[];
  readonly index: string;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly pauseMs?: number;
};

export type SetUpResult = {
  readonly folder: string;
  readonly libraries: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly state: 'kept' | 'fetched';
  }[];
};

/**
 * Fetches the pinned libraries into `lib/` of the folder, and puts an onnxruntime-node beside them that has its CUDA
 * provider: the binding copied, the library linked, node_modules left as it is.
 * @throws ArenaError not_found, provider_unreachable, invalid_file, storage_full
 */
export async function setUpGpu(setUp: SetUp): Promise<SetUpResult> {
  const { wheels, index, folder, signal } = setUp;
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const libraries = wheels.flatMap((wheel) => wheel.libraries);
  const total = libraries.reduce((sum, { bytes }) => sum + bytes, 0);
  const missing = libraries.filter(
    ({ member, bytes }) => !isThere(join(folder, 'lib', basename(member)), bytes),
  );
  // what is packed and what is unpacked stand side by side for a while
  refuseFullDisk(folder, 2 * missing.reduce((sum, { bytes }) => sum + bytes, 0));
  const onBytes = reportProgress(total);
  const done: SetUpResult['libraries'][number][] = [];
  for (const wheel of wheels) {
    const source = lazily(async () =>
      openWheel(await findWheel(index, wheel.project, wheel.file, signal), wheel.file, signal),
    );
    for (const library of wheel.libraries) {
      try {
        const state = await fetchLibrary(setUp, source, wheel, library, onBytes);
        done.push({ name: basename(library.member), bytes: library.bytes, state });
      } catch (error) {
        if (error instanceof ArenaError || signal.aborted) throw error;
        throw unreachable(`${wheel.file} from ${index}`, error);
      }
    }
  }
  placeRuntime(folder);
  return { folder, libraries: done };
}

type Source = { readonly read: ReadRange; readonly members: readonly Member[]; readonly url: string };

async function openWheel(url: string, file: string, signal: AbortSignal): Promise<Source> {
  const reply = await fetchRange(url, 0, 0, signal);
  await reply.arrayBuffer();
  const bytes = Number(reply.headers.get('content-range')?.split('/').pop());
  const read: ReadRange = async (first, last) =>
    new Uint8Array(await (await fetchRange(url, first, last, signal)).arrayBuffer());
  return { read, url, members: await readDirectory(file, bytes, read) };
}

async function fetchRange(url: string, first: number, last: number, signal: AbortSignal): Promise<Response> {
  const reply = await fetch(url, { headers: { range: `bytes=${first}-${last}` }, signal });
  if (reply.status === 206) return reply;
  await reply.body?.cancel();
  if (reply.status >= 500 || reply.status === 429)
    throw new Error(`the server answered with ${reply.status}`);
  throw new ArenaError(
    reply.ok ? 'provider_refused' : 'not_found',
    reply.ok ? `The server does not send parts of ${url}.` : `${url} answered with ${reply.status}.`,
    { hint: 'Name another index with --index.' },
  );
}

async function fetchLibrary(
  { folder, signal, pauseMs }: SetUp,
  source: () => Promise<Source>,
  wheel: Wheel,
  library: Library,
  onBytes: (bytes: number) => void,
): Promise<'kept' | 'fetched'> {
  const path = join(folder, 'lib', basename(library.member));
  if (isThere(path, library.bytes)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    if (hash.digest('hex') === library.sha256) {
      onBytes(library.bytes);
      return 'kept';
    }
  }
  const { read, members, url } = await source();
  const member = members.find(({ name }) => name === library.member);
  if (member === undefined || member.bytes !== library.bytes) {
    throw new ArenaError('invalid_file', `${wheel.file} holds another ${library.member} than expected.`, {
      hint: 'Name another index with --index: this one has a changed wheel.',
      at: { file: url },
    });
  }
  note(`${basename(path)}: ${megabytes(member.packedBytes)} to fetch`);
  const start = await startOf(wheel.file, member, read);
  const wanted: Wanted = {
    name: `${library.member} of ${wheel.file}`,
    bytes: member.packedBytes,
    hash: library.sha256,
    newHash: () => createHash('sha256'),
    ...unpackerOf(member),
    open: async (from, stop) => {
      const reply = await fetchRange(url, start + from, start + member.packedBytes - 1, stop);
      return reply.body as AsyncIterable<Uint8Array>;
    },
  };
  const packed = `${path}.packed`;
  await fetchChecked(packed, wanted, {
    signal,
    // progress counts what is unpacked
    onBytes: (bytes) => onBytes((bytes * library.bytes) / member.packedBytes),
    ...(pauseMs === undefined ? {} : { pauseMs }),
  });
  const unpack = wanted.unpack?.();
  if (unpack === undefined) renameSync(packed, path);
  else {
    await pipeline(createReadStream(packed), unpack, createWriteStream(`${path}.new`), { signal });
    renameSync(`${path}.new`, path);
    rmSync(packed);
  }
  return 'fetched';
}

function placeRuntime(folder: string): void {
  const { runtime: original, common } = runtimeFolders();
  const modules = join(folder, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  const shadow = join(modules, 'onnxruntime-node');
  const native = join('bin', 'napi-v6', 'linux', 'x64');
  mkdirSync(join(shadow, native), { recursive: true });
  cpSync(join(original, 'dist'), join(shadow, 'dist'), { recursive: true });
  symlinkSync(common, join(modules, 'onnxruntime-common'));
  copyFileSync(
    join(original, native, 'onnxruntime_binding.node'),
    join(shadow, native, 'onnxruntime_binding.node'),
  );
  symlinkSync(join(original, native, 'libonnxruntime.so.1'), join(shadow, native, 'libonnxruntime.so.1'));
  for (const name of ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']) {
    if (existsSync(join(folder, 'lib', name)))
      symlinkSync(join('..', '..', '..', '..', '..', '..', 'lib', name), join(shadow, native, name));
  }
  // last: with it the folder counts as set up
  copyFileSync(join(original, 'package.json'), join(shadow, 'package.json'));
}

function isThere(path: string, bytes: number): boolean {
  return existsSync(path) && statSync(path).size === bytes;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function refuseFullDisk(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes) return;
  throw new ArenaError(
    'storage_full',
    `${folder} has room for ${megabytes(bavail * bsize)}; ${megabytes(bytes)} are needed meanwhile.`,
    { hint: 'Make room, or name another folder with --dir.' },
  );
}
