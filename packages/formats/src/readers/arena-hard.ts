import { swapOutcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { type LabelMeaning, ownMeaning } from '../labels/label-meaning.ts';
import { RowFault, type RowReader, simpleText } from '../row-reader.ts';
import { type RowSink, SKIPPED } from '../row-sink.ts';
import { EXTRA_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';

/** What a label says of the answer shown as A, and how often it counts: Arena-Hard counts a strong win three times. */
const LABELS: Readonly<Record<string, Exclude<LabelMeaning, 'skip'>>> = {
  'A>>B': { outcome: 'a', strength: 3 },
  'A>B': { outcome: 'a', strength: 1 },
  'A=B': { outcome: 'tie', strength: 1 },
  'B=A': { outcome: 'tie', strength: 1 },
  'B>A': { outcome: 'b', strength: 1 },
  'A<B': { outcome: 'b', strength: 1 },
  'B>>A': { outcome: 'b', strength: 3 },
  'A<<B': { outcome: 'b', strength: 3 },
  'B<A': { outcome: 'a', strength: 1 },
  'B<<A': { outcome: 'a', strength: 3 },
};

/** `model_judgment/*.jsonl`, v0.1 and v2: two games a row; in the first the baseline is A, in the second the model is. */
export const arenaHard: Format = {
  id: 'arena-hard-judgment',
  title: 'Arena-Hard judgments',
  requires: ['question_id', 'uid'].map((id) => ['games', 'judge', 'model', id]),
  columns: new Set(['games', 'model', 'baseline', 'question_id', 'uid', ...EXTRA_COLUMNS]),
  read(row, sink) {
    const games = row.list('games');
    if (games.length !== 2) throw new RowFault('two games are needed', 'games', games.length);
    // both labels are read before either counts: a row is taken as a whole or refused as a whole
    const labels = games.map((game) => labelOf(row, game));
    if (labels.every((label) => label === null))
      throw new RowFault('unparsed: the judge gave no verdict in either game', 'games');
    for (const [i, label] of labels.entries()) {
      if (label === null) sink.refuse(row, `unparsed: the judge gave no verdict in game ${i + 1}`, 'games');
      else if (label === 'skip') sink.passOver(row, SKIPPED);
      else takeGame(row, sink, i, label);
    }
  },
};

/** v0.1 files do not name their baseline: it is always this one. */
const BASELINE_V01 = 'gpt-4-0314';

/** Null where the judge gave no verdict. */
function labelOf(row: RowReader, game: unknown): LabelMeaning | null {
  const score = (game as { score?: unknown } | null)?.score;
  if (score === null || score === undefined || score === '') return null;
  const text = simpleText(score) ?? '[object]';
  const meaning =
    ownMeaning(row.terms.labels, text) ?? (Object.hasOwn(LABELS, text) ? LABELS[text] : undefined);
  const means = meaning === undefined ? null : meaning === 'skip' ? meaning : meaning.outcome;
  row.terms.tally?.count(text, means);
  if (meaning !== undefined) return meaning;
  throw new RowFault(`unknown label; known are ${Object.keys(LABELS).join(', ')}`, 'games', score);
}

function takeGame(
  row: RowReader,
  sink: RowSink,
  index: number,
  { outcome, strength }: Exclude<LabelMeaning, 'skip'>,
): void {
  const baseline = row.optionalText('baseline') ?? BASELINE_V01;
  const question = row.optionalText('question_id') ?? row.text('uid');
  const judge = row.text('judge');
  const { weight = 1, ...fields } = commonFields(row, 'given');
  sink.comparison(row, {
    modelA: baseline,
    modelB: row.text('model'),
    outcome: index === 0 ? outcome : swapOutcome(outcome),
    ...fields,
    weight: weight * strength,
    source: 'judges',
    rater: judge,
    key: `${judge}/${row.text('model')}/${question}/${index + 1}`,
    promptKey: `arena-hard-${question}`,
  });
}
