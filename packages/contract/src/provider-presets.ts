/** How a service wants to be asked where it differs from what most take. */
export type ProviderQuirks = {
  /** The field for the longest reply; most know `max_tokens`, and a server that wants the other one is learned from. */
  readonly max_tokens?: 'max_completion_tokens';
  /** The header that carries the key; most want `authorization: Bearer`. */
  readonly key_header?: 'api-key';
  /** Sent with each call to an address with deployments in it (Azure's older form). */
  readonly api_version?: string;
  /** It has another name for a seed, or refuses one. */
  readonly seed?: 'random_seed' | 'none';
  /** Where effort and thinking budget are written; most take `reasoning_effort`, and no budget. */
  readonly reasoning?: 'openrouter' | 'anthropic' | 'gemini' | 'qwen';
  /** How a reply is begun for the model: by fields of vLLM, or by a mark on the message; most take a last message as it is. */
  readonly prefill?: 'continue_final_message' | 'prefix';
  /** How a reply is held to a schema where the server does not know `json_schema`: beside `json_object`. */
  readonly json_schema?: 'json_object';
  /** Has OpenAI's endpoints for files and batches; a batched call costs this share of a live one. */
  readonly batch?: { readonly price_share: number };
  /** Replies say what they cost. */
  readonly reports_cost?: true;
};

type Preset = {
  readonly title: string;
  /** Null: everybody has an address of their own there, as `example` shows. */
  readonly base_url: string | null;
  readonly example?: string;
  /** The variable that usually holds the key; null: it runs on one's own machine and needs none. */
  readonly key_env: string | null;
  readonly quirks?: ProviderQuirks;
};

const HALF = { price_share: 0.5 } as const;
const VLLM_PREFILL = 'continue_final_message';

