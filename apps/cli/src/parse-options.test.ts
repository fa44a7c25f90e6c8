import { expect, it } from 'vitest';
import { columnMap } from './parse-options.ts';

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
