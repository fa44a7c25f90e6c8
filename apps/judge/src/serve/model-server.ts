import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type {
  ChatMessage,
  LocalModel,
  LocalReply,
  LocalRequest,
  ModelInfo,
  Piece,
} from '@agon/inference/onnx';
import type { z } from 'zod';
import {
  type ChatBody,
  chatBody,
  listOf,
  type PairBody,
  pairBody,
  type ScoreBody,
  scoreBody,
  type TextBody,
  textBody,
} from './completion-bodies.ts';
import { chatLogprobs, chatReply, headOf, textLogprobs, textReply, usageOf } from './completion-replies.ts';
import { modelMetrics } from './model-metrics.ts';
import { type Problem, problem, problemOfBody, problemOfError } from './problem.ts';

export type ModelServerOptions = {
  readonly model: LocalModel;
  readonly info: ModelInfo;
  /** Requests without a reply that are taken; more are refused with 429. */
  readonly mostOpen: number;
  /** True from when it should end: nothing new is taken. */
  readonly isEnding: () => boolean;
};

const MAX_BYTES = 16 * 2 ** 20;
/** As OpenAI's: of `/v1/completions`, where nothing is said. */
const DEFAULT_TEXT_TOKENS = 16;

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
};
type Head = { readonly id: string; readonly created: number; readonly info: ModelInfo };

/** Thrown by a handler whose request does not fit. */
class Refused extends Error {
  readonly problem: Problem;
  constructor(refused: Problem) {
    super(refused.body.error.message);
    this.problem = refused;
  }
}

/** One model behind OpenAI's paths: chat, completions with echo, models; and scores, health and metrics. */
export function createModelServer(options: ModelServerOptions): Server {
  const { model, info, isEnding } = options;
  const routes: Readonly<Record<string, (exchange: Exchange) => Promise<void> | void>> = {
    'GET /healthz': ({ response }) =>
      sendJson(response, isEnding() ? 503 : 200, {
        ok: !isEnding(),
        model: info.name,
        loaded: model.isLoaded,
      }),
    'GET /metrics': ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(modelMetrics(model, info));
    },
    'GET /v1/models': ({ response }) => sendJson(response, 200, { object: 'list', data: [modelOf(info)] }),
    'POST /v1/chat/completions': (exchange) => chat(exchange, options),
    'POST /v1/completions': (exchange) => complete(exchange, options),
    'POST /v1/score': (exchange) =>
      info.labels === null ? score(exchange, options) : scorePairs(exchange, options),
  };
  return createServer((request, response) => {
    const gone = new AbortController();
    // who hung up needs no reply, and holds up nobody
    response.on('close', () => gone.abort());
    response.on('error', () => gone.abort());
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const route = routes[`${request.method} ${path}`];
    const work = async () => {
      if (route === undefined) {
        const isKnown = Object.keys(routes).some((each) => each.endsWith(` ${path}`));
        throw new Refused(
          isKnown
            ? problem(405, 'method_not_allowed', `${path} does not take ${request.method}.`)
            : problem(404, 'not_found', `There is no ${path} here.`),
        );
      }
      await route({ request, response, gone: gone.signal });
    };
    work().catch((error: unknown) => {
      if (gone.signal.aborted) return;
      const refused = error instanceof Refused ? error.problem : problemOfError(error);
      if (response.headersSent) response.end(`data: ${JSON.stringify(refused.body)}\n\n`);
      else sendProblem(response, refused);
    });
  });
}

function modelOf({ name, contextTokens, numeric, executionProvider, weightsHash }: ModelInfo) {
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: 'agon',
    max_model_len: contextTokens,
    numeric,
    execution_provider: executionProvider,
    weights_sha256: weightsHash,
  };
}

async function chat(exchange: Exchange, options: ModelServerOptions): Promise<void> {
  const body = await readBody(exchange, chatBody, options);
  const request: LocalRequest = {
    ...samplingOf(body),
    prompt: promptOf(body),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? options.info.contextTokens,
    topLogprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : null,
    echo: false,
    labels: [],
    ...(body.response_format?.type === 'json_schema'
      ? { jsonSchema: body.response_format.json_schema.schema }
      : {}),
  };
  const head = newHead(options.info, 'chatcmpl');
  if (body.stream !== true) {
    sendJson(exchange.response, 200, chatReply(head, await options.model.ask(request, exchange.gone)));
    return;
  }
  const base = headOf(head, 'chat.completion.chunk');
  const chunk = (delta: object, logprobs: object | null, finish: string | null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs, finish_reason: finish }],
  });
  await stream(exchange, request, options, {
    first: chunk({ role: 'assistant', content: '' }, null, null),
    piece: ({ text, logprobs }) =>
      chunk({ content: text }, logprobs === null ? null : chatLogprobs([logprobs]), null),
    last: (reply) => [
      chunk({}, null, reply.finishReason),
      ...(body.stream_options?.include_usage === true
        ? [{ ...base, choices: [], usage: usageOf([reply]) }]
        : []),
    ],
  });
}

