/** What processes of one task measured: milliseconds of each call, and ratings by model where there are any to compare. */
export type Measured = {
  readonly task: string;
  readonly version?: string;
  readonly times: readonly number[];
  /** Median of each process, where there were several. */
  readonly medians?: readonly number[];
  /** How many threads did the work; absent: one. */
  readonly threads?: number;
  readonly ratings: Readonly<Record<string, number | null>> | null;
  readonly errors: Readonly<Record<string, number>> | null;
  /** Peak memory, MiB. */
  readonly rss?: number;
  readonly note?: string | null;
};

/** How many times quicker than the peer we want to be, or how many milliseconds, or MiB, it may take. */
export type Goal = { readonly ratio: number } | { readonly ms: number; readonly mib?: number };

export type BenchRow = {
  readonly what: string;
  readonly own: Measured | null;
  readonly peer: Measured | null;
  readonly goal: Goal | null;
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One task's processes as one; null where none came through. */
export function joinProcesses(found: readonly Measured[]): Measured | null {
  const [first] = found;
  if (first === undefined) return null;
  const sizes = found.flatMap(({ rss }) => rss ?? []);
  return {
    ...first,
    times: found.flatMap(({ times }) => times),
    ...(found.length > 1 ? { medians: found.map(({ times }) => median(times)) } : {}),
    ...(sizes.length > 0 ? { rss: Math.max(...sizes) } : {}),
  };
}

/** A Markdown table: times, their ratio, and the largest difference of two ratings (and of two standard errors). */
export function printRows(models: number, length: number, rows: readonly BenchRow[]): void {
  const out = [
    '',
    `### ${models} models × ${length.toLocaleString('en')} votes`,
    '',
    '| task | threads | ours, ms (n; medians of processes) | MiB | peer | peer, ms (n; medians) | its MiB | ratio | goal | max Δ Elo | max Δ se |',
    '|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => {
      const { what, own, peer, goal } = row;
      const ratio = ratioOf(row);
      const cells = [
        what,
        own === null ? '' : String(own.threads ?? 1),
        time(own),
        own?.rss === undefined ? '' : own.rss.toFixed(0),
        peer?.version ?? '',
        time(peer),
        peer?.rss === undefined ? '' : peer.rss.toFixed(0),
        ratio === null ? '' : `${shown(ratio)}×`,
        goal === null ? '' : `${goalText(goal)}${isReached(row) ? '' : ' missed'}`,
        difference(own?.ratings, peer?.ratings),
        difference(own?.errors, peer?.errors),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
  ];
  process.stdout.write(`${out.join('\n')}\n`);
}

function ratioOf({ own, peer }: BenchRow): number | null {
  if (own === null || peer === null || own.times.length === 0 || peer.times.length === 0) return null;
  return median(peer.times) / median(own.times);
}

function isReached(row: BenchRow): boolean {
  const { own, goal } = row;
  if (own === null || goal === null || own.times.length === 0) return false;
  if ('ratio' in goal) return (ratioOf(row) ?? 0) >= goal.ratio;
  return median(own.times) <= goal.ms && (goal.mib === undefined || (own.rss ?? 0) <= goal.mib);
}

function goalText(goal: Goal): string {
  if ('ratio' in goal) return `${goal.ratio}×`;
  return `${goal.ms} ms${goal.mib === undefined ? '' : `, ${goal.mib} MiB`}`;
}

function shown(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}

function time(measured: Measured | null): string {
  if (measured === null || measured.times.length === 0) return measured === null ? '' : 'failed';
  const text = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  const { medians } = measured;
  const range = medians === undefined ? '' : `; ${text(Math.min(...medians))}–${text(Math.max(...medians))}`;
  return `${text(median(measured.times))} (${measured.times.length}${range})`;
}

function difference(
  own: Readonly<Record<string, number | null>> | null | undefined,
  peer: Readonly<Record<string, number | null>> | null | undefined,
): string {
  if (!own || !peer) return '';
  let largest = 0;
  for (const [model, value] of Object.entries(own)) {
    const other = peer[model];
    if (value === null || other === null || other === undefined) return 'other models';
    largest = Math.max(largest, Math.abs(value - other));
  }
  return largest.toExponential(1);
}
