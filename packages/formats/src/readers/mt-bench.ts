import type { Outcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';

const WINNERS: Readonly<Record<string, Outcome>> = {
  model_a: 'a',
  model_b: 'b',
  tie: 'tie',
  // MT-bench's rule: a judge whose two orders disagree has said "tie"
  'tie (inconsistent)': 'tie',
};
const PAIR_WINNERS: Readonly<Record<string, Outcome>> = { model_1: 'a', model_2: 'b', tie: 'tie' };

const keyOf = (row: RowReader) => `mtbench-${row.text('question_id')}`;

/** `question.jsonl`, and Arena-Hard's of the same shape. */
export const mtBenchQuestions: Format = {
  id: 'mtbench-question',
  title: 'MT-bench questions',
  matches: ({ columns }) =>
    columns.has('question_id') && columns.has('turns') && !columns.has('model') && !columns.has('choices'),
  read(row, sink) {
    const turns = row.list('turns').map((turn) => (typeof turn === 'string' ? turn : contentOf(turn)));
    const category = row.optionalText('category');
    const language = row.optionalText('language');
    sink.prompt(row, {
      key: keyOf(row),
      turns,
      ...(category === undefined ? {} : { category }),
      ...(language === undefined ? {} : { language }),
      ...(row.has('reference') ? { reference: row.texts('reference') } : {}),
    });
  },
};

/** Answers: `choices[0].turns` with model_id as FastChat writes them, or turns or answer beside model. */
export const mtBenchAnswers: Format = {
  id: 'mtbench-answer',
  title: 'MT-bench and Arena-Hard answers',
  matches: ({ columns }) =>
    columns.has('question_id') &&
    ((columns.has('choices') && columns.has('model_id')) ||
      (columns.has('model') &&
        (columns.has('turns') || columns.has('answer')) &&
        !columns.has('judge') &&
        !columns.has('score'))),
  read(row, sink) {
    if (!row.has('choices')) {
      const turns = row.has('turns') ? row.texts('turns') : row.answerTexts('answer');
      sink.answer(row, { promptKey: keyOf(row), model: row.text('model'), turns });
      return;
    }
    const [choice] = row.list('choices') as readonly { turns?: unknown }[];
    if (!Array.isArray(choice?.turns)) throw new RowFault('no turns in the first choice', 'choices', choice);
    const turns = (choice.turns as unknown[]).map((turn) =>
      typeof turn === 'string' ? turn : contentOf(turn),
    );
    sink.answer(row, { promptKey: keyOf(row), model: row.text('model_id'), turns });
  },
};

function contentOf(turn: unknown): string {
  const { content } = (turn ?? {}) as { content?: unknown };
  if (typeof content === 'string') return content;
  throw new RowFault('a turn without text', 'turns', turn);
}

/** Pairwise votes and verdicts: question_id, model_a, model_b, judge, turn, winner. */
export const mtBenchHuman: Format = {
  id: 'mtbench-human',
  title: 'MT-bench pairwise votes and verdicts',
  matches: ({ columns }) =>
    ['question_id', 'model_a', 'model_b', 'judge', 'turn', 'winner'].every((column) => columns.has(column)) &&
    !columns.has('tstamp'),
  read(row, sink) {
    const judge = judgeName(row);
    sink.comparison(row, {
      modelA: row.text('model_a'),
      modelB: row.text('model_b'),
      outcome: row.label('winner', WINNERS),
      source: /^(expert|author|human)/.test(judge) ? 'people' : 'judges',
      rater: judge,
      promptKey: keyOf(row),
      turn: row.wholeNumber('turn', 1),
    });
  },
};

/** `<judge>_pair.jsonl`: both orders of one judge; where they disagree it is a tie, an error is no verdict. */
export const mtBenchPairs: Format = {
  id: 'mtbench-judgment-pair',
  title: 'MT-bench pairwise judgments in both orders',
  matches: ({ columns }) =>
    ['model_1', 'model_2', 'g1_winner', 'g2_winner'].every((column) => columns.has(column)),
  read(row, sink) {
    const winner = (column: string) => {
      if (row.text(column) === 'error')
        throw new RowFault('unparsed: the judge gave no verdict', column, 'error');
      return row.label(column, PAIR_WINNERS);
    };
    const [first, second] = [winner('g1_winner'), winner('g2_winner')];
    sink.comparison(row, {
      modelA: row.text('model_1'),
      modelB: row.text('model_2'),
      outcome: first === second ? first : 'tie',
      source: 'judges',
      rater: judgeName(row),
      promptKey: keyOf(row),
      turn: row.has('turn') ? row.wholeNumber('turn', 1) : 1,
    });
  },
};

/** A name, or FastChat's pair of judge model and prompt. */
function judgeName(row: RowReader): string {
  const value = row.values.judge;
  return Array.isArray(value) ? value.map(String).join(' ') : row.text('judge');
}
