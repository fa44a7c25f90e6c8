import type { Format } from '../format.ts';
import { EXTRA_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';
import { decided } from './comparison-table.ts';

/** `crowd-comparisons.csv` and the judges' tables of the same shape: `left` and `right` name the models as shown. */
export const llmfaoComparisons: Format = {
  id: 'llmfao',
  title: 'llmfao comparisons',
  requires: [['prompt', 'model_x', 'model_y', 'winner', 'left', 'right']],
  // model_x and model_y are the numbers of the models that left and right name; rows of one id are one pair of answers
  columns: new Set([
    'id',
    'prompt',
    'model_x',
    'model_y',
    'worker',
    'winner',
    'left',
    'right',
    ...EXTRA_COLUMNS,
  ]),
  read(row, sink) {
    const worker = row.optionalText('worker');
    // the judges' files have no column for the judge: their name is the file's
    const judge = /gpt-?(\d)/i.exec(row.file)?.[0]?.toLowerCase() ?? 'judge';
    const models = { a: row.text('left'), b: row.text('right') };
    const { outcome, strength } = decided(row.outcome('winner', models));
    const { weight = 1, ...fields } = commonFields(row, 'given');
    sink.comparison(row, {
      modelA: models.a,
      modelB: models.b,
      outcome,
      ...fields,
      ...(weight * strength === 1 ? {} : { weight: weight * strength }),
      source: worker === undefined ? 'judges' : 'people',
      rater: worker === undefined ? judge : `worker-${worker}`,
      promptKey: `llmfao-${row.text('prompt')}`,
    });
  },
};

/** `prompts.jsonl`: id, text, type, slug. */
export const llmfaoPrompts: Format = {
  id: 'llmfao-prompts',
  title: 'llmfao prompts',
  requires: [['id', 'text', 'type', 'slug']],
  unless: /^result/,
  columns: new Set(['id', 'text', 'type', 'slug']),
  read(row, sink) {
    sink.prompt(row, {
      key: `llmfao-${row.text('id')}`,
      turns: [row.text('text')],
      category: row.text('type'),
      language: 'en',
    });
  },
};

/** `results.jsonl`: one answer a row. */
export const llmfaoResults: Format = {
  id: 'llmfao-results',
  title: 'llmfao answers',
  requires: [['model', 'result', 'prompt', 'name', 'slug']],
  columns: new Set(['model', 'result', 'prompt', 'name']),
  read(row, sink) {
    sink.answer(row, {
      promptKey: `llmfao-${row.text('prompt')}`,
      model: row.text('name'),
      turns: [row.anyText('result')],
    });
  },
};
