/** Chinese, Japanese and Korean writing, whose characters are most of a token each. */
const WIDE = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]/g;
/** Characters of other writing in a token, as tokenisers of the field have it for English prose. */
const CHARACTERS_A_TOKEN = 4;
const TOKENS_A_WIDE_CHARACTER = 0.8;
/** What a chat template adds to a message. */
const MESSAGE_TOKENS = 4;

/** A measure of length for people and budgets: within some 20 % of what tokenisers say of prose, further off for code. */
export function estimateTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return Math.ceil(wide * TOKENS_A_WIDE_CHARACTER + (text.length - wide) / CHARACTERS_A_TOKEN);
}

/** Tokens of a prompt as it is sent. @param turns what the user says; each turn is sent again with those after it */
export function estimatePromptTokens(system: string, turns: readonly string[]): number {
  const before = system === '' ? 0 : estimateTokens(system) + MESSAGE_TOKENS;
  let sent = before;
  let total = 0;
  for (const turn of turns) {
    sent += estimateTokens(turn) + MESSAGE_TOKENS;
    total += sent;
  }
  return total;
}
