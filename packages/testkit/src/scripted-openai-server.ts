import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type BatchScript, type ScriptedBatch, ScriptedBatches } from './scripted-batches.ts';
import type { ScriptedReply, ScriptedRequest } from './scripted-requests.ts';

export type ScriptedOpenAiServer = {
  /** Base URL as clients want it, ending in /v1. */
  readonly baseUrl: string;
  readonly requests: readonly ScriptedRequest[];
  /** Of a server that takes batches. */
  readonly batches: readonly ScriptedBatch[];
  /** Opened so far, with or without a request. */
  connections(): number;
  stop(): Promise<void>;
};

export type ScriptedServerOptions = {
  /** What it listens on; default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Default: one, `scripted`. */
  readonly models?: readonly string[];
  /** How its files and batches behave; missing: it has none. */
  readonly batches?: BatchScript;
};

/** An OpenAI-compatible server on this machine whose every reply is decided by `script`. */
export async function startScriptedOpenAiServer(
  script: (request: ScriptedRequest) => ScriptedReply,
  { host = '127.0.0.1', port = 0, models = ['scripted'], batches: batchScript }: ScriptedServerOptions = {},
): Promise<ScriptedOpenAiServer> {
  const requests: ScriptedRequest[] = [];
  const batches =
    batchScript === undefined
      ? null
      : new ScriptedBatches(batchScript, (body) => {
          const seen = note(requests, body, {});
          const reply = script(seen);
          return { reply, completion: reply.kind === 'text' ? completion(reply, seen) : null };
        });
  const server = createServer((request, response) => {
    // a client that hangs up ends its request, nothing else
    handle(request, response, { requests, script, models, batches }).catch(() => response.destroy());
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/v1`,
    requests,
    batches: batches?.batches ?? [],
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Scripted = {
  readonly requests: ScriptedRequest[];
  readonly script: (request: ScriptedRequest) => ScriptedReply;
  readonly models: readonly string[];
  readonly batches: ScriptedBatches | null;
};

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { requests, script, models, batches }: Scripted,
): Promise<void> {
  if (request.url === '/v1/models') {
    return send(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
  }
  let text = '';
  for await (const chunk of request) text += chunk;
  const path = (request.url ?? '').replace(/^\/v1/, '').replace(/\?.*/, '');
  if (path !== '/chat/completions') {
    const answer = batches?.handle(request.method ?? 'GET', path, text) ?? null;
    if (answer === null) return send(response, 404, { error: { message: 'not found' } });
    if (answer.raw === undefined) return send(response, answer.status, answer.body);
    return void response.writeHead(200, { 'content-type': 'application/jsonl' }).end(answer.raw);
  }
  const seen = note(requests, JSON.parse(text), request.headers);
  await reply(response, script(seen), seen);
}

function note(
  requests: ScriptedRequest[],
  body: ScriptedRequest['body'],
  headers: ScriptedRequest['headers'],
): ScriptedRequest {
  const { model, messages } = body as ScriptedRequest['body'] & Pick<ScriptedRequest, 'model' | 'messages'>;
  const { authorization } = headers;
  const seen: ScriptedRequest = {
    model,
    messages,
    authorization: typeof authorization === 'string' ? authorization : null,
    body,
    headers,
    index: requests.length,
  };
  requests.push(seen);
  return seen;
}

async function reply(
  response: ServerResponse,
  scripted: ScriptedReply,
  request: ScriptedRequest,
): Promise<void> {
  const json = { 'content-type': 'application/json' };
  switch (scripted.kind) {
    case 'drop':
      return void response.destroy();
    case 'cut':
      response.writeHead(200, { ...json, 'content-length': '1000' });
      return void response.write('{"choices":[', () => response.destroy());
    case 'hang':
      return;
    case 'drip': {
      response.writeHead(200, json);
      const timer = setInterval(() => response.write(' '), scripted.everyMs);
      return void response.on('close', () => clearInterval(timer));
    }
    case 'redirect':
      return void response.writeHead(scripted.status, { location: scripted.to }).end();
    case 'flood':
      return void response.writeHead(200, json).end(Buffer.alloc(scripted.bytes, ' '));
    case 'raw':
      return void response.writeHead(200, json).end(scripted.body);
    case 'status': {
      const {
        status,
        message = 'scripted',
        type = 'scripted',
        code,
        retryAfterS,
        headers = {},
        body,
      } = scripted;
      if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS));
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (body !== undefined) return void response.writeHead(status, json).end(body);
      return send(response, status, { error: { message, type, ...(code === undefined ? {} : { code }) } });
    }
    case 'text':
      if (scripted.delayMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, scripted.delayMs));
      }
      for (const [name, value] of Object.entries(scripted.headers ?? {})) response.setHeader(name, value);
      return send(response, 200, completion(scripted, request));
  }
}

function completion(
  scripted: ScriptedReply & { readonly kind: 'text' },
  { model, messages, index }: ScriptedRequest,
) {
  const {
    text,
    finishReason = 'stop',
    costUsd,
    reasoning,
    logprobs,
    fingerprint,
    reasoningTokens,
    calls,
  } = scripted;
  const words = (words: unknown) =>
    String(typeof words === 'string' ? words : JSON.stringify(words)).split(/\s+/).length;
  const prompt = messages.reduce((sum, message) => sum + words(message.content), 0);
  return {
    id: `chatcmpl-${index}`,
    object: 'chat.completion',
    created: 0,
    model,
    ...(fingerprint === undefined ? {} : { system_fingerprint: fingerprint }),
    choices: [
      {
        index: 0,
        finish_reason: finishReason,
        message: {
          role: 'assistant',
          content: calls === undefined ? text : null,
          ...(calls === undefined
            ? {}
            : {
                tool_calls: [
                  { id: 'call-0', type: 'function', function: { name: 'tool', arguments: calls } },
                ],
              }),
          ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
        },
        ...(logprobs === undefined ? {} : { logprobs: { content: logprobs.map(place) } }),
      },
    ],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: words(text),
      total_tokens: prompt + words(text),
      ...(reasoningTokens === undefined
        ? {}
        : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
      ...(costUsd === undefined ? {} : { cost: costUsd }),
    },
  };
}

function place(likeliest: readonly (readonly [token: string, logprob: number])[]) {
  const [first = ['', 0]] = likeliest;
  return {
    token: first[0],
    logprob: first[1],
    bytes: null,
    top_logprobs: likeliest.map(([token, logprob]) => ({ token, logprob, bytes: null })),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The nonce of a rendered judge prompt, so that a script can answer as a judge would. */
export function nonceOf(request: ScriptedRequest): string {
  return /<v-([a-z0-9-]+)>/.exec(request.messages.map((message) => message.content).join('\n'))?.[1] ?? '';
}
