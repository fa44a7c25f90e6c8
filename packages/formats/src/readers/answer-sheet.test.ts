import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../format.ts';
import { RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';
import { writeCsv } from '../writers/write-rows.ts';

function read(text: string, options: ReadOptions = {}) {
  const sink = new RecordSink(1);
  const file = new StreamedFile('sheet', options, sink);
  file.push(new TextEncoder().encode(text));
  return { ...file.end(), ...sink.records() };
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const SHEET = [
  { prompt: 'Why is the sky blue?', 'gpt-4': 'Rayleigh.', 'My Model': 'It reflects the sea.' },
  { prompt: 'Say nothing.', 'gpt-4': '', 'My Model': ' ' },
];
const answersOf = ({ answers }: ReturnType<typeof read>) =>
  answers.map(({ model, turns, promptKey }) => [promptKey, model, turns[0]]);

describe('an answer sheet', () => {
  it.each([
    ['CSV', writeCsv(SHEET)],
    ['JSONL', lines(SHEET)],
    ['a JSON list', JSON.stringify(SHEET)],
  ])('is known by itself, as %s; blank answers are answers', (_, text) => {
    const result = read(text);
    expect(result).toMatchObject({
      format: 'answer-sheet',
      models: ['gpt-4', 'My Model'],
      unused: [],
      refused: [],
    });
    const [first, second] = result.prompts.map(({ key }) => key);
    expect(first).toMatch(/^prompt-[0-9a-f]{16}$/);
    expect(answersOf(result)).toEqual([
      [first, 'gpt-4', 'Rayleigh.'],
      [first, 'My Model', 'It reflects the sea.'],
      [second, 'gpt-4', ''],
      [second, 'My Model', ' '],
    ]);
  });

  it('has the ids of its prompts where they are there, and what is said of them', () => {
    const row = {
      id: 7,
      question: 'q',
      category: 'math',
      language: 'en',
      reference: '4',
      'llama-2': 'a',
      claude: 'b',
    };
    const result = read(lines([row]));
    expect(result.format).toBe('answer-sheet');
    expect(result.prompts).toMatchObject([
      { key: '7', turns: ['q'], category: 'math', language: 'en', material: { reference: ['4'] } },
    ]);
  });

  it('may have several turns', () => {
    const row = { prompt: ['one', 'two'], x: '["a", "b"]', y: ['c', 'd'] };
    const { answers } = read(lines([row]), { models: ['x', 'y'] });
    expect(answers.map(({ turns }) => turns)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('leaves out who was not asked', () => {
    const { answers, refused } = read(lines([...SHEET, { prompt: 'q', 'gpt-4': null }]));
    expect(refused).toEqual([]);
    expect(answers).toHaveLength(4);
  });

  it.each<readonly [string, object]>([
    ['a list of prompts with notes', { id: 1, prompt: 'p', hint: 'some text', comment2: 'more' }],
    ['prompts of some kinds', { id: 1, prompt: 'p', genre: 'poem', mood: 'sad' }],
  ])('is not seen in %s', (_, row) => {
    const { format, unused, answers } = read(lines([row]));
    expect([format, answers.length]).toEqual(['prompts', 0]);
    expect(unused).toHaveLength(2);
  });

  it.each<readonly [string, object]>([
    ['multiple choice', { question: 'q', A: 'one', B: 'two', C: 'three', D: 'four', answer: 'A' }],
    ['training data', { instruction: 'i', input: 'in', output: 'out' }],
    ['preferences', { prompt: 'p', chosen: 'good', rejected: 'bad' }],
    ['a score beside the models', { prompt: 'p', 'gpt-4': 'a', claude: 'b', score: 'good' }],
    ['numbers', { prompt: 'p', alpha: '3', beta: '4.5' }],
    ['dates', { prompt: 'p', first: '2024-05-01', second: 'True' }],
    ['one model', { prompt: 'p', 'gpt-4': 'a' }],
    ['pairs of texts', { id: 1, prompt: 'p', text1: 'a', text2: 'b', pw: 'left' }],
  ])('is not seen in %s', (_, row) => {
    for (const text of [lines([row]), writeCsv([{ ...row }])])
      expect(() => read(text)).toThrowError(expect.objectContaining({ code: 'unknown_format' }));
  });

  it('is read as told: models by name, or all texts that are no usual column', () => {
    const row = { Frage: 'q', A: 'one', B: 'two', answer: 'A', notes: 'n' };
    const map = { Frage: 'prompt' };
    expect(read(lines([row]), { map, models: ['A', 'answer'] })).toMatchObject({
      models: ['A', 'answer'],
      unused: ['B', 'notes'],
      answers: [{ model: 'A' }, { model: 'answer' }],
    });
    const scored = { prompt: 'p', mine: 'a', theirs: 'b', winner: 'mine' };
    expect(read(writeCsv([scored]), { format: 'answer-sheet' })).toMatchObject({
      models: ['mine', 'theirs'],
      unused: ['winner'],
    });
  });

  it('names what is missing', () => {
    expect(() => read(lines(SHEET), { models: ['gpt-5'] })).toThrowError(
      expect.objectContaining({ code: 'unknown_option', message: expect.stringContaining('"gpt-5"') }),
    );
    expect(() => read(lines([{ Frage: 'q', A: 'one' }]), { models: ['A'] })).toThrowError(
      expect.objectContaining({ hint: expect.stringContaining('--map COLUMN=prompt') }),
    );
  });
});
