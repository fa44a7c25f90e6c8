import type { Attachment } from 'svelte/attachments';

const MIN_PX = 56;
/** Sideways at least this many times more than down: otherwise it was a scroll. */
const FLATNESS = 1.8;

/** Tells of a swipe across an element: `forward` is towards the start of the line, as one turns a page. */
export function swipes(onswipe: (direction: 'forward' | 'back') => void): Attachment<HTMLElement> {
  return (element) => {
    let start: { readonly x: number; readonly y: number } | null = null;
    const begin = (event: TouchEvent) => {
      const [touch] = event.touches;
      const isOne = event.touches.length === 1 && touch !== undefined;
      start =
        isOne && !scrollsSideways(event.target, element) ? { x: touch.clientX, y: touch.clientY } : null;
    };
    const end = (event: TouchEvent) => {
      const touch = event.changedTouches[0];
      if (start === null || touch === undefined) return;
      const dx = touch.clientX - start.x;
      const dy = touch.clientY - start.y;
      start = null;
      if (Math.abs(dx) < MIN_PX || Math.abs(dx) < FLATNESS * Math.abs(dy)) return;
      onswipe(dx < 0 ? 'forward' : 'back');
    };
    element.addEventListener('touchstart', begin, { passive: true });
    element.addEventListener('touchend', end, { passive: true });
    return () => {
      element.removeEventListener('touchstart', begin);
      element.removeEventListener('touchend', end);
    };
  };
}

/** A wide table or line of code under the finger moves itself. */
function scrollsSideways(target: EventTarget | null, edge: HTMLElement): boolean {
  for (
    let part = target instanceof Element ? target : null;
    part && part !== edge;
    part = part.parentElement
  ) {
    const overflow = getComputedStyle(part).overflowX;
    if (part.scrollWidth > part.clientWidth + 1 && (overflow === 'auto' || overflow === 'scroll'))
      return true;
  }
  return false;
}
