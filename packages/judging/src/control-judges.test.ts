import { describe, expect, it } from 'vitest';
import { CONTROL_JUDGES, judgeByRule } from './control-judges.ts';

const item = (a: string, b: string, prompt = 'Q') => ({ prompt: [prompt], candidates: [[a], [b]] });

describe('control judges', () => {
  it.each([
    ['control-longest', 'long text', 'short', [0, 1], 'a'],
    ['control-longest', 'x', 'yy', [1, 0], 'b'],
    // one code point each, though two UTF-16 units on one side
    ['control-longest', '𝐀', 'A', [0, 1], 'tie'],
    ['control-first', 'x', 'y', [0, 1], 'a'],
    ['control-first', 'x', 'y', [1, 0], 'b'],
    ['control-markdown', '# H\n- one\n**b**', '- one\n- two', [0, 1], 'a'],
    ['control-markdown', '```\n# a\n# b\n```', '1. one', [0, 1], 'b'],
    ['control-markdown', 'plain', 'as well', [0, 1], 'tie'],
  ] as const)('%s', (id, a, b, order, outcome) => {
    expect(judgeByRule(id, item(a, b), order, 's')).toBe(outcome);
  });

  it('tosses one fair coin for each item and seed, whatever the order', () => {
    const tosses = Array.from({ length: 400 }, (_, i) =>
      judgeByRule('control-coin', item('x', 'y', `${i}`), [0, 1], 's'),
    );
    const heads = tosses.filter((side) => side === 'a').length;
    // 400 tosses: 4.5 standard deviations are 45
    expect(Math.abs(heads - 200)).toBeLessThan(45);
    expect(tosses).toEqual(
      tosses.map((_, i) => judgeByRule('control-coin', item('x', 'y', `${i}`), [1, 0], 's')),
    );
    expect(tosses).not.toEqual(
      tosses.map((_, i) => judgeByRule('control-coin', item('x', 'y', `${i}`), [0, 1], 't')),
    );
  });

  it('are four', () => expect(CONTROL_JUDGES).toHaveLength(4));
});
