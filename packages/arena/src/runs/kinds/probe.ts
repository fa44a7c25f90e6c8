import { contentHash } from '@agon/domain';
import type { CallFault, ChatSettings, ModelRequest } from '../../ports/model-client.ts';
import type { Finding, ProviderCapabilities, ProviderFeature } from '../../ports/provider-store.ts';
import type { ReadableReply, RunKind } from './run-kind.ts';

/** As many alternatives as the field's servers give at most. */
const TOP_LOGPROBS = 20;
/** Models that think before they speak need some. */
const MAX_TOKENS = 512;
/** A square of 64 × 64 pixels in one red: some models refuse smaller pictures. */
const RED_SQUARE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAtx/ZMZxgi+hcEKLNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywKqxUDxqh7TUQAAAABJRU5ErkJggg==';

const say = (text: string, settings: Partial<ChatSettings> = {}): ModelRequest => ({
  kind: 'chat',
  system: '',
  turns: [text],
  settings: { temperature: 0, maxTokens: MAX_TOKENS, ...settings },
});

/** Long enough that two replies are the same by a seed, and hardly by chance. */
const underSeed = (seed: number) =>
  say('Make up a line of thirty random letters. Write the line and nothing else.', { temperature: 1, seed });

const ANSWER_SCHEMA = {
  type: 'object',
  properties: { colour: { type: 'string', enum: ['red', 'blue'] }, count: { type: 'integer' } },
  required: ['colour', 'count'],
  additionalProperties: false,
};

type Probe = {
  readonly request: ModelRequest;
  /** What it asks about; null: the list of models. */
  readonly feature: ProviderFeature | null;
  /** @returns what the reply shows, beside the finding that goes with `feature` */
  find(reply: ReadableReply): { readonly is: Finding['is']; readonly why: string } & Partial<Found>;
};
type Found = { readonly also: ProviderCapabilities };

const PROBES: Readonly<Record<string, Probe>> = {
  models: {
    request: { kind: 'models' },
    feature: null,
    find: (reply) => ({
      is: 'yes',
      why: '',
      also: { models: JSON.parse(reply.texts[0] ?? '[]') as string[] },
    }),
  },
  chat: {
    request: say('Reply with the single word: ready'),
    feature: 'chat',
    find: (reply) => ({
      is: 'yes',
      why: 'It replied.',
      also: {
        chat: true,
        reasoning: reasons(reply),
        fingerprint: (reply.fingerprint ?? null) !== null,
        usage: (reply.promptTokens ?? null) !== null,
        reportsCost: (reply.costUsd ?? null) !== null,
        ...(reply.latencyMs == null ? {} : { latencyMs: reply.latencyMs }),
        features: {
          reasoning: reasons(reply)
            ? { is: 'yes', why: 'Its reply came with reasoning.' }
            : { is: 'no', why: 'Its reply came without reasoning text and without tokens of reasoning.' },
        },
      },
    }),
  },
  logprobs: {
    request: say('Reply with one letter, A or B.', { topLogprobs: TOP_LOGPROBS }),
    feature: 'logprobs',
    find: (reply) => {
      const top = Math.max(0, ...(reply.logprobs ?? []).map((place) => place.top.length));
      return {
        is: top > 0 ? 'yes' : 'no',
        why: top > 0 ? `Up to ${top} for each token.` : 'It replied without log-probabilities.',
        also: { topLogprobs: top },
      };
    },
  },
  json_schema: {
    request: say('Name a colour and say how many letters its name has.', { jsonSchema: ANSWER_SCHEMA }),
    feature: 'json_schema',
    find: ({ texts }) =>
      keepsToSchema(texts[0])
        ? { is: 'yes', why: 'Its reply kept to a JSON schema that the prompt did not tell.' }
        : { is: 'no', why: 'It took the schema and replied without keeping to it.' },
  },
  tools: {
    request: say('Note that the sky is blue.', {
      tool: { name: 'note_colour', description: 'Keeps a colour.', parameters: ANSWER_SCHEMA },
    }),
    feature: 'tools',
    find: ({ texts }) =>
      objectIn(texts[0]) !== null
        ? { is: 'yes', why: 'It called the tool that it was told to call.' }
        : { is: 'no', why: 'It replied with text in place of the tool that it was told to call.' },
  },
  prefill: {
    request: say('What is the capital of France? Reply with one sentence.', {
      prefill: 'The capital of France is Par',
    }),
    feature: 'prefill',
    find: ({ texts }) => {
      const text = texts[0] ?? '';
      if (/^is\b/.test(text)) return { is: 'yes', why: 'It went on in the middle of the word.' };
      if (/^the capital of france is paris/i.test(text.trim()))
        return { is: 'unknown', why: 'Its reply repeats the beginning: it may have gone on, or begun anew.' };
      return { is: 'no', why: 'It began a reply of its own.' };
    },
  },
  vision: {
    request: say('Which colour has this picture? Reply with one word.', { picture: RED_SQUARE }),
    feature: 'vision',
    find: ({ texts }) =>
      /\b(red|crimson|scarlet)\b|红/i.test(texts[0] ?? '')
        ? { is: 'yes', why: 'It named the colour of a picture.' }
        : { is: 'no', why: 'It took a picture and did not name its colour.' },
  },
  first: { request: underSeed(11), feature: 'seed', find: noteSeed('first') },
  second: { request: underSeed(11), feature: 'seed', find: noteSeed('second') },
  other: { request: underSeed(12), feature: 'seed', find: noteSeed('other') },
  batch: {
    request: { kind: 'batches' },
    feature: 'batch',
    find: () => ({ is: 'yes', why: 'It lists its batches.' }),
  },
};

