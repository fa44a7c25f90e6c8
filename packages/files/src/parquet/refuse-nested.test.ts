import { MAX_NESTED } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { refuseNested } from './parquet-file.ts';

const group = (parts: number) => ({ num_children: parts });
const leaf = {};

describe('columns of a Parquet file', () => {
  it.each<[string, readonly { num_children?: number }[]]>([
    ['side by side', [group(3), leaf, leaf, leaf]],
    ['a hundred thousand side by side', [group(100_000), ...Array.from({ length: 100_000 }, () => leaf)]],
    [
      'many lists side by side',
      [group(500), ...Array.from({ length: 500 }, () => [group(1), group(1), leaf]).flat()],
    ],
    ['as deep as may be', [group(1), ...Array.from({ length: MAX_NESTED }, () => group(1)), leaf]],
  ])('%s are read', (_, schema) => {
    expect(() => refuseNested(schema)).not.toThrow();
  });

  it.each([MAX_NESTED + 1, 100_000])('%i levels are refused', (levels) => {
    const schema = [group(1), ...Array.from({ length: levels }, () => group(1)), leaf];
    expect(() => refuseNested(schema)).toThrow('nested more than 64 deep');
  });
});
