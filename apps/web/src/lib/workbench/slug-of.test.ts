import { slugSchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { slugOf } from './slug-of.ts';

describe('slugOf', () => {
  it.each([
    ['Spring round, 2nd', 'spring-round-2nd'],
    ['  Élan vital  ', 'elan-vital'],
    ['春季评测 2026', '2026'],
    ['春季评测', ''],
    [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
  ])('%j → %j', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
    if (slug !== '') expect(slugSchema.safeParse(slug).success).toBe(true);
  });
});
