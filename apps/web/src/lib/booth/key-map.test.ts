import { describe, expect, it } from 'vitest';
import { actionOf, type KeyPress } from './key-map.ts';

const press = (key: string, given: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  where: 'page',
  ...given,
});

describe('actionOf', () => {
  it.each([
    ['1', { kind: 'vote', outcome: 'a' }],
    ['2', { kind: 'vote', outcome: 'tie' }],
    ['3', { kind: 'vote', outcome: 'both_bad' }],
    ['4', { kind: 'vote', outcome: 'b' }],
    ['ArrowLeft', { kind: 'vote', outcome: 'a' }],
    ['ArrowDown', { kind: 'vote', outcome: 'tie' }],
    ['ArrowUp', { kind: 'vote', outcome: 'both_bad' }],
    ['ArrowRight', { kind: 'vote', outcome: 'b' }],
    ['s', { kind: 'skip' }],
    ['S', { kind: 'skip' }],
    ['u', { kind: 'undo' }],
    ['n', { kind: 'note' }],
    ['?', { kind: 'keys' }],
    ['5', null],
    ['Enter', null],
    ['constructor', null],
  ])('reads %s as %j', (key, action) => {
    expect(actionOf(press(key), true)).toEqual(action);
  });

  it.each([
    { ctrlKey: true },
    { metaKey: true },
    { altKey: true },
    { repeat: true },
    { where: 'typing' as const },
  ])('leaves a key to others: %j', (given) => {
    for (const key of ['1', 's', 'ArrowLeft', '?']) expect(actionOf(press(key, given), true)).toBeNull();
  });

  it('leaves the arrows to a part that scrolls, and the digits to the vote', () => {
    expect(actionOf(press('ArrowDown', { where: 'pane' }), true)).toBeNull();
    expect(actionOf(press('ArrowRight', { where: 'pane' }), true)).toEqual({ kind: 'vote', outcome: 'b' });
    expect(actionOf(press('ArrowRight', { where: 'arrows' }), true)).toBeNull();
    expect(actionOf(press('1', { where: 'arrows' }), true)).toEqual({ kind: 'vote', outcome: 'a' });
  });

  it('hears only ? when keys are off', () => {
    expect(actionOf(press('1'), false)).toBeNull();
    expect(actionOf(press('ArrowLeft'), false)).toBeNull();
    expect(actionOf(press('?'), false)).toEqual({ kind: 'keys' });
  });
});
