/** Families whose members introduce themselves by another name than their file has. */
const FAMILIES: readonly { readonly name: RegExp; readonly aliases: readonly string[] }[] = [
  { name: /^(gpt|chatgpt|text-davinci|o\d)/i, aliases: ['ChatGPT', 'OpenAI'] },
  { name: /claude/i, aliases: ['Claude', 'Anthropic'] },
  { name: /gemini|palm|bard/i, aliases: ['Gemini', 'Bard', 'Google'] },
  { name: /gemma/i, aliases: ['Gemma', 'Google'] },
  { name: /llama/i, aliases: ['LLaMA', 'Meta AI'] },
  { name: /vicuna/i, aliases: ['Vicuna', 'LMSYS'] },
  { name: /alpaca/i, aliases: ['Alpaca', 'Stanford Alpaca'] },
  { name: /mixtral|mistral/i, aliases: ['Mistral', 'Mixtral', 'Mistral AI'] },
  { name: /qwen|tongyi/i, aliases: ['Qwen', 'Tongyi Qianwen', '通义千问', 'Alibaba Cloud'] },
  { name: /glm/i, aliases: ['ChatGLM', 'GLM', '智谱'] },
  { name: /deepseek/i, aliases: ['DeepSeek', '深度求索'] },
  { name: /baichuan/i, aliases: ['Baichuan', '百川'] },
  { name: /internlm/i, aliases: ['InternLM', '书生'] },
  { name: /(^|[^a-z])yi-/i, aliases: ['01.AI', '零一万物'] },
  { name: /command-r|cohere/i, aliases: ['Command R', 'Cohere'] },
  { name: /grok/i, aliases: ['Grok', 'xAI'] },
  { name: /phi-\d/i, aliases: ['Phi', 'Microsoft'] },
  { name: /smollm/i, aliases: ['SmolLM', 'Hugging Face'] },
  { name: /koala/i, aliases: ['Koala'] },
  { name: /dolly/i, aliases: ['Dolly', 'Databricks'] },
  { name: /falcon/i, aliases: ['Falcon', 'TII'] },
  { name: /wizardlm/i, aliases: ['WizardLM'] },
  { name: /starling/i, aliases: ['Starling'] },
  { name: /openassistant|oasst/i, aliases: ['Open Assistant'] },
];

/** Names under which a model may introduce itself, besides its own. `gpt-3.5-turbo` → GPT-3.5, ChatGPT, OpenAI. */
export function defaultAliases(modelName: string): string[] {
  const short = modelName.split('/').at(-1) ?? modelName;
  const version = /^([a-z]+[- ]?\d+(?:\.\d+)?)(?=[^\d.]|$)/i.exec(short)?.[1];
  const known = FAMILIES.filter((family) => family.name.test(short)).flatMap((family) => family.aliases);
  const aliases = [...(version === undefined || version === short ? [] : [version]), ...known];
  return [...new Set(aliases)].filter((alias) => alias.toLowerCase() !== modelName.toLowerCase());
}
