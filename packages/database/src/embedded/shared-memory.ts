import { accessSync, constants, statfsSync } from 'node:fs';

/** Below this PostgreSQL's parallel queries may fail; containers often have 64 MB. */
const ENOUGH_BYTES = 128 * 2 ** 20;

/** A setting for machines whose /dev/shm is missing or small: shared memory is then kept in the data folder. */
export function sharedMemorySetting(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  try {
    accessSync('/dev/shm', constants.W_OK);
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= ENOUGH_BYTES) return { dynamic_shared_memory_type: 'posix' };
  } catch {
    // not there, or not ours to write
  }
  return { dynamic_shared_memory_type: 'mmap' };
}
