/** Columns beside a run's state and name, in the order in which they stand. */
export const RUN_COLUMN_KEYS = ['progress', 'cost', 'problems', 'started', 'tokens', 'sent'] as const;
export type RunColumn = (typeof RUN_COLUMN_KEYS)[number];
export const USUAL_COLUMNS: readonly RunColumn[] = ['progress', 'cost', 'problems'];

export const isColumn = (name: string): name is RunColumn =>
  (RUN_COLUMN_KEYS as readonly string[]).includes(name);

/** Those of numbers stand at the end of their column. */
const TRACKS: Readonly<Record<RunColumn, string>> = {
  progress: 'minmax(0,1fr)',
  cost: '7.5rem',
  problems: 'minmax(0,0.75fr)',
  started: '9rem',
  tokens: '7rem',
  sent: '5rem',
};

/** The grid of a row: state, name, the columns, buttons. Those of the usual columns stand in classes, too. */
export const rowTracks = (columns: readonly RunColumn[]): string =>
  ['7rem', 'minmax(0,1.35fr)', ...columns.map((column) => TRACKS[column]), '16rem'].join(' ');

/** Columns with one more or one less, in their order. */
export const toggledColumn = (shown: readonly RunColumn[], column: RunColumn): readonly RunColumn[] =>
  RUN_COLUMN_KEYS.filter((key) => shown.includes(key) !== (key === column));
