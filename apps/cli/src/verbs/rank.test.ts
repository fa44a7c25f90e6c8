import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RatingResultJson, ratingResultSchema } from '@agon/contract';
import { isArenaError } from '@agon/domain';
import { writeArrow } from '@agon/formats/arrow';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { command } from './rank.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-rank-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

function file(name: string, lines: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}

async function rank(...args: string[]): Promise<RatingResultJson> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await command().parseAsync([...args, '--json'], { from: 'user' });
  return ratingResultSchema.parse(JSON.parse(written.join('')));
}

const votes = Array.from({ length: 120 }, (_, at) => ({
  model_a: ['x', 'y', 'z'][at % 3]!,
  model_b: ['y', 'z', 'x'][at % 3]!,
  winner: at % 5 < 3 ? 'model_a' : at % 7 === 0 ? 'tie' : 'model_b',
  prompt_id: `p${at}`,
}));
/** Says what people say, but of every sixth battle; and speaks of as many battles more. */
const verdicts = [...votes, ...votes.map((row) => ({ ...row, prompt_id: `more-${row.prompt_id}` }))].map(
  (row, at) => ({ ...row, winner: at % 6 === 0 ? 'tie' : row.winner }),
);

describe('agon rank --method prediction-powered', () => {
  it.each([
    [
      'a column that names the judge',
      () => [
        file('votes.jsonl', votes),
        file(
          'judged.jsonl',
          verdicts.map((row) => ({ ...row, judge: 'gpt-4' })),
        ),
      ],
    ],
    ['--verdicts', () => [file('votes.jsonl', votes), '--verdicts', file('plain.jsonl', verdicts)]],
  ])('pairs votes with verdicts by %s', async (_, args) => {
    const result = await rank(...args(), '--method', 'prediction-powered', '--cluster', 'prompt');
    const { judge_power: power } = result;
    expect(power).toMatchObject({
      votes: 120,
      paired_votes: 120,
      judged_battles: 240,
      extra_battles: 120,
    });
    expect(power?.lambda).toBeGreaterThan(0.5);
    expect(power?.narrower).toBeGreaterThan(0.1);
    for (const model of result.models) {
      expect(model.high! - model.low!).toBeLessThan(model.people_high! - model.people_low!);
    }
    expect(result.comparisons).toEqual({ read: 360, used: 360, excluded: [] });
  });

  it('refuses where nothing overlaps, and --verdicts elsewhere', async () => {
    const codeOf = (args: string[]) =>
      rank(...args).then(
        () => null,
        (error) => (isArenaError(error) ? error.code : error),
      );
    const path = file('votes.jsonl', votes);
    expect(await codeOf([path, '--method', 'prediction-powered'])).toBe('no_overlap');
    expect(await codeOf([path, '--method', 'prediction-powered', '--source', 'people'])).toBe(
      'unknown_option',
    );
    expect(await codeOf([path, '--verdicts', path])).toBe('unknown_option');
  });
});

describe('agon rank --method plackett-luce', () => {
  const lists = Array.from({ length: 40 }, (_, at) => ({
    ranking: [
      ['x', 'y', 'z'],
      ['y', 'x', 'z'],
      ['x', ['z', 'y']],
      ['z', 'x', 'y'],
    ][at % 4],
    rater: `r${at % 10}`,
  }));

  it('ranks lists, and comparisons of two beside them', async () => {
    const alone = await rank(file('lists.jsonl', lists), '--method', 'plackett-luce', '--cluster', 'rater');
    expect(alone.models.map(({ model }) => model)).toEqual(['x', 'y', 'z']);
    expect(alone.comparisons).toEqual({ read: 40, used: 40, excluded: [] });
    expect(alone.models.every(({ low, rating, high }) => low! < rating! && rating! < high!)).toBe(true);
    const mixed = await rank(
      file('lists.jsonl', lists),
      file('votes.jsonl', votes),
      '--method',
      'plackett-luce',
      '--ties',
      'drop',
    );
    const ties = votes.filter(({ winner }) => winner === 'tie').length;
    expect(mixed.comparisons).toEqual({
      read: 160,
      used: 160 - ties,
      excluded: [{ reason: 'tie', count: ties }],
    });
  });

  it('of pairs alone is bradley-terry; lists are refused by other methods', async () => {
    const path = file('votes.jsonl', votes);
    const [lists2, pairs] = [await rank(path, '--method', 'plackett-luce'), await rank(path)];
    expect(lists2.method).toBe('plackett-luce');
    expect(lists2.models).toEqual(pairs.models);
    await expect(rank(file('lists.jsonl', lists))).rejects.toThrow(
      'None of the 40 rows is left: 40 refused (a ranking of several models',
    );
  });
});

describe('agon rank --method contextual', () => {
  const styled = votes.map((row, at) => ({
    ...row,
    rater: `r${at % 9}`,
    sum_assistant_a_tokens: 100 + ((7 * at) % 311),
    sum_assistant_b_tokens: 90 + ((13 * at) % 401),
    bold_count_a: at % 4,
    bold_count_b: (at * at) % 5,
  }));
  const numbers = [
    'sum_assistant_a_tokens',
    'sum_assistant_b_tokens',
    'bold_count_a',
    'bold_count_b',
  ] as const;

  it('gives of an Arrow file what it gives of text with the same columns', async () => {
    const texts = (name: 'model_a' | 'model_b' | 'winner' | 'rater') => {
      const values = [...new Set(styled.map((row) => row[name]))];
      return { name, codes: Int16Array.from(styled, (row) => values.indexOf(row[name])), values };
    };
    const arrow = join(folder, 'styled.arrow');
    writeFileSync(
      arrow,
      writeArrow(
        [
          texts('model_a'),
          texts('model_b'),
          texts('winner'),
          texts('rater'),
          ...numbers.map((name) => ({ name, codes: Int32Array.from(styled, (row) => row[name]) })),
        ],
        { batchRows: 48 },
      ),
    );
    const csv = join(folder, 'styled.csv');
    const columns = ['model_a', 'model_b', 'winner', 'rater', ...numbers] as const;
    const lines = styled.map((row) => columns.map((name) => row[name]).join(','));
    writeFileSync(csv, [columns.join(','), ...lines].join('\n'));
    const options = ['--method', 'contextual', '--style', 'length,bold', '--cluster', 'rater'];
    const result = await rank(arrow, ...options);
    expect(result.comparisons).toMatchObject({ read: 120, used: 120 });
    expect(result.style?.map(({ coefficient }) => typeof coefficient)).toEqual(['number', 'number']);
    vi.restoreAllMocks();
    expect(await rank(file('styled.jsonl', styled), ...options)).toEqual(result);
    vi.restoreAllMocks();
    expect(await rank(csv, ...options)).toEqual(result);
    await expect(rank(arrow, '--method', 'contextual')).rejects.toThrow(
      'styled.arrow has no column header_count_a, header_count_b, list_count_a, list_count_b.',
    );
  });
});
