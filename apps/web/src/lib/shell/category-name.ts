import { m } from '#paraglide/messages.js';

/** Categories that many prompt sets share; others are shown as the campaign writes them. */
const NAMES: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    writing: m.common_category_writing,
    roleplay: m.common_category_roleplay,
    reasoning: m.common_category_reasoning,
    math: m.common_category_math,
    coding: m.common_category_coding,
    extraction: m.common_category_extraction,
    stem: m.common_category_stem,
    humanities: m.common_category_humanities,
  }),
);

/** The name of a category in the reader's language, or the category itself. */
export function categoryName(category: string): string {
  return NAMES.get(category.toLowerCase())?.() ?? category;
}
