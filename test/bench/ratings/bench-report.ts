/** What one process measured: milliseconds of each call, and ratings by model where there are any to compare. */
export type Measured = {
  readonly task: string;
  readonly version?: string;
  readonly times: readonly number[];
  readonly ratings: Readonly<Record<string, number | null>> | null;
  readonly errors: Readonly<Record<string, number>> | null;
  /** Peak memory, MiB. */
  readonly rss?: number;
  readonly note?: string | null;
};

export type BenchRow = {
  readonly what: string;
  readonly own: Measured | null;
  readonly peer: Measured | null;
  /** How many times quicker than the peer we want to be. */
  readonly goal: number | null;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A Markdown table: times, their ratio, and the largest difference of two ratings (and of two standard errors). */
export function printRows(models: number, length: number, rows: readonly BenchRow[]): void {
  const out = [
    '',
    `## ${models} models × ${length.toLocaleString('en')} votes`,
    '',
    '| task | ours, ms (n) | MiB | peer | peer, ms (n) | ratio | goal | max Δ Elo | max Δ se |',
    '|---|---:|---:|---|---:|---:|---:|---:|---:|',
    ...rows.map(({ what, own, peer, goal }) => {
      const ratio = own === null || peer === null ? null : median(peer.times) / median(own.times);
      const cells = [
        what,
        time(own),
        own?.rss === undefined ? '' : own.rss.toFixed(0),
        peer?.version ?? '',
        time(peer),
        ratio === null ? '' : `${ratio.toFixed(ratio < 10 ? 1 : 0)}×`,
        goal === null ? '' : `${goal}×${ratio !== null && ratio >= goal ? '' : ' missed'}`,
        difference(own?.ratings, peer?.ratings),
        difference(own?.errors, peer?.errors),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
  process.stdout.write(`${out.join('\n')}\n`);
}

function time(measured: Measured | null): string {
  if (measured === null || measured.times.length === 0) return measured === null ? '' : 'failed';
  const value = median(measured.times);
  return `${value.toFixed(value < 100 ? 1 : 0)} (${measured.times.length})`;
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
