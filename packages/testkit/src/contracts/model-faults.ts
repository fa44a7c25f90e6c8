import type { ScriptedReply } from '../scripted-requests.ts';

/** What no message of a fault may show. */
export const SECRET = 'root:x:0:0';

/** How servers fail, what that is called, and words that its sentence holds. Bodies carry a secret that it must not. */
export const FAULTS: readonly {
  readonly name: string;
  readonly reply: ScriptedReply;
  readonly reason: string;
  readonly shows?: string;
}[] = [
  { name: 'a cut connection', reply: { kind: 'drop' }, reason: 'unreachable' },
  { name: 'a reply that breaks off', reply: { kind: 'cut' }, reason: 'unreadable' },
  { name: 'a page that is no JSON', reply: { kind: 'raw', body: `<html>${SECRET}` }, reason: 'unreadable' },
  { name: 'an empty body', reply: { kind: 'raw', body: '' }, reason: 'unreadable' },
  { name: 'JSON that ends early', reply: { kind: 'raw', body: '{"choices":[{"mess' }, reason: 'unreadable' },
  { name: 'no choice', reply: { kind: 'raw', body: '{"choices":[]}' }, reason: 'unreadable' },
  { name: 'no object', reply: { kind: 'raw', body: `"${SECRET}"` }, reason: 'unreadable' },
  {
    name: 'a choice of another shape',
    reply: { kind: 'raw', body: '{"choices":[5]}' },
    reason: 'unreadable',
  },
  {
    name: 'content of another shape',
    reply: { kind: 'raw', body: '{"choices":[{"message":{"content":5}}]}' },
    reason: 'unreadable',
  },
  { name: 'more than 16 MB', reply: { kind: 'flood', bytes: 17 * 2 ** 20 }, reason: 'unreadable' },
  { name: 'a server that never replies', reply: { kind: 'hang' }, reason: 'timeout' },
  { name: 'a reply that drips', reply: { kind: 'drip', everyMs: 100 }, reason: 'timeout' },
  { name: 'a reply that comes late', reply: { kind: 'text', text: 'x', delayMs: 4000 }, reason: 'timeout' },
  ...[500, 502, 503, 529].map((status) => ({
    name: `${status}`,
    reply: { kind: 'status', status, message: SECRET } as const,
    reason: 'server_error',
    shows: String(status),
  })),
  {
    name: '429',
    reply: { kind: 'status', status: 429, code: 'rate_limit_exceeded', message: SECRET },
    reason: 'rate_limited',
    shows: '429 (rate_limit_exceeded)',
  },
  {
    name: '429 without credit',
    reply: { kind: 'status', status: 429, code: 'insufficient_quota', message: SECRET },
    reason: 'unpaid',
  },
  {
    name: 'a router whose provider is busy',
    reply: { kind: 'raw', body: JSON.stringify({ error: { code: 429, message: SECRET } }) },
    reason: 'rate_limited',
  },
  {
    name: 'a router whose provider failed midway',
    reply: {
      kind: 'raw',
      body: JSON.stringify({
        choices: [{ error: { code: 502, message: SECRET }, message: { content: 'ha' } }],
      }),
    },
    reason: 'server_error',
  },
  {
    name: 'an error that no text can be made of',
    reply: { kind: 'status', status: 400, body: '{"error":{"code":{"toString":1},"message":{"valueOf":1}}}' },
    reason: 'refused',
  },
  {
    name: 'a good reply with a deep error',
    reply: {
      kind: 'raw',
      body: `{"error":{"code":503,"message":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    },
    reason: 'server_error',
  },
  {
    name: 'a choice as deep',
    reply: { kind: 'raw', body: `{"choices":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}` },
    reason: 'unreadable',
  },
  { name: '402', reply: { kind: 'status', status: 402, message: SECRET }, reason: 'unpaid' },
  { name: '401', reply: { kind: 'status', status: 401, message: SECRET }, reason: 'denied' },
  { name: '403', reply: { kind: 'status', status: 403, message: SECRET }, reason: 'denied' },
  {
    name: '403 for a prompt that a filter met',
    reply: { kind: 'status', status: 403, code: 403, message: `Your input was flagged. ${SECRET}` },
    reason: 'refused',
  },
  { name: '404', reply: { kind: 'status', status: 404, message: SECRET }, reason: 'unknown_model' },
  ...[400, 405, 409, 413, 422].map((status) => ({
    name: `${status}`,
    reply: { kind: 'status', status, message: SECRET, type: 'invalid_request_error' } as const,
    reason: 'refused',
    shows: `${status} (invalid_request_error)`,
  })),
  {
    name: 'an error whose code is no name',
    reply: { kind: 'status', status: 400, code: `${SECRET}\n`, type: `<b>${SECRET}` },
    reason: 'refused',
  },
  { name: 'an error without JSON', reply: { kind: 'status', status: 400, body: SECRET }, reason: 'refused' },
  {
    name: 'OpenAI’s word for a long prompt',
    reply: { kind: 'status', status: 400, code: 'context_length_exceeded', message: SECRET },
    reason: 'too_long',
  },
  {
    name: 'vLLM’s',
    reply: {
      kind: 'status',
      status: 400,
      body: JSON.stringify({
        object: 'error',
        message: `This model's maximum context length is 4096 tokens. ${SECRET}`,
        type: 'BadRequestError',
        code: 400,
      }),
    },
    reason: 'too_long',
    shows: '400: the prompt',
  },
  {
    name: 'llama.cpp’s',
    reply: {
      kind: 'status',
      status: 400,
      type: 'exceed_context_size_error',
      code: 400,
      message: 'the request exceeds the available context size, try increasing it',
    },
    reason: 'too_long',
  },
];
