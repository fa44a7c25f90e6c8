/** White space of any script, and characters that are shown as nothing: zero-width ones, fillers, marks of direction. */
const NOTHING_TO_READ = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/**
 * Whether a text has nothing to read. A blank answer is what the model said, and no missing one: it is kept, counted
 * and judged. An answer is blank when all its turns are.
 */
export function isBlank(text: string): boolean {
  return NOTHING_TO_READ.test(text);
}
