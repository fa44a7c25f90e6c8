import type { LocalModel, ModelInfo } from '@agon/inference/onnx';

/** Prometheus text: how much was read and written, how fast, and by what. */
export function modelMetrics(model: LocalModel, info: ModelInfo): string {
  const counts = model.counts;
  const perSecond = (tokens: number, ms: number) => (ms === 0 ? 0 : (1000 * tokens) / ms);
  const fresh = (counts?.promptTokens ?? 0) - (counts?.cachedTokens ?? 0);
  // the first token of a reply comes with the prompt
  const grown = Math.max(0, (counts?.completionTokens ?? 0) - (counts?.prefills ?? 0));
  const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const lines: readonly (readonly [name: string, type: 'gauge' | 'counter', help: string, value: number])[] =
    [
      ['agon_model_open_requests', 'gauge', 'Requests without a reply yet.', model.open],
      ['agon_model_requests_total', 'counter', 'Requests that the model took.', counts?.requests ?? 0],
      ['agon_model_prompt_tokens_total', 'counter', 'Tokens of prompts.', counts?.promptTokens ?? 0],
      [
        'agon_model_cached_tokens_total',
        'counter',
        'Of them, those that a prompt before had.',
        counts?.cachedTokens ?? 0,
      ],
      ['agon_model_completion_tokens_total', 'counter', 'Tokens of replies.', counts?.completionTokens ?? 0],
      [
        'agon_model_prefill_tokens_per_second',
        'gauge',
        'Over all prompts.',
        perSecond(fresh, counts?.prefillMs ?? 0),
      ],
      [
        'agon_model_decode_tokens_per_second',
        'gauge',
        'Over all replies.',
        perSecond(grown, counts?.decodeMs ?? 0),
      ],
      ['agon_model_batches_total', 'counter', 'Times that prompts were read together.', counts?.batches ?? 0],
      [
        'agon_model_batch_padding_share',
        'gauge',
        'Of the tokens of those, padding, 0..1.',
        shareOf((counts?.paddedTokens ?? 0) - (counts?.batchTokens ?? 0), counts?.paddedTokens ?? 0),
      ],
      [
        'agon_model_replies_per_step',
        'gauge',
        'Replies that grow at once, in the mean.',
        shareOf(grown, counts?.steps ?? 0),
      ],
      [
        'agon_model_memory_bytes',
        'gauge',
        'That it may come to take, by what is counted when it is loaded.',
        info.memory.bytes,
      ],
      ['agon_model_memory_limit_bytes', 'gauge', 'That it may take.', info.memory.mostBytes],
      ['agon_model_thread_deaths_total', 'counter', 'Times that its thread died.', model.deaths],
    ];
  const label = (value: string) => JSON.stringify(value);
  const about = `agon_model_info{model=${label(info.name)},execution_provider=${label(info.executionProvider)},numeric=${label(info.numeric)},prefill_kernel=${label(info.kernels.prefill)},decode_kernel=${label(info.kernels.decode)}} 1`;
  return [
    ...lines.flatMap(([name, type, help, value]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      `${name} ${Number(value.toFixed(3))}`,
    ]),
    '# HELP agon_model_info The model that is served.',
    '# TYPE agon_model_info gauge',
    about,
    '',
  ].join('\n');
}
