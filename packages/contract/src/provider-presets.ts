/** What is known about providers of a name: where they are, and which variable usually holds their key. */
export const PROVIDER_PRESETS = {
  custom: { title: 'Any OpenAI-compatible server', base_url: null, key_env: null },
  openai: { title: 'OpenAI', base_url: 'https://api.openai.com/v1', key_env: 'OPENAI_API_KEY' },
  anthropic: { title: 'Anthropic', base_url: 'https://api.anthropic.com/v1', key_env: 'ANTHROPIC_API_KEY' },
  gemini: {
    title: 'Google Gemini',
    base_url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    key_env: 'GEMINI_API_KEY',
  },
  mistral: { title: 'Mistral', base_url: 'https://api.mistral.ai/v1', key_env: 'MISTRAL_API_KEY' },
  deepseek: { title: 'DeepSeek', base_url: 'https://api.deepseek.com/v1', key_env: 'DEEPSEEK_API_KEY' },
  dashscope: {
    title: 'Alibaba Model Studio (DashScope)',
    base_url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    key_env: 'DASHSCOPE_API_KEY',
  },
  groq: { title: 'Groq', base_url: 'https://api.groq.com/openai/v1', key_env: 'GROQ_API_KEY' },
  together: { title: 'Together AI', base_url: 'https://api.together.xyz/v1', key_env: 'TOGETHER_API_KEY' },
  openrouter: {
    title: 'OpenRouter',
    base_url: 'https://openrouter.ai/api/v1',
    key_env: 'OPENROUTER_API_KEY',
  },
  'hugging-face': {
    title: 'Hugging Face router',
    base_url: 'https://router.huggingface.co/v1',
    key_env: 'HF_TOKEN',
  },
  vllm: { title: 'vLLM', base_url: 'http://127.0.0.1:8000/v1', key_env: null },
  sglang: { title: 'SGLang', base_url: 'http://127.0.0.1:30000/v1', key_env: null },
  'llama.cpp': { title: 'llama.cpp', base_url: 'http://127.0.0.1:8080/v1', key_env: null },
  ollama: { title: 'Ollama', base_url: 'http://127.0.0.1:11434/v1', key_env: null },
} as const satisfies Readonly<
  Record<string, { title: string; base_url: string | null; key_env: string | null }>
>;
export type ProviderPreset = keyof typeof PROVIDER_PRESETS;