/** What is known about providers of a name: where they are, which variable usually holds their key, how to ask them. */
export const PROVIDER_PRESETS = {
  custom: { title: 'Any OpenAI-compatible server', base_url: null, key_env: null },
  openai: {
    title: 'OpenAI',
    base_url: 'https://api.openai.com/v1',
    key_env: 'OPENAI_API_KEY',
    quirks: { max_tokens: 'max_completion_tokens', batch: HALF },
  },
  azure: {
    title: 'Azure OpenAI',
    base_url: null,
    example: 'https://RESOURCE.openai.azure.com/openai/v1',
    key_env: 'AZURE_OPENAI_API_KEY',
    quirks: {
      max_tokens: 'max_completion_tokens',
      key_header: 'api-key',
      api_version: '2024-10-21',
      batch: HALF,
    },
  },
  anthropic: {
    title: 'Anthropic',
    base_url: 'https://api.anthropic.com/v1',
    key_env: 'ANTHROPIC_API_KEY',
    quirks: { reasoning: 'anthropic', seed: 'none' },
  },
  gemini: {
    title: 'Google Gemini',
    base_url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    key_env: 'GEMINI_API_KEY',
    quirks: { reasoning: 'gemini' },
  },
  mistral: {
    title: 'Mistral',
    base_url: 'https://api.mistral.ai/v1',
    key_env: 'MISTRAL_API_KEY',
    quirks: { prefill: 'prefix', seed: 'random_seed' },
  },
  deepseek: {
    title: 'DeepSeek',
    base_url: 'https://api.deepseek.com/v1',
    key_env: 'DEEPSEEK_API_KEY',
    quirks: { prefill: 'prefix' },
  },
  dashscope: {
    title: 'Alibaba Model Studio (DashScope)',
    base_url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    key_env: 'DASHSCOPE_API_KEY',
    quirks: { reasoning: 'qwen', batch: HALF },
  },
  zhipu: {
    title: 'Zhipu (BigModel)',
    base_url: 'https://open.bigmodel.cn/api/paas/v4',
    key_env: 'ZHIPUAI_API_KEY',
  },
  zai: { title: 'Z.ai', base_url: 'https://api.z.ai/api/paas/v4', key_env: 'ZAI_API_KEY' },
  moonshot: {
    title: 'Moonshot (Kimi)',
    base_url: 'https://api.moonshot.ai/v1',
    key_env: 'MOONSHOT_API_KEY',
  },
  minimax: {
    title: 'MiniMax',
    base_url: 'https://api.minimax.io/v1',
    key_env: 'MINIMAX_API_KEY',
    quirks: { max_tokens: 'max_completion_tokens', seed: 'none' },
  },
  volcengine: {
    title: 'Volcengine Ark (Doubao)',
    base_url: 'https://ark.cn-beijing.volces.com/api/v3',
    key_env: 'ARK_API_KEY',
  },
  siliconflow: {
    title: 'SiliconFlow',
    base_url: 'https://api.siliconflow.cn/v1',
    key_env: 'SILICONFLOW_API_KEY',
    quirks: { reasoning: 'qwen', batch: HALF },
  },
  xai: { title: 'xAI', base_url: 'https://api.x.ai/v1', key_env: 'XAI_API_KEY' },
  cohere: {
    title: 'Cohere',
    base_url: 'https://api.cohere.ai/compatibility/v1',
    key_env: 'COHERE_API_KEY',
  },
  perplexity: {
    title: 'Perplexity',
    base_url: 'https://api.perplexity.ai',
    key_env: 'PERPLEXITY_API_KEY',
    quirks: { seed: 'none' },
  },
  groq: {
    title: 'Groq',
    base_url: 'https://api.groq.com/openai/v1',
    key_env: 'GROQ_API_KEY',
    quirks: { batch: HALF },
  },
  cerebras: { title: 'Cerebras', base_url: 'https://api.cerebras.ai/v1', key_env: 'CEREBRAS_API_KEY' },
  sambanova: { title: 'SambaNova', base_url: 'https://api.sambanova.ai/v1', key_env: 'SAMBANOVA_API_KEY' },
  together: { title: 'Together AI', base_url: 'https://api.together.xyz/v1', key_env: 'TOGETHER_API_KEY' },
  fireworks: {
    title: 'Fireworks AI',
    base_url: 'https://api.fireworks.ai/inference/v1',
    key_env: 'FIREWORKS_API_KEY',
  },
  deepinfra: {
    title: 'DeepInfra',
    base_url: 'https://api.deepinfra.com/v1/openai',
    key_env: 'DEEPINFRA_API_KEY',
  },
  novita: {
    title: 'Novita AI',
    base_url: 'https://api.novita.ai/openai/v1',
    key_env: 'NOVITA_API_KEY',
    quirks: { batch: HALF },
  },
  nvidia: {
    title: 'NVIDIA NIM',
    base_url: 'https://integrate.api.nvidia.com/v1',
    key_env: 'NVIDIA_API_KEY',
  },
  openrouter: {
    title: 'OpenRouter',
    base_url: 'https://openrouter.ai/api/v1',
    key_env: 'OPENROUTER_API_KEY',
    quirks: { reasoning: 'openrouter', reports_cost: true },
  },
  'hugging-face': {
    title: 'Hugging Face router',
    base_url: 'https://router.huggingface.co/v1',
    key_env: 'HF_TOKEN',
  },
  vllm: {
    title: 'vLLM',
    base_url: 'http://127.0.0.1:8000/v1',
    key_env: null,
    quirks: { prefill: VLLM_PREFILL },
  },
  sglang: {
    title: 'SGLang',
    base_url: 'http://127.0.0.1:30000/v1',
    key_env: null,
    quirks: { prefill: VLLM_PREFILL },
  },
  lmdeploy: { title: 'LMDeploy', base_url: 'http://127.0.0.1:23333/v1', key_env: null },
  tgi: { title: 'Text Generation Inference', base_url: 'http://127.0.0.1:8080/v1', key_env: null },
  'llama.cpp': { title: 'llama.cpp', base_url: 'http://127.0.0.1:8080/v1', key_env: null },
  'llama-cpp-python': {
    title: 'llama-cpp-python',
    base_url: 'http://127.0.0.1:8000/v1',
    key_env: null,
    quirks: { json_schema: 'json_object' },
  },
  'lm-studio': { title: 'LM Studio', base_url: 'http://127.0.0.1:1234/v1', key_env: null },
  ollama: { title: 'Ollama', base_url: 'http://127.0.0.1:11434/v1', key_env: null },
} as const satisfies Readonly<Record<string, Preset>>;
export type ProviderPreset = keyof typeof PROVIDER_PRESETS;

const PRESETS: Readonly<Record<string, Preset>> = PROVIDER_PRESETS;

/** How providers of a preset want to be asked; nothing where the preset is unknown, as one of a later version is. */
export function quirksOf(preset: string): ProviderQuirks {
  return (Object.hasOwn(PRESETS, preset) ? PRESETS[preset]?.quirks : undefined) ?? {};
}

/** The form of an address where everybody has one of their own; null: the preset knows its address, or there is no form. */
export function exampleAddress(preset: ProviderPreset): string | null {
  return PRESETS[preset]?.example ?? null;
}

/** Words of providers for how long a model that reasons does so. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
