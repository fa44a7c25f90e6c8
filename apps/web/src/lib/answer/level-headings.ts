import type { Attachment } from 'svelte/attachments';

/** The level of the headings that the page puts above a text. */
const ABOVE = 2;

/**
 * Levels without gaps: an answer that begins with its third level, or jumps over one, would break the outline of the
 * page. Order and nesting stay.
 * @param given levels in the order of the text, 3 to 6
 */
export function closeGaps(given: readonly number[]): number[] {
  const open: number[] = [];
  return given.map((level) => {
    while ((open.at(-1) ?? 0) >= level) open.pop();
    open.push(level);
    return ABOVE + open.length;
  });
}

/** Tells assistive technology the levels without gaps; what is seen stays as it is. */
export const levelHeadings: Attachment<HTMLElement> = (text) => {
  const headings = [...text.querySelectorAll<HTMLElement>('h3, h4, h5, h6')];
  const given = headings.map((heading) => Number(heading.tagName.slice(1)));
  closeGaps(given).forEach((level, index) => {
    if (level !== given[index]) headings[index]?.setAttribute('aria-level', String(level));
  });
};
