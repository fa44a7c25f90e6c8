import { ArenaError } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../formats.ts';
import { RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';

function read(text: string, format: string) {
  const sink = new RecordSink(1, { rankings: true });
  const file = new StreamedFile('file', { format }, sink);
  file.push(new TextEncoder().encode(text));
  const { rowsRead } = file.end();
  return { refused: sink.records().refused, rowsRead };
}

/** A good row of each format. */
const ROWS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'alpaca-eval-annotations': {
    instruction: 'i',
    output_1: 'x',
    generator_1: 'base',
    output_2: 'y',
    generator_2: 'm',
    preference: 1.7,
    annotator: 'j',
    dataset: 'd',
  },
  'alpaca-eval-outputs': { dataset: 'd', instruction: 'i', input: 'more', output: 'o', generator: 'm' },
  'alpaca-eval-table': { model: 'm', idx: 0, baseline: 'base', preference: 1.5, annotator: 'j' },
  'alpaca-eval-numbered-outputs': { idx: 0, output: 'o' },
  'alpaca-eval-instructions': { idx: 0, instruction: 'i', dataset: 'd' },
  'fastchat-log': {
    tstamp: 1,
    type: 'leftvote',
    models: ['', ''],
    states: [
      {
        conv_id: 'c',
        model_name: 'x',
        offset: 0,
        messages: [
          ['user', 'q'],
          ['bot', 'a'],
        ],
      },
      {
        model_name: 'y',
        messages: [
          ['user', 'q'],
          ['bot', 'b'],
        ],
      },
    ],
    ip: '1',
  },
  'kaggle-55k': {
    id: 1,
    model_a: 'x',
    model_b: 'y',
    prompt: '["p"]',
    response_a: '["a"]',
    response_b: '["b"]',
    winner_model_a: 1,
    winner_model_b: 0,
    winner_tie: 0,
  },
  'fastchat-battles': {
    question_id: 'q',
    model_a: 'x',
    model_b: 'y',
    winner: 'tie',
    judge: 'r',
    tstamp: 1.5,
    language: 'English',
    conversation_a: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: [{ type: 'text', text: 'a' }] },
    ],
    conversation_b: [{ role: 'user', content: 'q' }],
    conv_metadata: { sum_assistant_a_tokens: 1, header_count_a: { h1: 1 } },
  },
  'mtbench-judgment-pair': {
    question_id: 1,
    model_1: 'x',
    model_2: 'y',
    g1_winner: 'model_1',
    g2_winner: 'tie',
    judge: ['gpt-4', 'pair-v2'],
    turn: 1,
  },
  'mtbench-human': {
    question_id: 1,
    model_a: 'x',
    model_b: 'y',
    judge: 'expert_1',
    turn: 1,
    winner: 'model_a',
  },
  'arena-hard-judgment': {
    question_id: 'q',
    model: 'x',
    judge: 'j',
    games: [{ score: 'A>>B' }, { score: 'B>A' }],
    baseline: 'b',
    category: 'c',
  },
  llmfao: { id: 0, prompt: 8, model_x: 1, model_y: 2, worker: 3, winner: 'left', left: 'X', right: 'Y' },
  'llmfao-results': { model: 1, result: 'r', prompt: 1, name: 'n', slug: 's' },
  'llmfao-prompts': { id: 1, text: 't', type: 'k', slug: 's' },
  pandalm: {
    idx: '0',
    cmp_key: 'x_y',
    instruction: 'i',
    input: 'in',
    response1: 'a',
    response2: 'b',
    annotator1: '1',
    annotator2: '0',
    motivation_app: 'm',
  },
  plain: {
    model_a: 'x',
    model_b: 'y',
    winner: 'a',
    rater: 'r',
    judge: 'j',
    source: 'people',
    weight: 1,
    share_a: 0.5,
    turn: 1,
    timestamp: '2024-05-01',
    category: 'c',
    language: 'en',
    prompt_id: 'p',
    id: 'i',
  },
  'ranked-lists': {
    ranking: ['x', ['y', 'z']],
    models: ['x', 'y', 'z', 'w'],
    ranks: [1, 2, 2, null],
    winner: 'x',
    rank_1: 'x',
    rater: 'r',
    judge: 'j',
    source: 'people',
    weight: 2,
    category: 'c',
    language: 'en',
    prompt_id: 'p',
  },
  scores: { model: 'm', benchmark: 'b', score: 0.5, n: 10, source: 's' },
  'mtbench-answer': {
    question_id: 1,
    model_id: 'm',
    choices: [{ index: 0, turns: ['a', { content: 'b' }] }],
  },
  'vicuna-answer': { question_id: 1, model_id: 'm', text: 'a' },
  'vicuna-question': { question_id: 1, text: 't', category: 'generic' },
  answers: { prompt_id: 'p', prompt: ['q'], model: 'm', answer: ['a'], category: 'c', language: 'en' },
  'mtbench-question': { question_id: 1, turns: ['a', { content: 'b' }], category: 'c', reference: ['r'] },
  'answer-sheet': { id: 'p', prompt: 'q', 'gpt-4': 'a', 'llama 2': 'b', category: 'c', reference: ['r'] },
  prompts: { id: 'p', prompt: 'q', category: 'c', language: 'en', reference: ['r'] },
};

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1e308,
    '',
    ' ',
    'x',
    '[',
    '["a", null]',
    '[1]',
    true,
    [],
    {},
    [null],
    [null, null],
    [1],
    [[]],
    [{}],
    [{}, {}],
    ['a', 'b'],
    { text: 1 },
    '__proto__',
    'constructor',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

describe('a value of another kind is refused, whatever and wherever it is', () => {
  it('knows a row of every format', () => {
    expect(Object.keys(ROWS).sort()).toEqual(FORMATS.map((format) => format.id).sort());
    for (const [format, row] of Object.entries(ROWS)) {
      const { refused } = read(JSON.stringify([row]), format);
      expect({ format, refused }).toEqual({ format, refused: [] });
    }
  });

  it.each(Object.entries(ROWS))('%s', (format, row) => {
    const columns = Object.keys(row);
    const changes = fc.dictionary(fc.constantFrom(...columns), odd, { minKeys: 1, maxKeys: 3 });
    fc.assert(
      fc.property(changes, (changed) => {
        const text = JSON.stringify([{ ...row, ...changed }]);
        try {
          const { refused, rowsRead } = read(text, format);
          expect(rowsRead).toBe(1);
          for (const each of refused) expect(each.reason).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(ArenaError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
