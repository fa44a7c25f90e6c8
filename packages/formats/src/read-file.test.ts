import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectFormat, readFile } from './read-file.ts';
import { writeCsv, writeJsonl } from './writers/write-rows.ts';

const json = (rows: unknown) => JSON.stringify(rows);
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const read = (text: string, options = {}) => readFile({ name: 'file', text }, options);

describe('formats are recognised by their columns', () => {
  it.each([
    ['alpaca-eval-outputs', json([{ dataset: 'd', instruction: 'i', output: 'o', generator: 'm' }])],
    [
      'alpaca-eval-annotations',
      json([
        {
          instruction: 'i',
          output_1: 'x',
          generator_1: 'base',
          output_2: 'y',
          generator_2: 'm',
          preference: 1.7,
          annotator: 'j',
        },
      ]),
    ],
    ['alpaca-eval-instructions', lines({ idx: 0, dataset: 'd', instruction: 'i' })],
    ['alpaca-eval-numbered-outputs', lines({ idx: 0, output: 'o' })],
    ['vicuna-question', lines({ question_id: 1, text: 't', category: 'generic' })],
    ['vicuna-answer', lines({ answer_id: 'x', question_id: 1, model_id: 'm', text: 'a', metadata: {} })],
    ['alpaca-eval-table', 'model,idx,baseline,preference\nm,0,base,1.5\n'],
    [
      'fastchat-battles',
      json([
        {
          question_id: 'q',
          model_a: 'x',
          model_b: 'y',
          winner: 'tie (bothbad)',
          judge: 'arena_user_1',
          anony: true,
          tstamp: 1718.5,
        },
      ]),
    ],
    [
      'fastchat-log',
      lines({
        tstamp: 1,
        type: 'leftvote',
        models: ['', ''],
        states: [{ conv_id: 'c', model_name: 'x' }, { model_name: 'y' }],
        ip: '1',
      }),
    ],
    [
      'kaggle-55k',
      'id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n1,x,y,"[""p""]","[""a""]","[""b""]",1,0,0\n',
    ],
    ['mtbench-question', lines({ question_id: 81, category: 'writing', turns: ['a', 'b'] })],
    ['mtbench-answer', lines({ question_id: 81, model_id: 'x', choices: [{ index: 0, turns: ['a', 'b'] }] })],
    [
      'mtbench-human',
      lines({ question_id: 81, model_a: 'x', model_b: 'y', judge: 'expert_1', turn: 1, winner: 'model_a' }),
    ],
    [
      'mtbench-judgment-pair',
      lines({
        question_id: 81,
        model_1: 'x',
        model_2: 'y',
        g1_winner: 'model_1',
        g2_winner: 'tie',
        judge: ['gpt-4', 'pair-v2'],
        turn: 1,
      }),
    ],
    [
      'arena-hard-judgment',
      lines({ question_id: 'q', model: 'x', judge: 'j', games: [{ score: 'A>>B' }, { score: 'B>A' }] }),
    ],
    ['llmfao', 'id,prompt,model_x,model_y,worker,winner,left,right\n0,8,97,98,58,left,X,Y\n'],
    [
      'pandalm',
      json([
        {
          idx: '0',
          cmp_key: 'x_y',
          instruction: 'i',
          input: '',
          response1: 'a',
          response2: 'b',
          annotator1: '1',
          annotator2: '0',
        },
      ]),
    ],
    ['plain', 'model_a,model_b,winner\nx,y,model_a\n'],
    ['answers', lines({ prompt_id: 'p', model: 'x', answer: 'a' })],
    ['prompts', lines({ id: 'p', prompt: 'hi' })],
    ['scores', 'model,benchmark,score,n,source\nx,MMLU,0.5,100,somewhere\n'],
  ])('%s', (format, text) => {
    expect(detectFormat({ name: 'file', text })).toBe(format);
    const result = read(text);
    expect(result.refused).toEqual([]);
    expect(result.rowsRead).toBe(1);
    expect(
      result.prompts.length + result.answers.length + result.comparisons.length + result.scores.length,
    ).toBeGreaterThan(0);
  });
});

