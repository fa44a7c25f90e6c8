import { escapeXml } from '@agon/domain';

/** One line of a forest plot. */
export type ForestRow = {
  readonly label: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Single sources, below the interval. */
  readonly marks: readonly {
    readonly source: 'people' | 'judges' | 'benchmarks';
    readonly value: number;
    readonly hollow: boolean;
  }[];
};

const COLOURS = { people: '#b34a12', judges: '#5a55b8', benchmarks: '#12776e' };
const [INK, SECOND, LINE, BAND] = ['#1c1d20', '#55585f', '#e2ded5', '#c9c4b8'];
const [WIDTH, LEFT, RIGHT, ROW] = [640, 180, 560, 24];
const FONT = 'Inter, Noto Sans SC, Noto Sans CJK SC, sans-serif';

/**
 * Estimates with their intervals as a picture of its own: sizes in points, colours of the light theme, no style sheet.
 * @param ends of the axis; null: from the data
 */
export function forestPlot(
  rows: readonly ForestRow[],
  axis: { readonly label: string; readonly ends: readonly [number, number] | null; readonly font?: string },
): string {
  const font = axis.font ?? FONT;
  const values = rows.flatMap(({ value, low, high, marks }) =>
    [value, low, high, ...marks.map((mark) => mark.value)].filter((each) => each !== null),
  );
  const [from, to] = axis.ends ?? spread(values);
  const x = (value: number): string => (LEFT + ((value - from) / (to - from)) * (RIGHT - LEFT)).toFixed(1);
  const row = rows.some(({ marks }) => marks.length > 0) ? ROW * 1.35 : ROW;
  const bottom = rows.length * row + 8;
  const parts = ticksOf(from, to).flatMap((tick) => [
    `<line x1="${x(tick)}" x2="${x(tick)}" y1="4" y2="${bottom}" stroke="${LINE}"/>`,
    `<text x="${x(tick)}" y="${bottom + 14}" text-anchor="middle" fill="${SECOND}">${tick}</text>`,
  ]);
  rows.forEach(({ label, value, low, high, marks }, i) => {
    const middle = 4 + i * row + row / 2;
    const own = marks.length > 0 ? middle - row / 5 : middle;
    parts.push(
      `<text x="4" y="${(middle + 4).toFixed(1)}" fill="${INK}">${escapeXml(shorten(label))}</text>`,
    );
    if (value === null) return;
    if (low !== null && high !== null) {
      parts.push(
        `<line x1="${x(low)}" x2="${x(high)}" y1="${own.toFixed(1)}" y2="${own.toFixed(1)}" stroke="${BAND}" stroke-width="6" stroke-linecap="round"/>`,
      );
    }
    parts.push(
      `<line x1="${x(value)}" x2="${x(value)}" y1="${(own - 6).toFixed(1)}" y2="${(own + 6).toFixed(1)}" stroke="${INK}" stroke-width="2.5"/>`,
      `<text x="${WIDTH - 4}" y="${(middle + 4).toFixed(1)}" text-anchor="end" fill="${INK}">${value.toFixed(0)}${low === null || high === null ? '' : ` [${low.toFixed(0)}, ${high.toFixed(0)}]`}</text>`,
    );
    for (const mark of marks) parts.push(markAt(mark, Number(x(mark.value)), middle + row / 4));
  });
  const height = bottom + 36;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height.toFixed(0)}" viewBox="0 0 ${WIDTH} ${height.toFixed(0)}" font-family="${font}" font-size="11">${parts.join('')}<text x="${(LEFT + RIGHT) / 2}" y="${bottom + 30}" text-anchor="middle" fill="${SECOND}">${escapeXml(axis.label)}</text></svg>`;
}

function markAt({ source, hollow }: ForestRow['marks'][number], x: number, y: number): string {
  const look = hollow
    ? `fill="#ffffff" stroke="${COLOURS[source]}" stroke-width="1.2"`
    : `fill="${COLOURS[source]}"`;
  if (source === 'people') return `<circle cx="${x}" cy="${y.toFixed(1)}" r="3.6" ${look}/>`;
  if (source === 'judges') {
    return `<path d="M${x} ${(y - 4.6).toFixed(1)}l4.6 4.6-4.6 4.6-4.6-4.6z" ${look}/>`;
  }
  return `<rect x="${(x - 3.4).toFixed(1)}" y="${(y - 3.4).toFixed(1)}" width="6.8" height="6.8" ${look}/>`;
}

function spread(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(1, (high - low) * 0.06);
  return [low - room, high + room];
}

function ticksOf(from: number, to: number): number[] {
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough)!;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + 1e-9; tick += step) {
    ticks.push(Number(tick.toPrecision(12)));
  }
  return ticks;
}

const LETTERS = 27;
function shorten(label: string): string {
  return label.length > LETTERS ? `${label.slice(0, LETTERS - 1)}…` : label;
}
