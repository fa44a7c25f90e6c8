import type { Outcome } from '@agon/domain';

/** What a key means in the booth. */
export type BoothAction =
  | { readonly kind: 'vote'; readonly outcome: Outcome }
  | { readonly kind: 'skip' | 'undo' | 'note' | 'keys' };

/** A key press, and where it happened. */
export type KeyPress = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /** The key is held down: only the first press counts. */
  readonly repeat: boolean;
  readonly where: KeyPlace;
};

/** `typing`: a field that takes text. `pane`: an answer, which ↑ and ↓ scroll. `arrows`: a part that needs all four. */
export type KeyPlace = 'page' | 'typing' | 'pane' | 'arrows';

const vote = (outcome: Outcome): BoothAction => ({ kind: 'vote', outcome });

/** In the order of the buttons, left to right. */
export const OUTCOME_KEYS = [
  { key: '1', outcome: 'a' },
  { key: '2', outcome: 'tie' },
  { key: '3', outcome: 'both_bad' },
  { key: '4', outcome: 'b' },
] as const;

const ARROWS: ReadonlyMap<string, BoothAction> = new Map(
  Object.entries({
    ArrowLeft: vote('a'),
    ArrowRight: vote('b'),
    ArrowDown: vote('tie'),
    ArrowUp: vote('both_bad'),
  }),
);

const LETTERS: ReadonlyMap<string, BoothAction> = new Map<string, BoothAction>([
  ...OUTCOME_KEYS.map(({ key, outcome }) => [key, vote(outcome)] as const),
  ['s', { kind: 'skip' }],
  ['u', { kind: 'undo' }],
  ['n', { kind: 'note' }],
]);

/**
 * The action of a key press, or null where the key belongs to somebody else: the browser (with Ctrl, Alt, ⌘), a text
 * field, a part that scrolls. With keys switched off, only `?` is left, because it is the way to switch them on.
 */
export function actionOf(press: KeyPress, keysOn: boolean): BoothAction | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return null;
  if (press.where === 'typing') return null;
  if (press.key === '?') return { kind: 'keys' };
  if (!keysOn) return null;
  const arrow = ARROWS.get(press.key);
  if (arrow !== undefined) return isFree(press) ? arrow : null;
  return LETTERS.get(press.key.toLowerCase()) ?? null;
}

function isFree({ where, key }: KeyPress): boolean {
  return where === 'page' || (where === 'pane' && (key === 'ArrowLeft' || key === 'ArrowRight'));
}

/** Where in the page a key was pressed. */
export function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element)) return 'page';
  if (target.closest('textarea, select, [contenteditable=""], [contenteditable="true"]') !== null)
    return 'typing';
  const input = target.closest('input');
  if (input !== null) return input.type === 'radio' || input.type === 'checkbox' ? 'arrows' : 'typing';
  const scroller = target.closest('[tabindex="0"]');
  if (scroller === null) return 'page';
  return scroller.hasAttribute('data-pane') ? 'pane' : 'arrows';
}
