import { z } from 'zod';

/**
 * A number of a query, where all is text: `schema` sees the number that stands there. Blank text and what is neither text
 * nor number is refused; coercion alone would take it for 0.
 */
export function numberText<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => {
    if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value);
    return typeof value === 'number' || value === undefined ? value : Number.NaN;
  }, schema);
}
