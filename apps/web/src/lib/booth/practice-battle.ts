import type { BlindBattle } from '@agon/contract';

/** Plain text → the HTML that the API would make of it. */
function toHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<p dir="auto">${escaped}</p>`;
}

/** The one practice battle, made here: it is never sent, and its `ticket` is empty. */
export function practiceBattle(words: {
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
}): BlindBattle {
  const shown = (text: string) => ({ html: toHtml(text), direction: 'auto' as const });
  const answer = (text: string) => ({ turns: [{ ...shown(text), blank: false }] });
  return {
    id: 'practice',
    ticket: '',
    expires_at: '',
    prompt: { category: null, language: null, turns: [shown(words.prompt)] },
    answers: { a: answer(words.a), b: answer(words.b) },
  };
}
