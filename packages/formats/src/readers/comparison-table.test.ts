import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../format.ts';
import { type RecordFieldChoice, RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';

function read(rows: readonly object[] | string, options: ReadOptions = {}, wants: RecordFieldChoice = {}) {
  const sink = new RecordSink(1, wants);
  const file = new StreamedFile('file', options, sink);
  file.push(new TextEncoder().encode(typeof rows === 'string' ? rows : JSON.stringify(rows)));
  return { ...file.end(), ...sink.records(), leftOut: Object.fromEntries(sink.leftOut()) };
}

const BATTLE = { model_a: 'x', model_b: 'y', winner: 'model_a' };
const ONE_HOT = { model_a: 'x', model_b: 'y', winner_model_a: 1, winner_model_b: 0, winner_tie: 0 };
const MT_BENCH = { question_id: 81, ...BATTLE, judge: 'gpt-4', turn: 1 };

/** A row of each format, and what its own columns say. */
const ROWS: Readonly<Record<string, object>> = {
  plain: BATTLE,
  'kaggle-55k': ONE_HOT,
  'mtbench-human': MT_BENCH,
  'fastchat-battles': { ...BATTLE, anony: true },
  'mtbench-judgment-pair': {
    question_id: 81,
    model_1: 'x',
    model_2: 'y',
    g1_winner: 'model_1',
    g2_winner: 'model_1',
    judge: 'gpt-4',
  },
  'arena-hard-judgment': {
    question_id: 'q',
    model: 'y',
    baseline: 'x',
    judge: 'gpt-4',
    games: [{ score: 'A>B' }, { score: 'B>A' }],
  },
  llmfao: { id: 0, prompt: 8, model_x: 1, model_y: 2, worker: 3, winner: 'left', left: 'x', right: 'y' },
  pandalm: { cmp_key: 'x_y', instruction: 'i', response1: 'a', response2: 'b', annotator1: 1 },
  'alpaca-eval-annotations': { instruction: 'i', generator_1: 'x', generator_2: 'y', preference: 1 },
  'alpaca-eval-table': { model: 'y', idx: 0, baseline: 'x', preference: 1 },
};

describe('a column that one reader of comparisons knows', () => {
  it.each(Object.entries(ROWS))('is read by all of them: %s', (format, row) => {
    const more = {
      weight: 2.5,
      turn: 3,
      category: 'math',
      language: 'en',
      timestamp: 1_700_000_000,
      anony: false,
      dedup_tag: { high_freq: true, sampled: false },
    };
    const result = read([{ ...row, ...more }]);
    expect(result.format).toBe(
      format === 'plain' || format === 'mtbench-human' || format === 'kaggle-55k' ? result.format : format,
    );
    expect(result.refused).toEqual([]);
    expect(result.unused).toEqual([]);
    for (const comparison of result.comparisons)
      expect(comparison).toMatchObject({
        modelA: 'x',
        outcome: 'a',
        weight: 2.5,
        turn: 3,
        category: 'math',
        language: 'en',
        atMs: 1_700_000_000_000,
        unblinded: true,
        oversampled: true,
      });
  });

  it.each(['rater', 'voter', 'user', 'annotator', 'worker_id', 'judge_hash', 'evaluation_session_id'])(
    'names who compared: %s',
    (column) => {
      expect(read([{ ...BATTLE, [column]: 'r' }]).comparisons).toMatchObject([
        { rater: 'r', source: 'people' },
      ]);
      expect(read([{ ...ONE_HOT, [column]: 'r' }]).comparisons).toMatchObject([
        { rater: 'r', source: 'people' },
      ]);
    },
  );

  it('is not taken for another set’s because of one telling name', () => {
    const rows = [{ ...BATTLE, rater: 'r', prompt_id: 'p', weight: 3, tstamp: 1_700_000_000 }];
    expect(read(rows).format).toBe('plain');
    expect(read([{ ...rows[0], conversation_a: [], conversation_b: [] }])).toMatchObject({
      format: 'fastchat-battles',
      comparisons: [{ rater: 'r', promptKey: 'p', weight: 3 }],
    });
  });

  it('is listed where it is read by nobody, in whichever row it comes', () => {
    const late = Array.from({ length: 150 }, (_, i) => (i === 140 ? { ...BATTLE, wieght: 2 } : BATTLE));
    expect(read(late).unused).toEqual(['wieght']);
    expect(read('model_a,model_b,winner,ratr\nx,y,a,r\n').unused).toEqual(['ratr']);
  });
});

describe('a judge by name', () => {
  it.each([
    ['expert_1', 'people'],
    ['author_2', 'people'],
    ['arena_user_1', 'people'],
    ['annotator_0', 'people'],
    ['gpt4_pair', 'judges'],
    ['claude', 'judges'],
  ])('%s is of %s', (judge, source) => {
    expect(read([{ ...MT_BENCH, judge }]).comparisons).toMatchObject([{ rater: judge, source }]);
    expect(read([{ ...BATTLE, judge }]).comparisons).toMatchObject([{ rater: judge, source }]);
    expect(read([{ ...BATTLE, anony: true, judge }]).comparisons).toMatchObject([{ source: 'people' }]);
  });

  it('is not asked where the row says whose it is, if in a word that is known', () => {
    expect(read([{ ...BATTLE, judge: 'gpt-4', source: 'human' }]).comparisons).toMatchObject([
      { source: 'people' },
    ]);
    const rows = [{ ...BATTLE, source: 'lmsys' }];
    expect(read(rows).refused).toMatchObject([{ column: 'source', value: 'lmsys' }]);
    expect(read(rows, { map: { source: 'note' } })).toMatchObject({ refused: [], unused: ['note'] });
  });

  it('makes no verdict of what a person says', () => {
    const rows = [{ ...BATTLE, judge: 'gpt-4', voter: 'v' }];
    expect(read(rows).comparisons).toMatchObject([{ rater: 'v', source: 'people' }]);
  });
});

describe('one column an outcome', () => {
  it.each<readonly [object, string]>([
    [{ winner_model_a: 1, winner_model_b: 0, winner_tie: 0 }, 'a'],
    [{ winner_model_a: false, winner_model_b: true, winner_tie: false }, 'b'],
    [{ winner_model_a: 'False', winner_model_b: 'False', winner_tie: 'True' }, 'tie'],
    [{ winner_model_a: '0.0', winner_model_b: '1.0' }, 'b'],
    [{ winner_model_a: null, winner_model_b: null, winner_tie: null, winner_both_bad: 1 }, 'both_bad'],
    [{ winner_model_a: 0, winner_model_b: 0, winner_tie: 0, winner_bothbad: 'true' }, 'both_bad'],
  ])('%j', (flags, outcome) => {
    expect(read([{ model_a: 'x', model_b: 'y', ...flags }]).comparisons).toMatchObject([{ outcome }]);
  });

  it.each<readonly [object]>([
    [{ winner_model_a: 0, winner_model_b: 0 }],
    [{ winner_model_a: 1, winner_model_b: 1, winner_tie: 0 }],
    [{ winner_model_a: 0.6, winner_model_b: 0.4, winner_tie: 0 }],
    [{ winner_model_a: 'yes', winner_model_b: 'no', winner_tie: 'no' }],
  ])('%j is refused', (flags) => {
    const { comparisons, refused } = read([{ model_a: 'x', model_b: 'y', ...flags }]);
    expect(comparisons).toEqual([]);
    expect(refused).toMatchObject([{ column: 'winner_model_a' }]);
  });

  it('may be called otherwise', () => {
    const map = { won_left: 'winner_model_a', won_right: 'winner_model_b', draw: 'winner_tie' };
    const rows = [{ model_a: 'x', model_b: 'y', won_left: 0, won_right: 1, draw: 0 }];
    expect(read(rows, { map }).comparisons).toMatchObject([{ outcome: 'b' }]);
  });
});

describe('the winner’s own name', () => {
  it.each([
    ['alpha', 'a'],
    [' beta ', 'b'],
  ])('%s is a label', (winner, outcome) => {
    const rows = [{ model_a: 'alpha', model_b: 'beta', winner }];
    expect(read(rows).comparisons).toMatchObject([{ outcome }]);
    expect(read(rows).labels).toEqual([{ value: winner.trim(), count: 1, means: 'name' }]);
  });

  it('of neither model is refused, and so is one that is a label for the other slot', () => {
    expect(read([{ ...BATTLE, winner: 'z' }]).refused).toMatchObject([{ column: 'winner', value: 'z' }]);
    const crossed = [{ model_a: 'B', model_b: 'A', winner: 'B' }];
    expect(read(crossed).refused).toMatchObject([{ column: 'winner', value: 'B' }]);
    const labels = { B: { outcome: 'a', strength: 1 } } as const;
    expect(read(crossed, { labels }).comparisons).toMatchObject([{ outcome: 'a' }]);
    expect(read([{ model_a: 'A', model_b: 'B', winner: 'B' }]).comparisons).toMatchObject([{ outcome: 'b' }]);
  });
});

describe('own labels', () => {
  const labels = {
    '1': { outcome: 'a', strength: 1 },
    '2': { outcome: 'b', strength: 3 },
    '3': { outcome: 'tie', strength: 1 },
    '-1': 'skip',
    tie: { outcome: 'both_bad', strength: 1 },
  } as const;

  it('come before those that are known, and count as often as they are strong', () => {
    const rows = [1, 2, '3', '1.0', 'tie', 'model_b', -1].map((winner) => ({ ...BATTLE, winner }));
    const { comparisons, leftOut, labels: seen } = read(rows, { labels });
    expect(comparisons.map(({ outcome, weight = 1 }) => [outcome, weight])).toEqual([
      ['a', 1],
      ['b', 3],
      ['tie', 1],
      ['a', 1],
      ['both_bad', 1],
      ['b', 1],
    ]);
    expect(leftOut).toEqual({ skipped: 1 });
    expect(seen).toContainEqual({ value: '-1', count: 1, means: 'skip' });
  });

  it('multiply with the weight of the row', () => {
    const rows = [{ ...BATTLE, winner: 2, weight: 0.5 }];
    expect(read(rows, { labels }).comparisons).toMatchObject([{ weight: 1.5 }]);
  });

  it('are for every place where a format has an outcome', () => {
    const pandalm = [{ ...ROWS.pandalm, annotator1: 2, annotator2: '-1', annotator3: 0 }];
    const read1 = read(pandalm, { labels });
    expect(read1.comparisons.map(({ outcome, rater }) => [outcome, rater])).toEqual([
      ['b', 'annotator1'],
      ['tie', 'annotator3'],
    ]);
    expect(read1.leftOut).toEqual({ skipped: 1 });
    const arenaHard = [{ ...ROWS['arena-hard-judgment'], games: [{ score: '2' }, { score: '-1' }] }];
    expect(read(arenaHard, { labels }).comparisons).toMatchObject([{ outcome: 'b', weight: 3 }]);
    const alpaca = [{ ...ROWS['alpaca-eval-table'], preference: 3 }];
    expect(read(alpaca, { labels }).comparisons).toMatchObject([{ outcome: 'tie', shareA: 0.5 }]);
  });

  it('are listed with their counts and what they mean, unknown ones too', () => {
    const values = ['left_win', 'left_win', 'right_win', 'tie', ''];
    const { labels: seen, refused } = read(values.map((winner) => ({ ...BATTLE, winner })));
    expect(seen).toEqual([
      { value: 'left_win', count: 2, means: null },
      { value: 'right_win', count: 1, means: null },
      { value: 'tie', count: 1, means: 'tie' },
      { value: '', count: 1, means: null },
    ]);
    expect(refused.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('--label'));
  });

  it('stay few where the column holds something else', () => {
    const rows = Array.from({ length: 150 }, (_, i) => ({ ...BATTLE, winner: `text ${i}` }));
    const { labels: seen, moreLabels } = read(rows);
    expect([seen.length, moreLabels]).toEqual([100, 50]);
  });
});

describe('a preference on a scale', () => {
  it.each<readonly [number, number, number, string, number]>([
    [0, 1, 0.2, 'a', 0.8],
    [0, 1, 0.5, 'tie', 0.5],
    [1, 2, 2, 'b', 0],
    [1, 5, 4, 'b', 0.25],
    [3, -3, 3, 'a', 1],
  ])('%d..%d: %d', (low, high, preference, outcome, shareA) => {
    const { comparisons } = read([{ model_a: 'x', model_b: 'y', preference }], { preference: { low, high } });
    expect(comparisons).toMatchObject([{ outcome }]);
    expect(comparisons[0]!.shareA).toBeCloseTo(shareA, 12);
  });

  it('beyond its scale is refused', () => {
    const options = { preference: { low: 0, high: 1 } };
    expect(read([{ model_a: 'x', model_b: 'y', preference: 1.1 }], options).refused).toMatchObject([
      { column: 'preference', value: '1.1' },
    ]);
  });

  it('without a scale is in no known format, and the hint says what is missing', () => {
    expect(() => read([{ model_a: 'x', model_b: 'y', preference: 0.2 }])).toThrowError(
      expect.objectContaining({ code: 'unknown_format', hint: expect.stringContaining('--preference 0..1') }),
    );
  });

  it('may be the share of the point itself', () => {
    const { comparisons } = read([{ model_a: 'x', model_b: 'y', p: 0.9 }], { map: { p: 'share_a' } });
    expect(comparisons).toMatchObject([{ outcome: 'a', shareA: 0.9 }]);
  });
});

describe('what the voter saw', () => {
  const said = (asked: string, answer: unknown) => [
    { role: 'user', content: asked },
    { role: 'assistant', content: answer },
  ];
  const battle = (a: unknown, b: unknown) => ({
    ...BATTLE,
    anony: true,
    conversation_a: a,
    conversation_b: b,
  });

  it('is with the comparison, in every way that texts are written', () => {
    const python = `[{'role': 'user', 'content': 'q'} {'role': 'assistant', 'content': "it's a"}]`;
    for (const row of [
      battle(said('q', "it's a"), said('q', 'b')),
      battle(JSON.stringify(said('q', "it's a")), JSON.stringify(said('q', 'b'))),
      battle(python, said('q', [{ type: 'text', text: 'b', image: null }])),
      { ...ONE_HOT, prompt: '["q"]', response_a: '["it\'s a"]', response_b: "['b']" },
      { ...BATTLE, prompt: 'q', answer_a: "it's a", answer_b: 'b' },
      { ...MT_BENCH, conversation_a: said('q', "it's a"), conversation_b: said('q', 'b') },
    ]) {
      const { comparisons, answers, prompts } = read([row]);
      expect(comparisons).toMatchObject([{ shown: { a: ["it's a"], b: ['b'] } }]);
      expect(prompts).toMatchObject([{ turns: ['q'], key: comparisons[0]!.promptKey }]);
      expect(answers.map(({ model, turns }) => [model, turns])).toEqual([
        ['x', ["it's a"]],
        ['y', ['b']],
      ]);
    }
  });

  it('is one text where only the prompt, or only an answer, looks like a list of turns', () => {
    const list = "['a', 'b']";
    const rows = [
      { ...BATTLE, prompt: list, response_a: 'x', response_b: 'y' },
      { ...BATTLE, prompt: 'q', response_a: list, response_b: 'y' },
      { ...BATTLE, prompt: '["p", "q"]', response_a: list, response_b: '["c", "d"]' },
    ];
    const { prompts, comparisons } = read(rows);
    expect(prompts.map(({ turns }) => turns)).toEqual([[list], ['q'], ['p', 'q']]);
    expect(comparisons.map(({ shown }) => shown)).toEqual([
      { a: ['x'], b: ['y'] },
      { a: [list], b: ['y'] },
      { a: ['a', 'b'], b: ['c', 'd'] },
    ]);
  });

  it('may be a picture, a call of a tool, or nothing', () => {
    const picture = [{ role: 'user', content: [{ type: 'image', text: null, image: 'x.png' }] }];
    const tool = [
      { role: 'developer', content: 'be brief' },
      { role: 'user', content: 'u' },
      { role: 'assistant', content: null },
      { role: 'tool', content: '42' },
      { role: 'assistant', content: 'ok' },
    ];
    const { refused, prompts, comparisons } = read([battle(picture, picture), battle([], tool)]);
    expect(refused).toEqual([]);
    expect(prompts.map(({ turns }) => turns)).toEqual([['[image]'], ['u']]);
    expect(comparisons[1]).toMatchObject({ shown: { a: null, b: ['', 'ok'] } });
  });

  it('may be blank', () => {
    const rows = [
      { ...ONE_HOT, prompt: '["q"]', response_a: '["a", null]', response_b: '' },
      { ...BATTLE, prompt: 'q', answer_a: '', answer_b: ' \n' },
    ];
    expect(read(rows.slice(0, 1)).comparisons).toMatchObject([{ shown: { a: ['a', ''], b: [''] } }]);
    expect(read(rows.slice(1)).comparisons).toMatchObject([{ shown: { a: [''], b: [' \n'] } }]);
  });

  it('is not looked at where no text is wanted: damaged texts cost no vote', () => {
    const rows = [
      battle('[{"role": "user", "con', 7),
      battle([{ role: 'user', content: { oops: 1 } }], null),
      { ...ONE_HOT, prompt: 5, response_a: [1], response_b: {} },
      { ...ROWS['alpaca-eval-annotations'], instruction: ' ', output_1: [], output_2: {} },
      { ...ROWS.pandalm, instruction: null, response1: null },
    ];
    for (const row of rows) {
      expect(read([row]).refused, JSON.stringify(row)).toHaveLength(1);
      const { refused, comparisons } = read([row], {}, { texts: false });
      expect(refused).toEqual([]);
      expect(comparisons).toHaveLength(1);
      expect(comparisons[0]!.shown).toBeUndefined();
    }
  });

  it('tells prompts apart where they have no id, though no text is wanted', () => {
    const rows = [said('q', 'a'), said('q', 'other'), said('p', 'a')].map((each) => battle(each, each));
    const keys = (wants: RecordFieldChoice) =>
      read(rows, {}, wants).comparisons.map(({ promptKey }) => promptKey);
    expect(new Set(keys({ texts: false })).size).toBe(2);
    expect(keys({ texts: false })).toEqual(keys({}));
  });
});

describe('a vote that was not blind', () => {
  it.each([false, 'False', 'false', 0, '0'])('is marked: anony %j', (anony) => {
    for (const row of [
      { ...BATTLE, anony },
      { ...ONE_HOT, anony },
    ])
      expect(read([row]).comparisons).toMatchObject([{ unblinded: true }]);
  });

  it.each([true, 'True', 1, null, ''])('is none with anony %j', (anony) => {
    expect(read([{ ...BATTLE, anony }]).comparisons[0]!.unblinded).toBeUndefined();
  });

  it('is one of FastChat’s log whose models were shown', () => {
    const vote = (models: readonly string[]) => ({
      tstamp: 1_700_000_000,
      type: 'leftvote',
      models,
      states: [{ model_name: 'x' }, { model_name: 'y' }],
    });
    const { comparisons } = read([vote(['x', 'y']), vote(['', '']), vote(['Model A', 'Model B'])]);
    expect(comparisons.map(({ unblinded }) => unblinded)).toEqual([true, undefined, undefined]);
    const policy = { unblinded: 'drop', oversampled: 'keep' } as const;
    const dropped = read([vote(['x', 'y']), vote(['', ''])], {}, { policy });
    expect([dropped.comparisons.length, dropped.leftOut]).toEqual([1, { not_blind: 1 }]);
  });
});
