import { type Outcome, swapOutcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';

/** What a label says of the answer shown as A, and how often it counts: Arena-Hard counts a strong win three times. */
const LABELS: Readonly<Record<string, { readonly outcome: Outcome; readonly weight: number }>> = {
  'A>>B': { outcome: 'a', weight: 3 },
  'A>B': { outcome: 'a', weight: 1 },
  'A=B': { outcome: 'tie', weight: 1 },
  'B=A': { outcome: 'tie', weight: 1 },
  'B>A': { outcome: 'b', weight: 1 },
  'A<B': { outcome: 'b', weight: 1 },
  'B>>A': { outcome: 'b', weight: 3 },
  'A<<B': { outcome: 'b', weight: 3 },
  'B<A': { outcome: 'a', weight: 1 },
  'B<<A': { outcome: 'a', weight: 3 },
};

/** `model_judgment/*.jsonl`, v0.1 and v2: two games a row; in the first the baseline is A, in the second the model is. */
export const arenaHard: Format = {
  id: 'arena-hard-judgment',
  title: 'Arena-Hard judgments',
  matches: ({ columns }) =>
    columns.has('games') &&
    columns.has('judge') &&
    columns.has('model') &&
    (columns.has('question_id') || columns.has('uid')),
  read(row, sink) {
    const games = row.list('games');
    if (games.length !== 2) throw new RowFault('two games are needed', 'games', games.length);
    // both labels are read before either counts: a row is taken as a whole or refused as a whole
    const labels = games.map((game) => labelOf(game));
    if (labels.every((label) => label === null))
      throw new RowFault('unparsed: the judge gave no verdict in either game', 'games');
    for (const [i, label] of labels.entries()) {
      if (label === null) sink.refuse(row, `unparsed: the judge gave no verdict in game ${i + 1}`, 'games');
      else takeGame(row, sink, i, label);
    }
  },
};

/** v0.1 files do not name their baseline: it is always this one. */
const BASELINE_V01 = 'gpt-4-0314';

type Label = (typeof LABELS)[string];

/** Null where the judge gave no verdict. */
function labelOf(game: unknown): Label | null {
  const score = (game as { score?: unknown } | null)?.score;
  if (score === null || score === undefined || score === '') return null;
  if (typeof score === 'string' && Object.hasOwn(LABELS, score)) return LABELS[score]!;
  throw new RowFault(`unknown label; known are ${Object.keys(LABELS).join(', ')}`, 'games', score);
}

function takeGame(row: RowReader, sink: RowSink, index: number, label: Label): void {
  const baseline = row.optionalText('baseline') ?? BASELINE_V01;
  const question = row.optionalText('question_id') ?? row.text('uid');
  const judge = row.text('judge');
  const category = row.optionalText('category');
  sink.comparison(row, {
    modelA: baseline,
    modelB: row.text('model'),
    outcome: index === 0 ? label.outcome : swapOutcome(label.outcome),
    weight: label.weight,
    source: 'judges',
    rater: judge,
    key: `${judge}/${row.text('model')}/${question}/${index + 1}`,
    promptKey: `arena-hard-${question}`,
    ...(category === undefined ? {} : { category }),
  });
}
