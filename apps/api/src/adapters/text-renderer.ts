import type { TextRenderer } from '@agon/arena';
import { LruMap } from './lru-map.ts';

type Rendered = ReturnType<TextRenderer['render']>;

/** Characters of text and HTML kept: about 64 MB, which holds the answers of several campaigns. */
const KEPT_CHARACTERS = 32 * 1024 * 1024;

/** Each text is rendered once and then shown from memory: the same answers are drawn for many voters. */
export function cacheRenderer(render: (text: string) => Rendered): TextRenderer {
  const kept = new LruMap<Rendered>(KEPT_CHARACTERS, (text, { html }) => text.length + html.length);
  return {
    render(text) {
      const known = kept.get(text);
      if (known !== undefined) return known;
      const rendered = render(text);
      kept.set(text, rendered);
      return rendered;
    },
  };
}
