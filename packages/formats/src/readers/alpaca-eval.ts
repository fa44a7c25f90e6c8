import { contentHash } from '@agon/domain';
import type { Format } from '../format.ts';
import type { LabelMeaning } from '../labels/label-meaning.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { NewComparison, RowSink } from '../row-sink.ts';
import { EXTRA_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';
import { byShare, decided } from './comparison-table.ts';
import { textStyle } from './read-style.ts';
import { answerIn, wantsPromptKey } from './shown-texts.ts';

const JUDGED_COLUMNS = ['preference', ...EXTRA_COLUMNS];

/** The key of an instruction: its text, since AlpacaEval's files have no ids. */
function keyOf(instruction: string): string {
  return `alpaca-${contentHash(instruction).slice(0, 16)}`;
}

/** `model_outputs.json`: instruction, output, generator; optionally dataset and input. */
export const alpacaEvalOutputs: Format = {
  id: 'alpaca-eval-outputs',
  title: 'AlpacaEval model_outputs.json',
  requires: [['instruction', 'output', 'generator']],
  columns: new Set(['instruction', 'input', 'output', 'generator', 'dataset']),
  read(row, sink) {
    const instruction = row.text('instruction');
    const { input } = row.values;
    const turn =
      typeof input === 'string' && input.trim() !== '' ? `${instruction}\n\n${input}` : instruction;
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
  requires: [['idx', 'instruction']],
  unless: /^(?:output|preference|label|cmp_key|model.*|winner)$/,
  columns: new Set(['idx', 'instruction', 'dataset']),
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
  requires: [['idx', 'output']],
  unless: /^(?:instruction|generator)$/,
  columns: new Set(['idx', 'output']),
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
  requires: [['generator_1', 'generator_2', 'preference']],
  columns: new Set([
    'instruction',
    'generator_1',
    'generator_2',
    'output_1',
    'output_2',
    'dataset',
    ...JUDGED_COLUMNS,
  ]),
  read(row, sink) {
    const [model1, model2] = [row.text('generator_1'), row.text('generator_2')];
    const category = row.optionalText('category') ?? row.optionalText('dataset');
    const preference = readPreference(row);
    const isThere = typeof row.values.instruction === 'string' && row.values.instruction.trim() !== '';
    const isAsked = sink.wantsTexts || (wantsPromptKey(sink) && isThere);
    const instruction = isAsked ? row.text('instruction') : undefined;
    const key = instruction === undefined ? undefined : keyOf(instruction);
    if (sink.wantsTexts && instruction !== undefined && key !== undefined) {
      const named = category === undefined ? {} : { category };
      sink.prompt(row, { key, turns: [instruction], ...named });
    }
    const [answer1, answer2] = [answerIn(row, sink, 'output_1'), answerIn(row, sink, 'output_2')];
    compare(row, sink, model1, model2, preference, {
      ...(key === undefined ? {} : { promptKey: key }),
      ...(category === undefined ? {} : { category }),
      ...(sink.wantsStyle === true && answer1 !== null && answer2 !== null
        ? { style: textStyle(answer1, answer2) }
        : {}),
      ...(sink.wantsTexts && (answer1 !== null || answer2 !== null)
        ? { shown: { a: answer1, b: answer2 } }
        : {}),
    });
  },
};

/** The same as a table: model, baseline, preference, and the number of the instruction. */
export const alpacaEvalTable: Format = {
  id: 'alpaca-eval-table',
  title: 'AlpacaEval preferences as a table',
  requires: [['model', 'idx', 'baseline', 'preference']],
  columns: new Set(['model', 'idx', 'baseline', ...JUDGED_COLUMNS]),
  read(row, sink) {
    const [model1, model2] = [row.text('baseline'), row.text('model')];
    compare(row, sink, model1, model2, readPreference(row), { promptKey: `alpaca-${row.text('idx')}` });
  },
};

type Judged = Exclude<LabelMeaning, 'skip'> & { readonly shareA: number };

/**
 * 1: the baseline (output 1) wins; 2: output 2 wins; 1.5, and 0 in old files: a draw; between: how sure the judge was.
 * What the caller says of a value, or of the scale, stands above that.
 */
function readPreference(row: RowReader): Judged {
  const own = row.ownLabel('preference');
  if (own !== undefined) return whole(decided(own));
  if (!row.has('preference'))
    throw new RowFault('unparsed: the judge gave no preference', 'preference', row.values.preference);
  const preference = row.number('preference');
  const range = row.terms.preference;
  if (range === null && preference === 0) return whole({ outcome: 'tie', strength: 1 });
  if (range === null && preference === -1)
    throw new RowFault('unparsed: the judge gave no preference', 'preference', preference);
  const { low, high } = range ?? ONE_TO_TWO;
  if (preference < Math.min(low, high) || preference > Math.max(low, high)) {
    const draw = range === null ? ', or 0 for a draw' : '';
    throw new RowFault(`a preference is from ${low} to ${high}${draw}`, 'preference', preference);
  }
  const shareA = (high - preference) / (high - low);
  return { ...byShare(shareA), shareA };
}

const ONE_TO_TWO = { low: 1, high: 2 };

function whole(meaning: Exclude<LabelMeaning, 'skip'>): Judged {
  const { outcome } = meaning;
  return { ...meaning, shareA: outcome === 'a' ? 1 : outcome === 'b' ? 0 : 0.5 };
}

function compare(
  row: RowReader,
  sink: RowSink,
  modelA: string,
  modelB: string,
  { outcome, strength, shareA }: Judged,
  more: Pick<NewComparison, 'promptKey' | 'category' | 'style' | 'shown'>,
): void {
  const { weight = 1, ...fields } = commonFields(row, 'given');
  sink.comparison(
    row,
    {
      modelA,
      modelB,
      outcome,
      ...fields,
      shareA,
      ...(weight * strength === 1 ? {} : { weight: weight * strength }),
      source: 'judges',
      rater: row.optionalText('annotator') ?? 'alpaca_eval',
      ...more,
    },
    { allowSame: true },
  );
}
