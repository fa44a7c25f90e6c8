import type { ScoreInput } from '../ports/model-client.ts';

/** What a scored input is made of, as the roles of a conversation have it. */
export function scoreTexts(
  input: ScoreInput,
): readonly { readonly role: 'user' | 'assistant'; readonly text: string }[] {
  if (input.kind === 'conversation')
    return input.messages.map(({ role, content }) => ({ role, text: content }));
  const texts = input.kind === 'text' ? [input.text] : [input.first, input.second];
  return texts.map((text) => ({ role: 'user', text }));
}
