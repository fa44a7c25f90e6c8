const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/**
 * Overrides and embeddings (U+202A–U+202E, U+2066–U+2069) can make a text read as another one, or leak into the text
 * after it. They are shown as U+FFFD; the marks LRM and RLM, which only help, stay.
 */
export function isolateBidi(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '\uFFFD');
}
