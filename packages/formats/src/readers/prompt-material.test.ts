import { describe, expect, it } from 'vitest';
import { RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';
import { writeCsv } from '../writers/write-rows.ts';

function read(text: string, map: Readonly<Record<string, string>> = {}) {
  const sink = new RecordSink(1);
  const file = new StreamedFile('notes.csv', { map }, sink);
  file.push(new TextEncoder().encode(text));
  return { ...file.end(), ...sink.records() };
}

const ROW = { prompt_id: 'p1', prompt: 'Name a prime.', model_a: 'x', model_b: 'y', winner: 'model_a' };
const asLine = (row: object) => JSON.stringify({ ...ROW, ...row });
const materialOf = (row: object) => read(asLine(row)).prompts[0]?.material;

const LEVELS = [
  { score: 1, text: 'no prime' },
  { score: 5, text: 'a prime\nand why' },
];
const CRITERIA = [
  { id: 'clear', text: 'Easy to follow', weight: 1 },
  { id: 'right', text: 'A prime: 2, 3, 5', weight: 2 },
];

describe('what a row has for judges', () => {
  it.each<readonly [string, object, object]>([
    ['a reference', { reference: '7' }, { reference: ['7'] }],
    ['a number as reference', { reference: 7 }, { reference: ['7'] }],
    ['a reference a turn', { reference: ['7', 'no'] }, { reference: ['7', 'no'] }],
    ['a context', { context: 'Primes: 2, 3.' }, { context: ['Primes: 2, 3.'] }],
    ['passages', { context: ['one', 'two'] }, { context: ['one', 'two'] }],
    [
      'passages in a cell, as Python prints them',
      { context: "['one', \"two's\"]" },
      { context: ['one', "two's"] },
    ],
    ['a checklist', { checklist: ['is prime', 'is short'] }, { checklist: ['is prime', 'is short'] }],
    [
      'a checklist a line',
      { checklist: '- is prime\n\n2. is short\r\n[ ] is 7' },
      { checklist: ['is prime', 'is short', 'is 7'] },
    ],
    [
      'a rubric of lines',
      { rubric: 'Is it prime?\n1: no prime\nScore 5: a prime\nand why' },
      { rubric: { name: 'Is it prime?', levels: LEVELS } },
    ],
    [
      'a rubric from the best',
      { rubric: '5: a prime\nand why\n1: no prime' },
      { rubric: { name: '', levels: LEVELS } },
    ],
    [
      'a rubric as an object',
      { rubric: { name: 'prime', levels: LEVELS } },
      { rubric: { name: 'prime', levels: LEVELS } },
    ],
    [
      'a rubric by score',
      { rubric: { 5: LEVELS[1]!.text, 1: 'no prime' } },
      { rubric: { name: '', levels: LEVELS } },
    ],
    [
      'a rubric as JSON in a cell',
      { rubric: JSON.stringify({ name: '', levels: LEVELS }) },
      { rubric: { name: '', levels: LEVELS } },
    ],
    [
      'a rubric in Chinese',
      { rubric: '分数 1：差\n5：好' },
      {
        rubric: {
          name: '',
          levels: [
            { score: 1, text: '差' },
            { score: 5, text: '好' },
          ],
        },
      },
    ],
    [
      'criteria',
      { criteria: [{ id: 'clear', text: 'Easy to follow' }, CRITERIA[1]] },
      { criteria: CRITERIA },
    ],
    [
      'criteria a line',
      { criteria: 'clear: Easy to follow\nshort' },
      { criteria: [CRITERIA[0], { id: 'short', text: 'short', weight: 1 }] },
    ],
    ['criteria by id', { criteria: { clear: 'Easy to follow' } }, { criteria: [CRITERIA[0]] }],
  ])('%s', (_, row, material) => {
    expect(materialOf(row)).toEqual(material);
  });

  it.each<readonly [string, object]>([
    ['nothing', {}],
    ['null', { reference: null, rubric: null }],
    ['blank cells and empty lists', { reference: ' ', checklist: [], context: '[]', rubric: '' }],
  ])('%s is none', (_, row) => {
    expect(materialOf(row)).toBeUndefined();
  });

  it.each<readonly [string, object, string, RegExp]>([
    [
      'a list of numbers as checklist',
      { checklist: [1, 2] },
      'checklist',
      /item 1 of the checklist is no text/,
    ],
    ['a blank item', { checklist: ['a', ' '] }, 'checklist', /item 2/],
    ['an item twice', { checklist: 'a\nb\na' }, 'checklist', /item 3 .* twice/],
    ['a number as checklist', { checklist: 3 }, 'checklist', /one item a line/],
    [
      'a checklist of 101',
      { checklist: Array.from({ length: 101 }, (_, i) => `i${i}`) },
      'checklist',
      /101 items; 100 at most/,
    ],
    ['a rubric without levels', { rubric: 'Be fair.' }, 'rubric', /no levels; .*one level a line/],
    ['a rubric of one level', { rubric: '1: bad' }, 'rubric', /two levels/],
    ['two levels of one score', { rubric: '1: bad\n1: worse' }, 'rubric', /two levels have the score 1/],
    ['a score that is none', { rubric: { good: 'x', bad: 'y' } }, 'rubric', /"good" is no score/],
    ['a level without text', { rubric: { 1: '', 2: 'x' } }, 'rubric', /level 1 has no text/],
    ['a level that is a text', { rubric: ['bad', 'good'] }, 'rubric', /level 1 is no/],
    ['passages that are objects', { context: [{ text: 'a' }] }, 'context', /not a list of texts/],
    ['blank passages', { context: ['', ' '] }, 'context', /empty/],
    ['a criterion without text', { criteria: [{ id: 'a' }] }, 'criteria', /criterion 1 has no id and text/],
    [
      'a weight of nothing',
      { criteria: [{ id: 'a', text: 'b', weight: 0 }] },
      'criteria',
      /the weight of "a"/,
    ],
    ['an id with a colon', { criteria: [{ id: 'a:b', text: 'c' }] }, 'criteria', /"a:b" has a colon/],
    ['two criteria of one id', { criteria: 'a: b\na: c' }, 'criteria', /the id "a"/],
  ])('%s is refused, with its column, value and line', (_, row, column, reason) => {
    const result = read(`${asLine({})}\n${asLine(row)}`);
    expect(result.refused).toEqual([
      {
        file: 'notes.csv',
        line: 2,
        column,
        value: expect.any(String),
        reason: expect.stringMatching(reason),
      },
    ]);
    expect(result.comparisons).toHaveLength(1);
  });

  it.each([
    ['prompts', { prompt_id: 'p', prompt: 'q' }],
    ['answers', { prompt_id: 'p', prompt: 'q', model: 'x', answer: 'y' }],
    ['answer-sheet', { prompt: 'q', 'gpt-4': 'a text', 'claude-2': 'another' }],
    ['plain', { ...ROW, answer_a: 'a', answer_b: 'b' }],
  ])('is read by the format %s, also from CSV, under the names that the caller gives', (format, row) => {
    const text = writeCsv([{ ...row, gold: '7', points: 'is prime\nis short' }]);
    const result = read(text, { gold: 'reference', points: 'checklist' });
    expect(result).toMatchObject({ format, unused: [], refused: [] });
    expect(result.prompts[0]?.material).toEqual({ reference: ['7'], checklist: ['is prime', 'is short'] });
  });

  it('is nothing where only comparisons are wanted, so that no vote is refused for it', () => {
    const sink = new RecordSink(1, { texts: false });
    const file = new StreamedFile('votes.jsonl', {}, sink);
    file.push(new TextEncoder().encode(asLine({ rubric: 'Be fair.' })));
    file.end();
    expect(sink.records()).toMatchObject({ refused: [], comparisons: [{ modelA: 'x' }] });
  });
});
