/**
 * Control words of chat templates, broken up by a zero-width space, so that a server that reads them in a message
 * cannot be told that another role speaks.
 */
export function withoutControlWords(text: string): string {
  return text.replace(CONTROL_WORDS, (found) => `${found[0]}\u200b${found.slice(1)}`);
}

const CONTROL_WORDS =
  /<[|｜][^|｜<>\n]{1,64}[|｜]>|<\/?s>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<<\/?SYS>>|<(?:start|end)_of_turn>|<\/?(?:think|thinking|reasoning|bos|eos|unused\d+)>/gi;
