import { type Comparison, type ComparisonSource, contentHash } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import { metadataStyle, textStyle } from './read-style.ts';
import { WINNERS } from './winner-labels.ts';

const SOURCES: Readonly<Record<string, ComparisonSource>> = {
  people: 'people',
  judges: 'judges',
  human: 'people',
  judge: 'judges',
  live: 'people',
  import: 'people',
};

function promptKeyOf(row: RowReader): string | undefined {
  return row.optionalText('prompt_id') ?? row.optionalText('question_id');
}

/** Milliseconds since the epoch, from seconds, milliseconds or an ISO date. */
function timeOf(row: RowReader): number | undefined {
  const column = ['timestamp', 'tstamp', 'at'].find((each) => row.has(each));
  if (column === undefined) return undefined;
  const value = row.values[column];
  const number = Number(value);
  if (Number.isFinite(number)) return Math.round(number < 1e11 ? number * 1000 : number);
  const parsed = Date.parse(String(value));
  if (Number.isNaN(parsed)) throw new RowFault('not a time', column, value);
  return parsed;
}

/** JSONL, JSON or CSV with model_a, model_b, winner; the rest is optional. Also what `agon export` writes. */
export const plainComparisons: Format = {
  id: 'plain',
  title: 'Plain comparisons',
  matches: ({ columns }) => ['model_a', 'model_b', 'winner'].every((column) => columns.has(column)),
  plan: {
    winners: WINNERS,
    sources: SOURCES,
    raters: ['rater', 'voter', 'judge'],
    prompts: ['prompt_id', 'question_id'],
    texts: ['id'],
    category: true,
    weighted: true,
    times: ['timestamp', 'tstamp', 'at'],
    asNumber: false,
    not: [],
  },
  read(row, sink) {
    const judge = row.optionalText('judge');
    const rater = row.optionalText('rater') ?? row.optionalText('voter') ?? judge;
    const source = row.has('source')
      ? row.label('source', SOURCES)
      : judge !== undefined && !row.has('rater')
        ? 'judges'
        : 'people';
    const id = row.optionalText('id');
    const promptKey = promptKeyOf(row);
    const weight = row.optionalNumber('weight');
    const category = row.optionalText('category');
    const language = row.optionalText('language');
    const shareA = row.optionalNumber('share_a');
    if (shareA !== undefined && (shareA < 0 || shareA > 1))
      throw new RowFault('a share is from 0 to 1', 'share_a', shareA);
    const atMs = timeOf(row);
    sink.comparison(row, {
      modelA: row.text('model_a'),
      modelB: row.text('model_b'),
      outcome: row.label('winner', WINNERS),
      source,
      ...(shareA === undefined ? {} : { shareA }),
      ...(id === undefined ? {} : { key: id }),
      ...(rater === undefined ? {} : { rater }),
      ...(promptKey === undefined ? {} : { promptKey }),
      ...(row.has('turn') ? { turn: row.wholeNumber('turn', 1) } : {}),
      ...(weight === undefined ? {} : { weight }),
      ...(category === undefined ? {} : { category }),
      ...(language === undefined ? {} : { language }),
      ...(atMs === undefined ? {} : { atMs }),
      ...(sink.wantsStyle === true ? styleOf(row) : {}),
    });
  },
};

/** From `conv_metadata`, or from the answers themselves. */
function styleOf(row: RowReader): Pick<Comparison, 'style'> {
  const counted = metadataStyle(row);
  if (counted !== null) return { style: counted };
  for (const [a, b] of [
    ['answer_a', 'answer_b'],
    ['response_a', 'response_b'],
  ] as const) {
    if (row.has(a) && row.has(b)) return { style: textStyle(row.texts(a), row.texts(b)) };
  }
  return {};
}

/** Answers: prompt_id or the prompt itself, model, answer (a text, or one text a turn). */
export const plainAnswers: Format = {
  id: 'answers',
  title: 'Answers',
  matches: ({ columns }) =>
    columns.has('model') &&
    (columns.has('answer') || columns.has('response')) &&
    (columns.has('prompt_id') || columns.has('prompt')),
  read(row, sink) {
    const column = row.has('answer') || !row.has('response') ? 'answer' : 'response';
    const promptKey =
      row.optionalText('prompt_id') ??
      `prompt-${contentHash(JSON.stringify(row.texts('prompt'))).slice(0, 16)}`;
    const model = row.text('model');
    const turns = row.answerTexts(column);
    if (row.has('prompt')) {
      const category = row.optionalText('category');
      const language = row.optionalText('language');
      sink.prompt(row, {
        key: promptKey,
        turns: row.texts('prompt'),
        ...(category === undefined ? {} : { category }),
        ...(language === undefined ? {} : { language }),
      });
    }
    sink.answer(row, { promptKey, model, turns });
  },
};

/** Prompts: id, and prompt (a text) or turns (a list). */
export const plainPrompts: Format = {
  id: 'prompts',
  title: 'Prompts',
  matches: ({ columns }) =>
    (columns.has('id') || columns.has('prompt_id')) &&
    (columns.has('prompt') || columns.has('turns')) &&
    !['model', 'model_x', 'winner'].some((column) => columns.has(column)),
  read(row, sink) {
    const category = row.optionalText('category');
    const language = row.optionalText('language');
    sink.prompt(row, {
      key: row.optionalText('prompt_id') ?? row.text('id'),
      turns: row.texts(row.has('turns') ? 'turns' : 'prompt'),
      ...(category === undefined ? {} : { category }),
      ...(language === undefined ? {} : { language }),
      ...(row.has('reference') ? { reference: row.texts('reference') } : {}),
    });
  },
};

/** Scores: model, benchmark, score, n, source. */
export const scores: Format = {
  id: 'scores',
  title: 'Benchmark scores',
  matches: ({ columns }) => ['model', 'benchmark', 'score'].every((column) => columns.has(column)),
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
    sink.score(row, {
      model: row.text('model'),
      benchmark: row.text('benchmark'),
      score,
      n: row.has('n') ? row.wholeNumber('n', 1) : null,
      source: row.text('source'),
    });
  },
};
