import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type ScriptedRequest = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly authorization: string | null;
  /** From 0, over the life of the server. */
  readonly index: number;
};

/** What the server does with one request. */
export type ScriptedReply =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly finishReason?: string;
      readonly delayMs?: number;
      readonly costUsd?: number;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly retryAfterS?: number;
    }
  | { readonly kind: 'drop' }
  /** Begins to reply, and is gone. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'raw'; readonly body: string };

export type ScriptedOpenAiServer = {
  /** Base URL as clients want it, ending in /v1. */
  readonly baseUrl: string;
  readonly requests: readonly ScriptedRequest[];
  stop(): Promise<void>;
};

/** An OpenAI-compatible server on this machine whose every reply is decided by `script`. */
export async function startScriptedOpenAiServer(
  script: (request: ScriptedRequest) => ScriptedReply,
): Promise<ScriptedOpenAiServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((request, response) => {
    void handle(request, response, requests, script);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  requests: ScriptedRequest[],
  script: (request: ScriptedRequest) => ScriptedReply,
): Promise<void> {
  if (request.url === '/v1/models')
    return send(response, 200, { object: 'list', data: [{ id: 'scripted', object: 'model' }] });
  if (request.url !== '/v1/chat/completions') return send(response, 404, { error: { message: 'not found' } });
  let body = '';
  for await (const chunk of request) body += chunk;
  const { model, messages } = JSON.parse(body) as Pick<ScriptedRequest, 'model' | 'messages'>;
  const seen: ScriptedRequest = {
    model,
    messages,
    authorization: request.headers.authorization ?? null,
    index: requests.length,
  };
  requests.push(seen);
  const reply = script(seen);
  if (reply.kind === 'drop') return void response.destroy();
  if (reply.kind === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    return void response.write('{"choices":[', () => response.destroy());
  }
  if (reply.kind === 'raw')
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(reply.body);
  if (reply.kind === 'status') {
    if (reply.retryAfterS !== undefined) response.setHeader('retry-after', String(reply.retryAfterS));
    return send(response, reply.status, {
      error: { message: reply.message ?? 'scripted', type: 'scripted' },
    });
  }
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  const words = (text: string) => text.split(/\s+/).length;
  const prompt = messages.reduce((sum, message) => sum + words(message.content), 0);
  send(response, 200, {
    id: `chatcmpl-${seen.index}`,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        finish_reason: reply.finishReason ?? 'stop',
        message: { role: 'assistant', content: reply.text },
      },
    ],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: words(reply.text),
      total_tokens: prompt + words(reply.text),
      ...(reply.costUsd === undefined ? {} : { cost: reply.costUsd }),
    },
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The nonce of a rendered judge prompt, so that a script can answer as a judge would. */
export function nonceOf(request: ScriptedRequest): string {
  return /<v-([a-z0-9-]+)>/.exec(request.messages.map((message) => message.content).join('\n'))?.[1] ?? '';
}
