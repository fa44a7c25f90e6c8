import { describe, expect, it } from 'vitest';
import { drawBadge } from './get-badge.ts';

describe('a badge', () => {
  it('says label and value, for eyes and for screen readers', () => {
    const svg = drawBadge('Spring', 'gpt-4 1175 ± 69');
    expect(svg).toContain('aria-label="Spring: gpt-4 1175 ± 69"');
    expect(svg.match(/<text /g)).toHaveLength(2);
  });

  it('holds no markup of a name, and is cut where a name is long', () => {
    const svg = drawBadge('<script>', `${'x'.repeat(100)}"><a>`);
    expect(svg).not.toMatch(/<script|<a>/);
    expect(svg).toContain('…');
  });
});
