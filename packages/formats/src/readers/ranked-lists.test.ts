import { describe, expect, it } from 'vitest';
import { RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';

function read(text: string, name = 'lists.jsonl', wants = { rankings: true }) {
  const sink = new RecordSink(1, wants);
  const file = new StreamedFile(name, {}, sink);
  file.push(new TextEncoder().encode(text));
  const { format } = file.end();
  const { refused, comparisons } = sink.records();
  return { format, comparisons, refused, lists: sink.rankings() };
}

const line = (row: object): string => JSON.stringify(row);

describe('ranked lists', () => {
  it.each([
    ['a list', line({ ranking: ['x', 'y', 'z'] }), [['x'], ['y'], ['z']], []],
    ['ties in a list of their own', line({ ranking: ['x', ['y', 'z']] }), [['x'], ['y', 'z']], []],
    ['a text', line({ ranking: 'x > y = z' }), [['x'], ['y', 'z']], []],
    ['the best of those shown', line({ ranking: ['y'], models: ['x', 'y', 'z'] }), [['y']], ['x', 'z']],
    [
      'models and ranks, with a tie and one unplaced',
      line({ models: ['x', 'y', 'z', 'w'], ranks: [2, 1, 2, null] }),
      [['y'], ['x', 'z']],
      ['w'],
    ],
    ['an N-way vote', line({ models: ['x', 'y', 'z'], winner: 'z' }), [['z']], ['x', 'y']],
  ])('%s', (_, text, places, unplaced) => {
    const { format, lists, refused } = read(text);
    expect(format).toBe('ranked-lists');
    expect(refused).toEqual([]);
    expect(lists).toEqual([{ places, unplaced, source: 'people' }]);
  });

  it('columns of a CSV, the empty last ones ending the list', () => {
    const { lists } = read('rater,rank_1,rank_2,rank_3\nann,x,y,z\nbob,y,x,\n', 'lists.csv');
    expect(lists).toEqual([
      { places: [['x'], ['y'], ['z']], unplaced: [], source: 'people', rater: 'ann' },
      { places: [['y'], ['x']], unplaced: [], source: 'people', rater: 'bob' },
    ]);
  });

  it.each([
    ['one model', { ranking: ['x'] }, 'a ranking of one model'],
    ['a model twice', { ranking: ['x', 'y', 'x'] }, 'a model twice in one ranking'],
    ['a model shown twice', { models: ['x', 'x', 'y'], winner: 'x' }, 'a model twice in one ranking'],
    ['a blank name', { ranking: ['x', 'y', ''] }, 'not a list of models'],
    ['a blank name in a text', { ranking: 'x > ' }, 'a model without a name'],
    ['signs alone', { ranking: ' > ' }, 'a model without a name'],
    [
      'thousands',
      { ranking: Array.from({ length: 1001 }, (_, at) => `m${at}`) },
      'more than 1000 models in one ranking',
    ],
    ['a number', { ranking: ['x', 3] }, 'not a list of models'],
    ['too few ranks', { models: ['x', 'y'], ranks: [1] }, '1 ranks for 2 models'],
    ['a strange winner', { models: ['x', 'y'], winner: 'z' }, 'a winner that was not shown'],
    ['no place', { models: ['x', 'y'], ranks: [null, null] }, 'no model has a place'],
    ['a strange model', { ranking: ['z'], models: ['x', 'y'] }, 'a ranked model that was not shown'],
    ['a crowd', { models: [...'abcdefghi'], ranks: Array(9).fill(1) }, 'more than 8 models share one place'],
  ])('%s is refused', (_, row, reason) => {
    const { lists, refused } = read(line(row));
    expect(lists).toEqual([]);
    expect(refused.map((fault) => fault.reason)).toEqual([reason]);
  });

  it('are refused, and said to be, where only comparisons of two are wanted', () => {
    const { refused } = read(line({ ranking: ['x', 'y', 'z'] }), 'lists.jsonl', { rankings: false });
    expect(refused[0]?.reason).toContain('plackett-luce');
  });
});
