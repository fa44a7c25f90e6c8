import type { LocalReply, ModelInfo, PlaceProbabilities } from '@agon/inference/onnx';

type Head = { readonly id: string; readonly created: number; readonly info: ModelInfo };

const utf8 = new TextEncoder();

/** OpenAI's shape of the probabilities in a chat. */
export function chatLogprobs(places: readonly PlaceProbabilities[]) {
  const of = ({ token, logprob }: { readonly token: string; readonly logprob: number }) => ({
    token,
    logprob,
    bytes: [...utf8.encode(token)],
  });
  return {
    content: places.map((place) => ({ ...of(place), top_logprobs: place.top.map(of) })),
    refusal: null,
  };
}

/** The older shape, of `/v1/completions`: with the prompt's own tokens where they were asked for. */
export function textLogprobs({ promptLogprobs, logprobs }: Pick<LocalReply, 'promptLogprobs' | 'logprobs'>) {
  const places = [...(promptLogprobs ?? []), ...(logprobs ?? [])];
  let offset = 0;
  return {
    tokens: places.map(({ token }) => token),
    token_logprobs: places.map(({ logprob }) => logprob),
    top_logprobs: places.map((place) =>
      'top' in place ? Object.fromEntries(place.top.map(({ token, logprob }) => [token, logprob])) : null,
    ),
    text_offset: places.map(({ token }) => {
      offset += token.length;
      return offset - token.length;
    }),
  };
}

export function usageOf(
  replies: readonly Pick<LocalReply, 'promptTokens' | 'completionTokens' | 'cachedTokens'>[],
) {
  const sum = (name: 'promptTokens' | 'completionTokens' | 'cachedTokens') =>
    replies.reduce((total, reply) => total + reply[name], 0);
  return {
    prompt_tokens: sum('promptTokens'),
    completion_tokens: sum('completionTokens'),
    total_tokens: sum('promptTokens') + sum('completionTokens'),
    prompt_tokens_details: { cached_tokens: sum('cachedTokens') },
  };
}

export function headOf({ id, created, info }: Head, object: string) {
  return { id, object, created, model: info.name, system_fingerprint: info.fingerprint };
}

export function chatReply(head: Head, reply: LocalReply) {
  return {
    ...headOf(head, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: reply.text, refusal: null },
        logprobs: reply.logprobs === null ? null : chatLogprobs(reply.logprobs),
        finish_reason: reply.finishReason,
      },
    ],
    usage: usageOf([reply]),
  };
}

/** @param prompts as text, where they stand before the reply */
export function textReply(head: Head, replies: readonly LocalReply[], prompts: readonly string[] | null) {
  return {
    ...headOf(head, 'text_completion'),
    choices: replies.map((reply, index) => ({
      index,
      text: `${prompts?.[index] ?? ''}${reply.text}`,
      logprobs: reply.logprobs === null ? null : textLogprobs(reply),
      finish_reason: reply.finishReason,
    })),
    usage: usageOf(replies),
  };
}
