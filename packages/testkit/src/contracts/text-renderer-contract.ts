import type { TextRenderer } from '@agon/arena';
import { describe, expect, it } from 'vitest';

export function textRendererContract(make: () => TextRenderer): void {
  describe('the contract of TextRenderer', () => {
    it('gives the same for the same text, however often it is asked: both slots look alike', () => {
      const renderer = make();
      const text = '**bold** `code` $x^2$\n\n| a | b |\n|---|---|\n| 1 | 2 |';
      const first = renderer.render(text);
      expect(renderer.render(text)).toEqual(first);
      expect(make().render(text)).toEqual(first);
    });

    it('lets no element of the text through', () => {
      for (const text of ['<script>x()</script>', '<img src=x onerror=x()>', '<iframe src="//x"></iframe>']) {
        expect(make().render(text).html).not.toMatch(/<(script|img|iframe)/i);
      }
    });

    it('says which way a text runs', () => {
      expect(make().render('hello').direction).not.toBe('rtl');
      expect(make().render('שלום עולם').direction).not.toBe('ltr');
    });
  });
}