describe('labels are strict', () => {
  it.each([
    ['fastchat', 'model_a,model_b,winner,tstamp\nx,y,draw,1\n', 'winner', 'draw'],
    ['plain', 'model_a,model_b,winner\nx,y,0.5\n', 'winner', '0.5'],
    ['llmfao', 'id,prompt,model_x,model_y,worker,winner,left,right\n0,8,1,2,3,LEFT,X,Y\n', 'winner', 'LEFT'],
    [
      'arena-hard',
      lines({ question_id: 'q', model: 'x', judge: 'j', games: [{ score: 'A' }, { score: 'B>A' }] }),
      'games',
      'A',
    ],
    [
      'mt-bench',
      lines({ question_id: 1, model_a: 'x', model_b: 'y', judge: 'j', turn: 1, winner: 'draw' }),
      'winner',
      'draw',
    ],
  ])('%s refuses an unknown one and says where', (_, text, column, value) => {
    const result = read(text);
    expect(result.comparisons).toEqual([]);
    expect(result.refused).toMatchObject([{ file: 'file', column, value }]);
  });

  it.each([
    [1, 'a', 1],
    [2, 'b', 0],
    [1.5, 'tie', 0.5],
    [0, 'tie', 0.5],
    [1.2, 'a', 0.8],
  ])('reads an AlpacaEval preference of %d as %s', (preference, outcome, shareA) => {
    const [row] = read(`model,idx,baseline,preference\nm,0,base,${preference}\n`).comparisons;
    expect(row).toMatchObject({ modelA: 'base', modelB: 'm', outcome });
    expect(row?.shareA).toBeCloseTo(shareA, 12);
  });

  it('counts a strong win of Arena-Hard three times, from the model’s own side', () => {
    const { comparisons } = read(
      lines({ question_id: 'q', model: 'x', judge: 'j', games: [{ score: 'B>>A' }, { score: 'A>B' }] }),
    );
    expect(comparisons.map(({ modelA, outcome, weight }) => [modelA, outcome, weight])).toEqual([
      ['gpt-4-0314', 'b', 3],
      ['gpt-4-0314', 'b', 1],
    ]);
  });
});

describe('nothing is dropped without a reason', () => {
  it('names line, column, value and reason of each bad row and takes the good ones', () => {
    const text =
      'model_a,model_b,winner,weight\r\nx,y,model_a,1\r\nx,,tie,1\r\nx,x,tie,1\r\nx,"y\nz",tie,heavy\r\nx,y,both_bad,2\r\n';
    const result = read(text);
    expect(result.rowsRead).toBe(5);
    expect(result.comparisons).toHaveLength(2);
    expect(result.refused.map(({ line, column, reason }) => [line, column, reason])).toEqual([
      [3, 'model_b', 'empty'],
      [4, null, 'the same model on both sides'],
      [5, 'weight', 'not a number'],
    ]);
  });

  it('knows the line of each element of a JSON list', () => {
    const text =
      '[\n {"model_a":"x","model_b":"y","winner":"tie"},\n\n {"model_a":"x","model_b":"y",\n  "winner":"?"}]';
    expect(read(text).refused).toMatchObject([{ line: 4, column: 'winner', value: '?' }]);
  });

  it('goes on after a broken line', () => {
    const result = read(
      '{"model_a":"x","model_b":"y","winner":"tie"}\n{"model_a":\n{"model_a":"x","model_b":"y","winner":"tie"}',
    );
    expect(result.comparisons).toHaveLength(2);
    expect(result.refused).toMatchObject([{ line: 2, reason: 'not JSON' }]);
  });

  it.each([
    ['an empty file', '  ', 'invalid_file'],
    ['a list that is cut off', '[{"model_a": "x"', 'invalid_file'],
    ['a text', 'dear sir\nor madam', 'invalid_file'],
    ['columns that nobody knows', 'colour,size\nred,3\n', 'unknown_format'],
  ])('says what is wrong with %s', (_, text, code) => {
    expect(() => read(text)).toThrowError(expect.objectContaining({ code }));
  });

  it('reads columns under the names that they are given', () => {
    const text = 'left,right,result\nx,y,a\n';
    const { comparisons } = read(text, {
      format: 'plain',
      map: { left: 'model_a', right: 'model_b', result: 'winner' },
    });
    expect(comparisons).toMatchObject([{ modelA: 'x', modelB: 'y', outcome: 'a' }]);
    expect(() => read(text, { map: { up: 'model_a' } })).toThrowError(
      expect.objectContaining({ code: 'unknown_option' }),
    );
  });

  it('takes an empty answer, and refuses one that is not there', () => {
    const rows = [{ answer: '' }, { answer: null }].map((row) => ({ question_id: 1, model: 'm', ...row }));
    const result = read(lines(...rows));
    expect(result.answers).toMatchObject([{ turns: [''] }]);
    expect(result.refused).toMatchObject([{ line: 2, column: 'answer', reason: 'missing' }]);
  });

  it('gives the same comparison the same key, and twins their number', () => {
    const text = 'model_a,model_b,winner\nx,y,a\nx,y,a\n';
    const keys = read(text).comparisons.map((row) => row.key);
    expect(new Set(keys).size).toBe(2);
    expect(read(text).comparisons.map((row) => row.key)).toEqual(keys);
  });

  it('replaces what no database stores', () => {
    const text = '{"prompt_id":"p","model":"m","answer":"a\\u0000b\\ud800c \\ud83d\\ude00"}';
    expect(read(text).answers).toMatchObject([{ turns: ['a\uFFFDb\uFFFDc 😀'] }]);
  });

  it('refuses a score outside its scale', () => {
    const text = 'model,benchmark,score,n,source\nx,MMLU,86.4,100,s\n';
    expect(read(text).refused).toMatchObject([{ column: 'score' }]);
    expect(read(text, { scale: 100 }).scores).toMatchObject([
      { score: expect.closeTo(0.864, 12), n: 100, chance: null },
    ]);
  });

  it('takes the score of guessing in the unit of the score', () => {
    const text = 'model,benchmark,score,source,chance\nx,MMLU,86.4,s,25\ny,MMLU,50,s,100\nz,GSM8K,50,s,0\n';
    const { scores, refused } = read(text, { scale: 100 });
    expect(scores.map(({ chance }) => chance)).toEqual([0.25, 0]);
    expect(refused).toMatchObject([{ line: 3, column: 'chance', value: '100' }]);
  });
});

