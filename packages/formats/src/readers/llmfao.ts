import type { Outcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault } from '../row-reader.ts';

const WINNERS: Readonly<Record<string, Outcome>> = { left: 'a', right: 'b', tie: 'tie' };

/** `crowd-comparisons.csv` and the judges' tables of the same shape: `left` and `right` name the models as shown. */
export const llmfaoComparisons: Format = {
  id: 'llmfao',
  title: 'llmfao comparisons',
  matches: ({ columns }) =>
    ['prompt', 'model_x', 'model_y', 'winner', 'left', 'right'].every((column) => columns.has(column)),
  read(row, sink) {
    const worker = row.optionalText('worker');
    // the judges' files have no column for the judge: their name is the file's
    const judge = /gpt-?(\d)/i.exec(row.file)?.[0]?.toLowerCase() ?? 'judge';
    sink.comparison(row, {
      modelA: row.text('left'),
      modelB: row.text('right'),
      outcome: row.label('winner', WINNERS),
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
  matches: ({ columns }) =>
    ['id', 'text', 'type', 'slug'].every((column) => columns.has(column)) &&
    !columns.has('result') &&
    !columns.has('result_x'),
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
  matches: ({ columns }) =>
    ['model', 'result', 'prompt', 'name', 'slug'].every((column) => columns.has(column)),
  read(row, sink) {
    if (!row.has('result')) throw new RowFault('no answer', 'result', row.values.result);
    sink.answer(row, {
      promptKey: `llmfao-${row.text('prompt')}`,
      model: row.text('name'),
      turns: [row.text('result')],
    });
  },
};
