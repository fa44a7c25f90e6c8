import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import { MATERIAL_COLUMNS } from './column-names.ts';
import { comparisonTable } from './comparison-table.ts';
import { aboutPrompt, addMaterial } from './prompt-material.ts';
import { keyOfTurns } from './shown-texts.ts';

/** JSONL, JSON or CSV with model_a, model_b and an outcome; the rest is optional. Also what `agon export` writes. */
export const plainComparisons: Format = comparisonTable({
  id: 'plain',
  title: 'Plain comparisons',
  requires: [
    ['model_a', 'model_b', 'winner'],
    ['model_a', 'model_b', 'share_a'],
    ['model_a', 'model_b', 'preference'],
  ],
  // a preference without its scale says nothing
  fits: ({ columns }, { preference }) =>
    columns.has('winner') || columns.has('share_a') || preference !== undefined,
  judge: 'by name',
  prompts: ['prompt_id', 'question_id'],
  promptPrefix: '',
  ids: ['id'],
  textPrefix: 'prompt-',
});

/** Answers: prompt_id or the prompt itself, model, answer (a text, or one text a turn). */
export const plainAnswers: Format = {
  id: 'answers',
  title: 'Answers',
  requires: ['answer', 'response'].flatMap((answer) =>
    ['prompt_id', 'prompt'].map((prompt) => ['model', answer, prompt]),
  ),
  columns: new Set([
    'model',
    'answer',
    'response',
    'prompt_id',
    'prompt',
    'category',
    'language',
    ...MATERIAL_COLUMNS,
  ]),
  read(row, sink) {
    const asked = row.has('prompt') ? row.texts('prompt') : null;
    const promptKey = row.optionalText('prompt_id') ?? keyOfTurns('prompt-', asked ?? row.texts('prompt'));
    const model = row.text('model');
    const turns = answerTurns(row, asked);
    if (asked !== null) {
      sink.prompt(row, { key: promptKey, turns: asked, ...aboutPrompt(row) });
    } else addMaterial(row, sink, promptKey);
    sink.answer(row, { promptKey, model, turns });
  },
};

/** One text a turn; an answer that is itself a list, to a prompt of one turn, is one text. */
function answerTurns(row: RowReader, asked: readonly string[] | null): string[] {
  const column = row.values.answer !== undefined || !row.has('response') ? 'answer' : 'response';
  const turns = row.answerTexts(column);
  const isText = typeof row.values[column] === 'string';
  return isText && asked !== null && turns.length !== asked.length ? [row.anyText(column)] : turns;
}

const OF_MODELS =
  /^(?:.*_)?(?:models?|winner|ranking|ranks|preference|chosen|rejected)(?:_?[abxy12])?$|^(?:text|answer|response|output|completion|conversation|generator)_?[ab12]$/;

/** Prompts: id, and prompt (a text) or turns (a list). */
export const plainPrompts: Format = {
  id: 'prompts',
  title: 'Prompts',
  requires: ['id', 'prompt_id'].flatMap((id) => ['prompt', 'turns'].map((prompt) => [id, prompt])),
  // columns that tell of models, answers or outcomes: such a file is more than its prompts
  unless: OF_MODELS,
  columns: new Set(['id', 'prompt_id', 'prompt', 'turns', 'category', 'language', ...MATERIAL_COLUMNS]),
  read(row, sink) {
    sink.prompt(row, {
      key: row.optionalText('prompt_id') ?? row.text('id'),
      turns: row.texts(row.has('turns') ? 'turns' : 'prompt'),
      ...aboutPrompt(row),
    });
  },
};

/** Scores: model, benchmark, score, n, source, and the benchmark's score of guessing. */
export const scores: Format = {
  id: 'scores',
  title: 'Benchmark scores',
  requires: [['model', 'benchmark', 'score']],
  columns: new Set(['model', 'benchmark', 'score', 'n', 'source', 'chance']),
  read(row, sink) {
    const score = row.number('score') / sink.scale;
    if (score < 0 || score > 1) {
      throw new RowFault(
        sink.scale === 1
          ? 'not a fraction from 0 to 1; is it in per cent? (--scale 100)'
          : 'not from 0 to 100',
        'score',
        row.values.score,
      );
    }
    const chance = row.has('chance') ? row.number('chance') / sink.scale : null;
    if (chance !== null && !(chance >= 0 && chance < 1)) {
      throw new RowFault(
        `the score of guessing lies from 0 to below ${sink.scale}, in the unit of the score`,
        'chance',
        row.values.chance,
      );
    }
    sink.score(row, {
      model: row.text('model'),
      benchmark: row.text('benchmark'),
      score,
      n: row.has('n') ? row.wholeNumber('n', 1) : null,
      source: row.text('source'),
      chance,
    });
  },
};
