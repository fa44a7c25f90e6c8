import { note } from '../print.ts';

const EVERY_MS = 2_000;

export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}

/** A line on stderr every two seconds: how much is there, of how much, how quickly. */
export function reportProgress(total: number): (bytes: number) => void {
  const startMs = performance.now();
  let [there, lastMs, atStart] = [0, startMs, 0];
  return (bytes) => {
    there += bytes;
    const now = performance.now();
    if (now - startMs < 100) atStart = there;
    if (now - lastMs < EVERY_MS) return;
    lastMs = now;
    const perS = (there - atStart) / ((now - startMs) / 1000);
    note(
      `${megabytes(there)} of ${megabytes(total)} (${Math.floor((100 * there) / Math.max(1, total))} %), ${megabytes(Math.max(0, perS))}/s`,
    );
  };
}