async function complete(exchange: Exchange, options: ModelServerOptions): Promise<void> {
  const body = await readBody(exchange, textBody, options);
  const echo = body.echo === true;
  const prompts = promptsOf(body);
  const requests = prompts.map(
    (prompt): LocalRequest => ({
      ...samplingOf(body),
      prompt,
      maxTokens: body.max_tokens ?? DEFAULT_TEXT_TOKENS,
      topLogprobs: body.logprobs ?? null,
      echo: echo && body.logprobs !== null && body.logprobs !== undefined,
      labels: [],
    }),
  );
  const head = newHead(options.info, 'cmpl');
  if (body.stream !== true) {
    const replies = await Promise.all(requests.map((each) => options.model.ask(each, exchange.gone)));
    const texts = prompts.map((prompt, at) =>
      prompt.kind === 'text'
        ? prompt.text
        : (replies[at]?.promptLogprobs ?? []).map(({ token }) => token).join(''),
    );
    sendJson(exchange.response, 200, textReply(head, replies, echo ? texts : null));
    return;
  }
  const [request] = requests;
  if (request === undefined || requests.length > 1 || echo) {
    throw new Refused(
      problem(400, 'invalid_request', 'A stream is of one prompt, without echo.', { param: 'stream' }),
    );
  }
  const base = headOf(head, 'text_completion');
  const chunk = (text: string, logprobs: object | null, finish: string | null) => ({
    ...base,
    choices: [{ index: 0, text, logprobs, finish_reason: finish }],
  });
  await stream(exchange, request, options, {
    first: null,
    piece: ({ text, logprobs }) =>
      chunk(
        text,
        logprobs === null ? null : textLogprobs({ promptLogprobs: null, logprobs: [logprobs] }),
        null,
      ),
    last: (reply) => [
      chunk('', null, reply.finishReason),
      ...(body.stream_options?.include_usage === true
        ? [{ ...base, choices: [], usage: usageOf([reply]) }]
        : []),
    ],
  });
}

async function score(exchange: Exchange, options: ModelServerOptions): Promise<void> {
  const body: ScoreBody = await readBody(exchange, scoreBody, options);
  const replies = await Promise.all(
    body.items.map((item) => {
      const text = body.item_first === true ? `${item}${body.query}` : `${body.query}${item}`;
      const request: LocalRequest = {
        prompt: { kind: 'text', text },
        maxTokens: 0,
        temperature: 0,
        topP: 1,
        seed: null,
        stop: [],
        topLogprobs: null,
        echo: false,
        labels: body.labels,
      };
      return options.model.ask(request, exchange.gone);
    }),
  );
  sendJson(exchange.response, 200, {
    ...headOf(newHead(options.info, 'score'), 'list'),
    data: replies.map(({ labels }, index) => {
      const shares = labels.map(({ logprob }) => Math.exp(logprob));
      const coverage = shares.reduce((sum, share) => sum + share, 0);
      const scores = body.apply_softmax === false ? shares : shares.map((share) => share / coverage);
      return { index, object: 'score', score: scores[0], scores, coverage, logprobs: labels };
    }),
    usage: usageOf(replies),
  });
}

/** What a reward model gives pairs of texts: `score` as vLLM has it, and the logits that it comes from. */
async function scorePairs(exchange: Exchange, options: ModelServerOptions): Promise<void> {
  const body: PairBody = await readBody(exchange, pairBody, options);
  const seconds = listOf(body.text_2);
  const firsts = listOf(body.text_1);
  const inputs = seconds.map((second, at) => ({
    kind: 'pair' as const,
    first: firsts[firsts.length === 1 ? 0 : at]!,
    second,
  }));
  const { scores, promptTokens, cachedTokens } = await options.model.score(
    { inputs, alone: false },
    exchange.gone,
  );
  sendJson(exchange.response, 200, {
    ...headOf(newHead(options.info, 'score'), 'list'),
    data: scores.map((logits, index) => {
      // of two labels the second is the better one, as classifiers are trained
      const raw = logits.length === 1 ? logits[0]! : logits[1]! - logits[0]!;
      const score = body.use_activation === false ? raw : 1 / (1 + Math.exp(-raw));
      return { index, object: 'score', score, logits };
    }),
    usage: usageOf([{ promptTokens, cachedTokens, completionTokens: 0 }]),
  });
}

