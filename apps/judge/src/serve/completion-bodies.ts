import { MAX_TOP_LOGPROBS } from '@agon/inference/onnx';
import { z } from 'zod';

const part = z.object({ type: z.literal('text'), text: z.string() });
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(part)]),
});

/** What would change the reply if it were followed, and is not: refused by name, never passed over. */
const unsupported = {
  n: z.literal(1).nullish(),
  tools: z.array(z.unknown()).max(0).nullish(),
  functions: z.array(z.unknown()).max(0).nullish(),
  presence_penalty: z.literal(0).nullish(),
  frequency_penalty: z.literal(0).nullish(),
  logit_bias: z.record(z.string(), z.never()).nullish(),
  best_of: z.literal(1).nullish(),
};

const common = {
  model: z.string().max(500).nullish(),
  max_tokens: z.number().int().min(0).max(1_000_000).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  ...unsupported,
};

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().nullish(),
      strict: z.boolean().nullish(),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
]);

export const chatBody = z.object({
  ...common,
  response_format: responseFormat.nullish(),
  messages: z.array(message).min(1).max(10_000),
  max_completion_tokens: z.number().int().min(1).max(1_000_000).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
});
export type ChatBody = z.infer<typeof chatBody>;

const tokens = z.array(z.number().int().nonnegative()).min(1);
export const textBody = z.object({
  ...common,
  response_format: z.object({ type: z.literal('text') }).nullish(),
  prompt: z.union([z.string(), tokens, z.array(z.string()).min(1).max(256), z.array(tokens).min(1).max(256)]),
  logprobs: z.number().int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
  echo: z.boolean().nullish(),
});
export type TextBody = z.infer<typeof textBody>;

/** vLLM's form of scoring by a decoder: how likely each label is as the token behind query and item. */
export const scoreBody = z.object({
  model: common.model,
  query: z.string(),
  items: z.array(z.string()).min(1).max(256),
  labels: z.array(z.string()).min(1).max(64),
  apply_softmax: z.boolean().nullish(),
  item_first: z.boolean().nullish(),
});
export type ScoreBody = z.infer<typeof scoreBody>;

const texts = z.union([z.string(), z.array(z.string()).min(1).max(256)]);
/** vLLM's form of scoring by a classifier: each text of `text_2` beside the one of `text_1`, or beside its own. */
export const pairBody = z
  .object({
    model: common.model,
    text_1: texts,
    text_2: texts,
    use_activation: z.boolean().nullish(),
  })
  .refine(({ text_1: one, text_2: two }) => typeof one === 'string' || one.length === listOf(two).length, {
    path: ['text_2'],
    message: 'must have as many texts as text_1, or text_1 must be one text',
  });
export type PairBody = z.infer<typeof pairBody>;

export function listOf(given: string | readonly string[]): readonly string[] {
  return typeof given === 'string' ? [given] : given;
}