/** What a provider can do. A target is the name of a probe. */
export const probe: RunKind<Record<string, never>> = {
  name: 'probe',
  parser: 'probe-2',
  results: ['yes', 'no', 'unknown'],
  independent: true,

  plan: () => Object.keys(PROBES).map((target) => ({ target, order: '', repeat: 1 })),

  render: (_config, call) => PROBES[call.target]!.request,

  read(_config, call, outcome) {
    const asked = PROBES[call.target];
    if (asked === undefined) return { label: 'unknown', reading: null };
    const { feature } = asked;
    const read = ({ is, why, also = {} }: Finding & Partial<Found>) => ({
      label: is,
      reading: {
        type: 'capability' as const,
        found:
          feature === null || (feature === 'seed' && is === 'yes')
            ? also
            : { ...also, features: { ...also.features, [feature]: { is, why } } },
      },
    });
    if (outcome.kind === 'reply') return read(asked.find(outcome.reply));
    const finding = findInFault(outcome.fault);
    // nobody was there to ask: what is known stays
    if (finding === null) return { label: outcome.fault.reason, reading: null };
    const why = (finding.is === 'no' && WITHOUT_WHY[call.target]) || finding.why;
    return read({ ...finding, why, also: finding.is === 'no' ? WITHOUT[call.target] : undefined } as Finding);
  },
};

/** A server that knows no such request says so; one that fails over it leaves the question open. */
function findInFault({ reason, message }: CallFault): Finding | null {
  if (reason === 'refused' || reason === 'unknown_model') return { is: 'no', why: message };
  if (reason === 'server_error' || reason === 'too_long' || reason === 'unreadable')
    return { is: 'unknown', why: message };
  return null;
}

/** Where nothing is at an address, its words are of the wrong thing. */
const WITHOUT_WHY: Readonly<Record<string, string>> = { batch: 'It has no endpoint for batches.' };

const WITHOUT: Readonly<Record<string, ProviderCapabilities>> = {
  models: { models: null },
  chat: { chat: false },
  logprobs: { topLogprobs: 0 },
};

function reasons(reply: ReadableReply): boolean {
  return reply.reasoning !== null || (reply.reasoningTokens ?? 0) > 0;
}

function noteSeed(place: string): Probe['find'] {
  return ({ texts }) => ({
    is: 'yes',
    why: '',
    also: { seeds: { [place]: contentHash(texts[0] ?? '').slice(0, 16) } },
  });
}

function objectIn(text: string | undefined): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function keepsToSchema(text: string | undefined): boolean {
  const { colour, count } = objectIn(text) ?? {};
  return (colour === 'red' || colour === 'blue') && Number.isInteger(count);
}
