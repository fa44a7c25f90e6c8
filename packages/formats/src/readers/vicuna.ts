import type { Format } from '../format.ts';
import type { RowReader } from '../row-reader.ts';

const keyOf = (row: RowReader) => `vicuna-${row.text('question_id')}`;

/** `question.jsonl` of the first Vicuna evaluation (FairEval uses it too): one turn, in `text`. */
export const vicunaQuestions: Format = {
  id: 'vicuna-question',
  title: 'Vicuna questions',
  requires: [['question_id', 'text', 'category']],
  unless: /^(?:turns|model(?:_.*)?|winner)$/,
  columns: new Set(['question_id', 'text', 'category']),
  read(row, sink) {
    sink.prompt(row, { key: keyOf(row), turns: [row.text('text')], category: row.text('category') });
  },
};

/** Its answers: `model_id` and `text`. */
export const vicunaAnswers: Format = {
  id: 'vicuna-answer',
  title: 'Vicuna answers',
  requires: [['question_id', 'model_id', 'text']],
  unless: /^choices$/,
  columns: new Set(['question_id', 'model_id', 'text']),
  read(row, sink) {
    sink.answer(row, { promptKey: keyOf(row), model: row.text('model_id'), turns: [row.anyText('text')] });
  },
};