type Chunks = {
  readonly first: object | null;
  readonly piece: (piece: Piece) => object;
  readonly last: (reply: LocalReply) => readonly object[];
};

async function stream(
  { response, gone }: Exchange,
  request: LocalRequest,
  { model }: ModelServerOptions,
  chunks: Chunks,
): Promise<void> {
  const send = (data: object) => {
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      if (chunks.first !== null) response.write(`data: ${JSON.stringify(chunks.first)}\n\n`);
    }
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  };
  const reply = await model.ask(request, gone, (piece) => send(chunks.piece(piece)));
  for (const chunk of chunks.last(reply)) send(chunk);
  response.end('data: [DONE]\n\n');
}

function samplingOf({ temperature, top_p, seed, stop }: ChatBody | TextBody) {
  return {
    temperature: temperature ?? 1,
    topP: top_p ?? 1,
    seed: seed == null ? null : String(seed),
    stop: stop == null ? [] : typeof stop === 'string' ? [stop] : stop,
  };
}

/** A last message of the assistant's is the beginning of its reply. */
function promptOf({ messages }: ChatBody): LocalRequest['prompt'] {
  const read = messages.map(
    ({ role, content }): ChatMessage => ({
      role: role === 'developer' ? 'system' : role,
      content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
    }),
  );
  const last = read.at(-1);
  return last?.role === 'assistant'
    ? { kind: 'chat', messages: read.slice(0, -1), prefill: last.content }
    : { kind: 'chat', messages: read, prefill: '' };
}

function promptsOf({ prompt }: TextBody): readonly LocalRequest['prompt'][] {
  if (typeof prompt === 'string') return [{ kind: 'text', text: prompt }];
  if (prompt.every((each) => typeof each === 'number')) return [{ kind: 'tokens', ids: prompt as number[] }];
  return (prompt as (string | number[])[]).map((each) =>
    typeof each === 'string' ? { kind: 'text', text: each } : { kind: 'tokens', ids: each },
  );
}

async function readBody<Schema extends z.ZodType<{ model?: string | null | undefined }>>(
  { request }: Exchange,
  schema: Schema,
  { model, info, mostOpen, isEnding }: ModelServerOptions,
): Promise<z.infer<Schema>> {
  if (isEnding())
    throw new Refused(problem(503, 'shutting_down', 'This server is ending.', { retryAfterS: 5 }));
  if (model.open >= mostOpen) {
    throw new Refused(
      problem(429, 'rate_limited', `${model.open} requests wait already; ask again later.`, {
        retryAfterS: 1,
      }),
    );
  }
  // pages of strangers send other types to this machine without asking it first
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refused(problem(415, 'wrong_content_type', 'Send JSON, as content-type: application/json.'));
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BYTES)
      throw new Refused(problem(413, 'too_large', `A request has ${MAX_BYTES} bytes at most.`));
    pieces.push(piece);
  }
  let sent: unknown;
  try {
    sent = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new Refused(problem(400, 'invalid_request', 'The body is no JSON.'));
  }
  const read = schema.safeParse(sent);
  if (!read.success) throw new Refused(problemOfBody(read.error));
  const wanted = read.data.model;
  if (wanted != null && wanted !== '' && wanted !== info.name) {
    throw new Refused(
      problem(404, 'model_not_found', `There is no model "${wanted}" here; there is ${info.name}.`, {
        param: 'model',
      }),
    );
  }
  return read.data;
}

function newHead(info: ModelInfo, kind: string): Head {
  return { id: `${kind}-${randomUUID()}`, created: Math.floor(Date.now() / 1000), info };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, { status, retryAfterS, body }: Problem): void {
  // what was not read of a body that is too long is not waited for
  const close: Record<string, string> = status === 413 ? { connection: 'close' } : {};
  sendJson(response, status, body, {
    ...close,
    ...(retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) }),
  });
}
