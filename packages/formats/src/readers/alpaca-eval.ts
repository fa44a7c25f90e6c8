import { type BySlot, contentHash, type Outcome, type StyleCounts } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { textStyle } from './read-style.ts';

/** The key of an instruction: its text, since AlpacaEval's files have no ids. */
function keyOf(instruction: string): string {
  return `alpaca-${contentHash(instruction).slice(0, 16)}`;
}

/** `model_outputs.json`: instruction, output, generator; optionally dataset and input. */
export const alpacaEvalOutputs: Format = {
  id: 'alpaca-eval-outputs',
  title: 'AlpacaEval model_outputs.json',
  matches: ({ columns }) => ['instruction', 'output', 'generator'].every((column) => columns.has(column)),
  read(row, sink) {
    const instruction = row.text('instruction');
    const input = row.optionalText('input');
    const turn = input === undefined ? instruction : `${instruction}\n\n${input}`;
    const key = keyOf(turn);
    const category = row.optionalText('dataset');
    sink.prompt(row, { key, turns: [turn], ...(category === undefined ? {} : { category }) });
    sink.answer(row, { promptKey: key, model: row.text('generator'), turns: [row.anyText('output')] });
  },
};

/** Instructions by number, which the two formats below point to. */
export const alpacaEvalInstructions: Format = {
  id: 'alpaca-eval-instructions',
  title: 'AlpacaEval instructions by number',
  matches: ({ columns }) =>
    ['idx', 'instruction'].every((column) => columns.has(column)) &&
    !['output', 'preference', 'label', 'cmp_key'].some((column) => columns.has(column)),
  read(row, sink) {
    const category = row.optionalText('dataset');
    sink.prompt(row, {
      key: `alpaca-${row.text('idx')}`,
      turns: [row.text('instruction')],
      ...(category === undefined ? {} : { category }),
    });
  },
};

/** Outputs by number, one file a model, named after it. */
export const alpacaEvalNumberedOutputs: Format = {
  id: 'alpaca-eval-numbered-outputs',
  title: 'AlpacaEval outputs by number',
  matches: ({ columns }) =>
    ['idx', 'output'].every((column) => columns.has(column)) &&
    !['instruction', 'generator'].some((column) => columns.has(column)),
  read(row, sink) {
    sink.answer(row, {
      promptKey: `alpaca-${row.text('idx')}`,
      model: row.file.replace(/\.(?:jsonl?|csv|tsv)$/i, ''),
      turns: [row.anyText('output')],
    });
  },
};

/** `annotations.json`: both outputs and a preference. The prompt and both answers are in each row. */
export const alpacaEvalAnnotations: Format = {
  id: 'alpaca-eval-annotations',
  title: 'AlpacaEval annotations.json',
  matches: ({ columns }) =>
    columns.has('generator_1') && columns.has('generator_2') && columns.has('preference'),
  read(row, sink) {
    const instruction = row.text('instruction');
    const key = keyOf(instruction);
    const [model1, model2] = [row.text('generator_1'), row.text('generator_2')];
    const category = row.optionalText('dataset');
    const preference = readPreference(row);
    sink.prompt(row, { key, turns: [instruction], ...(category === undefined ? {} : { category }) });
    if (row.has('output_1'))
      sink.answer(row, { promptKey: key, model: model1, turns: [row.text('output_1')] });
    if (row.has('output_2'))
      sink.answer(row, { promptKey: key, model: model2, turns: [row.text('output_2')] });
    compare(row, sink, {
      key,
      model1,
      model2,
      preference,
      judge: row.optionalText('annotator') ?? 'alpaca_eval',
      ...(category === undefined ? {} : { category }),
      ...(sink.wantsStyle === true && row.has('output_1') && row.has('output_2')
        ? { style: textStyle([row.anyText('output_1')], [row.anyText('output_2')]) }
        : {}),
    });
  },
};

/** The same as a table: model, baseline, preference, and the number of the instruction. */
export const alpacaEvalTable: Format = {
  id: 'alpaca-eval-table',
  title: 'AlpacaEval preferences as a table',
  matches: ({ columns }) => ['model', 'idx', 'baseline', 'preference'].every((column) => columns.has(column)),
  read(row, sink) {
    compare(row, sink, {
      key: `alpaca-${row.text('idx')}`,
      model1: row.text('baseline'),
      model2: row.text('model'),
      preference: readPreference(row),
      judge: row.optionalText('annotator') ?? 'alpaca_eval',
    });
  },
};

/** 1: the baseline (output 1) wins; 2: output 2 wins; 1.5, and 0 in old files: a draw; between: how sure the judge was. */
function readPreference(row: RowReader): number {
  if (!row.has('preference'))
    throw new RowFault('unparsed: the judge gave no preference', 'preference', row.values.preference);
  const preference = row.number('preference');
  if (preference === 0) return 1.5;
  if (preference === -1)
    throw new RowFault('unparsed: the judge gave no preference', 'preference', preference);
  if (preference < 1 || preference > 2)
    throw new RowFault('a preference is from 1 to 2, or 0 for a draw', 'preference', preference);
  return preference;
}

function compare(
  row: RowReader,
  sink: RowSink,
  given: {
    key: string;
    model1: string;
    model2: string;
    preference: number;
    judge: string;
    category?: string;
    style?: BySlot<StyleCounts>;
  },
): void {
  const shareA = 2 - given.preference;
  const outcome: Outcome = shareA > 0.5 ? 'a' : shareA < 0.5 ? 'b' : 'tie';
  sink.comparison(
    row,
    {
      modelA: given.model1,
      modelB: given.model2,
      outcome,
      shareA,
      source: 'judges',
      rater: given.judge,
      promptKey: given.key,
      ...(given.style === undefined ? {} : { style: given.style }),
      ...(given.category === undefined ? {} : { category: given.category }),
    },
    { allowSame: true },
  );
}
