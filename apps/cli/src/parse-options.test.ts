import { expect, it } from 'vitest';
import { columnList, columnMap, labelMap, preferenceRange } from './parse-options.ts';

it('reads columns and their fields', () => {
  expect(columnMap(undefined)).toEqual({});
  expect(columnMap(['left=model_a', 'x = y=winner'])).toEqual({ left: 'model_a', 'x = y': 'winner' });
});

it.each(['left', '=winner', 'left='])('refuses %s', (pair) => {
  expect(() => columnMap([pair])).toThrowError(expect.objectContaining({ code: 'unknown_option' }));
});

it('refuses two fields for one column', () => {
  expect(() => columnMap(['left=model_a', 'left=model_b'])).toThrowError(
    expect.objectContaining({ code: 'unknown_option' }),
  );
});

it('reads labels and what they mean', () => {
  expect(labelMap(undefined)).toEqual({});
  expect(labelMap(['1=a', 'left_win = b', '=tie', '-1=skip', 'x=y=both_bad', 'A++=a*3', '2=b*0.5'])).toEqual({
    '1': { outcome: 'a', strength: 1 },
    left_win: { outcome: 'b', strength: 1 },
    '': { outcome: 'tie', strength: 1 },
    '-1': 'skip',
    'x=y': { outcome: 'both_bad', strength: 1 },
    'A++': { outcome: 'a', strength: 3 },
    '2': { outcome: 'b', strength: 0.5 },
  });
});

it.each([['1'], ['1='], ['1=c'], ['1=model_a'], ['1=a*'], ['1=a*0'], ['1=a*-1'], ['1=a*2*3'], ['1=skip*2']])(
  'refuses the label %s',
  (pair) => {
    expect(() => labelMap([pair])).toThrowError(expect.objectContaining({ code: 'unknown_option' }));
  },
);

it('refuses two meanings of one label', () => {
  expect(() => labelMap(['1=a', '1=b'])).toThrowError(expect.objectContaining({ code: 'unknown_option' }));
});

it('reads what a preference runs from and to', () => {
  expect(preferenceRange('0..1')).toEqual({ low: 0, high: 1 });
  expect(preferenceRange('3..-3')).toEqual({ low: 3, high: -3 });
  expect(preferenceRange('0.5..1.5')).toEqual({ low: 0.5, high: 1.5 });
});

it.each(['0', '0..', '..1', '0..0', '0..1..2', 'low..high', '0-1'])('refuses the preference %s', (text) => {
  expect(() => preferenceRange(text)).toThrowError(expect.objectContaining({ code: 'unknown_option' }));
});

it('reads lists of columns', () => {
  expect(columnList(['gpt-4, My Model', 'claude', 'claude'])).toEqual(['gpt-4', 'My Model', 'claude']);
  expect(() => columnList(['a,,b'])).toThrowError(expect.objectContaining({ code: 'unknown_option' }));
});
