import { STYLE_COUNTS } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { ColumnSink } from '../columns/column-sink.ts';
import { StreamedFile } from '../streamed-file.ts';

function styleOf(name: string, text: string) {
  const sink = new ColumnSink({ rater: true, prompt: false, style: STYLE_COUNTS });
  const file = new StreamedFile(name, {}, sink);
  file.push(new TextEncoder().encode(text));
  file.end();
  const { columns, refused } = sink.taken();
  const counts = (row: number, slot: 'a' | 'b') =>
    STYLE_COUNTS.map((count) => columns.style![slot][count]![row]!);
  return { columns, refused, counts };
}

describe('style that files carry', () => {
  it('counts the answers of plain rows, and knows which have none', () => {
    const rows = [
      { model_a: 'x', model_b: 'y', winner: 'model_a', rater: 'r', answer_a: '# T\n- i', answer_b: '**b**' },
      { model_a: 'x', model_b: 'y', winner: 'tie', rater: 's' },
    ];
    const { columns, counts } = styleOf('v.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(columns.length).toBe(2);
    expect(columns.raters).toEqual(['r', 's']);
    expect(counts(0, 'a')).toEqual([7, 7, 1, 1, 0]);
    expect(counts(0, 'b')).toEqual([5, 5, 0, 0, 1]);
    expect(counts(1, 'a').every(Number.isNaN)).toBe(true);
  });

  it('takes the counts of FastChat’s metadata, tokens as the length', () => {
    const side = (slot: string, tokens: number) => ({
      [`sum_assistant_${slot}_tokens`]: tokens,
      [`header_count_${slot}`]: { h1: 1, h2: 2 },
      [`list_count_${slot}`]: { ordered: 3, unordered: 4 },
      [`bold_count_${slot}`]: { '**': 5, __: 0 },
    });
    const row = {
      model_a: 'x',
      model_b: 'y',
      winner: 'model_b',
      tstamp: 1,
      conv_metadata: { ...side('a', 100), ...side('b', 50) },
    };
    const { counts, refused } = styleOf('battles.jsonl', JSON.stringify(row));
    expect(refused).toEqual([]);
    expect(counts(0, 'a')).toEqual([100, 100, 3, 7, 5]);
    expect(counts(0, 'b')).toEqual([50, 50, 3, 7, 5]);
  });

  it('keeps the counts when it grows', () => {
    const row = (i: number) =>
      JSON.stringify({
        model_a: 'x',
        model_b: 'y',
        winner: 'tie',
        answer_a: 'a'.repeat(i % 50),
        answer_b: 'b',
      });
    const { columns, counts } = styleOf(
      'v.jsonl',
      Array.from({ length: 3000 }, (_, i) => row(i + 1)).join('\n'),
    );
    expect(columns.length).toBe(3000);
    expect(counts(2047, 'a')[0]).toBe(2048 % 50);
    expect(counts(0, 'b')[0]).toBe(1);
  });
});
