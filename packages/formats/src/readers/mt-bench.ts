import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import { EXTRA_COLUMNS } from './column-names.ts';
import { commonFields, judgeName } from './common-fields.ts';
import { comparisonTable, decided } from './comparison-table.ts';

const keyOf = (row: RowReader) => `mtbench-${row.text('question_id')}`;

/** `question.jsonl`, and Arena-Hard's of the same shape. */
export const mtBenchQuestions: Format = {
  id: 'mtbench-question',
  title: 'MT-bench questions',
  requires: [['question_id', 'turns']],
  unless: /^(?:model(?:_.*)?|choices|winner)$/,
  columns: new Set(['question_id', 'turns', 'category', 'language', 'reference']),
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
  requires: [
    ['question_id', 'choices', 'model_id'],
    ['question_id', 'model', 'turns'],
    ['question_id', 'model', 'answer'],
  ],
  unless: /^(?:judge|score)$/,
  columns: new Set(['question_id', 'choices', 'model_id', 'model', 'turns', 'answer']),
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

/** Pairwise votes and verdicts: question_id, model_a, model_b, judge, turn, winner; conversations where they are kept. */
export const mtBenchHuman: Format = comparisonTable({
  id: 'mtbench-human',
  title: 'MT-bench pairwise votes and verdicts',
  requires: [['question_id', 'model_a', 'model_b', 'judge', 'turn', 'winner']],
  // arenas number their battles in question_id
  unless: /^(?:tstamp|anony|evaluation_session_id)$/,
  judge: 'by name',
  prompts: ['prompt_id', 'question_id'],
  promptPrefix: 'mtbench-',
  ids: ['id'],
  textPrefix: 'mtbench-',
});

/** `<judge>_pair.jsonl`: both orders of one judge; where they disagree it is a tie, an error is no verdict. */
export const mtBenchPairs: Format = {
  id: 'mtbench-judgment-pair',
  title: 'MT-bench pairwise judgments in both orders',
  requires: [['model_1', 'model_2', 'g1_winner', 'g2_winner']],
  columns: new Set(['model_1', 'model_2', 'g1_winner', 'g2_winner', 'question_id', ...EXTRA_COLUMNS]),
  read(row, sink) {
    const models = { a: row.text('model_1'), b: row.text('model_2') };
    const winner = (column: string) => {
      const own = row.ownLabel(column);
      if (own === undefined && row.text(column) === 'error')
        throw new RowFault('unparsed: the judge gave no verdict', column, 'error');
      return decided(own ?? row.outcome(column, models));
    };
    const [first, second] = [winner('g1_winner'), winner('g2_winner')];
    const agree = first.outcome === second.outcome;
    const { weight = 1, ...fields } = commonFields(row, 'given');
    const strength = agree ? Math.min(first.strength, second.strength) : 1;
    sink.comparison(row, {
      modelA: models.a,
      modelB: models.b,
      outcome: agree ? first.outcome : 'tie',
      turn: 1,
      ...fields,
      ...(weight * strength === 1 ? {} : { weight: weight * strength }),
      rater: judgeName(row),
      source: 'judges',
      promptKey: keyOf(row),
    });
  },
};