describe('parse(write(x)) = x', () => {
  // a line feed alone: CSV readers of spreadsheets give Windows line ends back as they please
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((value) => value.trim() === value && !/^[=+\-@＝＋－＠\t\r]|\r/.test(value));
  const row = fc.record({
    model_a: fc.constant('model one'),
    model_b: text.filter((name) => name !== 'model one'),
    winner: fc.constantFrom('model_a', 'model_b', 'tie', 'both_bad'),
    rater: text,
    prompt_id: text,
    turn: fc.integer({ min: 1, max: 9 }),
    category: text,
    language: fc.constantFrom('en', 'zh', 'ar'),
    source: fc.constantFrom('people', 'judges'),
  });
  const comparisonsOf = (written: string) =>
    read(written, { format: 'plain' }).comparisons.map(({ at: _, key: __, ...rest }) => rest);
  const meant = (rows: readonly (typeof row extends fc.Arbitrary<infer R> ? R : never)[]) =>
    rows.map((each) => ({
      modelA: each.model_a,
      modelB: each.model_b,
      outcome: each.winner === 'model_a' ? 'a' : each.winner === 'model_b' ? 'b' : each.winner,
      source: each.source,
      rater: each.rater,
      promptKey: each.prompt_id,
      turn: each.turn,
      category: each.category,
      language: each.language,
    }));

  it('for comparisons as JSONL', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        expect(comparisonsOf(writeJsonl(rows))).toEqual(meant(rows));
      }),
    );
  });

  it('for comparisons as CSV', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        expect(comparisonsOf(writeCsv(rows))).toEqual(meant(rows));
      }),
    );
  });

  it('for answers with several turns', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (turns) => {
        const rows = [{ prompt_id: 'p', model: 'm', answer: turns }];
        expect(read(writeJsonl(rows)).answers).toMatchObject([{ promptKey: 'p', model: 'm', turns }]);
        expect(read(writeCsv(rows)).answers).toMatchObject([{ promptKey: 'p', model: 'm', turns }]);
      }),
    );
  });
});

describe('writeCsv', () => {
  it('makes no cell a formula', () => {
    expect(writeCsv([{ a: '=1+1', b: '@x' }])).toBe("a,b\n'=1+1,'@x\n");
  });
});
