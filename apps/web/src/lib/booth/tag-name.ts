import { m } from '#paraglide/messages.js';

const NAMES: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    correct: m.booth_tag_correct,
    complete: m.booth_tag_complete,
    clear: m.booth_tag_clear,
    style: m.booth_tag_style,
    safe: m.booth_tag_safe,
  }),
);

/** A reason in the voter's language; one that a campaign made up is shown as it is written. */
export function tagName(tag: string): string {
  return NAMES.get(tag)?.() ?? tag;
}
