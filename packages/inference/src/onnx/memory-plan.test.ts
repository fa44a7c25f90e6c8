import { describe, expect, it } from 'vitest';
import { MAX_ROWS, type MemoryWish, planMemory } from './memory-plan.ts';

const MIB = 2 ** 20;
// as SmolLM2-135M: 30 layers of keys and values, 3 heads of 64 numbers
const size = {
  fileBytes: 150 * MIB,
  floatBytes: 513 * MIB,
  stateBytesPerToken: 30 * 2 * 3 * 64 * 4,
  stateBytesPerRow: 0,
  vocabulary: 49_152,
};
const wish: MemoryWish = {
  modelFile: '/models/small/onnx/model.onnx',
  mostBytes: 8192 * MIB,
  mostFloatBytes: 4096 * MIB,
  kernels: 1,
  contextTokens: 8192,
  vocabulary: size.vocabulary,
  pieceTokens: 64,
};
const context = size.stateBytesPerToken * wish.contextTokens;

describe('the memory of a model', () => {
  it('counts files, float32 copies, keys and values of every row, the prefix cache and logits', () => {
    const plan = planMemory(size, wish);
    expect(plan.parts).toEqual({
      files: 150 * MIB,
      floatWeights: 2 * 513 * MIB,
      keysAndValues: (MAX_ROWS + 1) * context,
      prefixCache: 384 * MIB,
      logits: 49_152 * (64 * 4 + 8),
    });
    expect(plan.bytes).toBe(Object.values(plan.parts).reduce((sum, each) => sum + each, 0));
    expect(plan).toMatchObject({
      rows: MAX_ROWS,
      contextTokens: 8192,
      hasFloatWeights: true,
      notes: [],
    });
  });

  it.each([
    ['fewer rows', 3000, { hasFloatWeights: true, contextTokens: 8192, rows: 2 }],
    ['a shorter context', 1900, { hasFloatWeights: true, contextTokens: 3584, rows: 2 }],
    ['weights as they are', 1500, { hasFloatWeights: false, contextTokens: 8192, rows: 2 }],
  ])(
    'takes %s where the rest does not fit, says so, and stays within its limit',
    (_what, mebibytes, expected) => {
      const plan = planMemory(size, { ...wish, mostBytes: mebibytes * MIB });
      expect(plan).toMatchObject(expected);
      expect(plan.notes.length).toBeGreaterThan(0);
      expect(plan.bytes).toBeLessThanOrEqual(mebibytes * MIB);
      expect(plan.contextTokens % 64).toBe(0);
    },
  );

  it('refuses what does not fit at its smallest, part by part', () => {
    expect(() => planMemory(size, { ...wish, mostBytes: 200 * MIB })).toThrow(
      expect.objectContaining({
        code: 'too_large',
        message: expect.stringMatching(
          /takes 458 MiB at least \(150 MiB for its files, 270 MiB for keys and values of 2048 tokens, 25 MiB for prompts .* 13 MiB for logits\), and it may take 200 MiB/,
        ),
        at: { file: wish.modelFile },
      }),
    );
  });

  it('leaves copies out where they were not wanted', () => {
    const plan = planMemory(size, { ...wish, mostFloatBytes: 0, kernels: 2 });
    expect(plan).toMatchObject({ hasFloatWeights: false, notes: [] });
    expect(plan.parts).toMatchObject({ files: 300 * MIB, floatWeights: 0 });
  });
});
