import type {
  Asked,
  BatchFile,
  BatchLine,
  ModelBatches,
  ModelRequest,
  RemoteBatch,
  Tried,
} from '@agon/arena';
import { CallFailed, faultInside, faultOf, faultOfStatus, unreadable } from './call-fault.ts';
import { completionBody, type Learned, type Message } from './completion-body.ts';
import { hashOf, joinTurns } from './openai-client.ts';
import { readCompletion } from './read-completion.ts';

export type OpenAiBatchesOptions = {
  readonly baseUrl: string;
  readonly model: string;
  readonly preset: string;
  readonly learned: Learned;
  /** For one step, milliseconds. */
  readonly timeoutMs: number;
  /** Throws CallFailed where there is no reply. */
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** OpenAI takes 50,000 requests and 200 MB; smaller files come back sooner and are held in memory more easily. */
const MAX_CALLS = 10_000;
const MAX_BYTES = 50 * 2 ** 20;
/** What each line's address is, below the host, whatever the base URL: as all copies of the endpoint have it. */
const ENDPOINT = '/v1/chat/completions';
/** Batches that are looked through for one that a crash left without a note. */
const LOOK_THROUGH = 100;
/** Uploads and downloads of whole files take longer than a call. */
const FILE_TIMEOUT_MS = 10 * 60_000;

type Fields = Readonly<Record<string, unknown>>;

/** @see https://platform.openai.com/docs/guides/batch (files of JSON lines, custom_id, output and error files) */
export function createOpenAiBatches(options: OpenAiBatchesOptions): ModelBatches {
  const { baseUrl, timeoutMs } = options;

  /** One request; its body as text. */
  const send = async (
    method: string,
    path: string,
    signal: AbortSignal,
    body?: { readonly text: string; readonly type?: string },
    ms = timeoutMs,
  ): Promise<string> => {
    const reply = await options.fetch(`${baseUrl}${path}`, {
      method,
      ...(body?.type === undefined ? {} : { headers: { 'content-type': body.type } }),
      body: body?.text ?? null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]),
    });
    return reply.text();
  };

  const batchOf = (text: string): RemoteBatch => {
    const batch = readBatch(parse(text));
    if (batch === null) throw new CallFailed(unreadable(baseUrl, 'it is no batch'));
    return batch;
  };

  const tried = async <Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Tried<Value>> => {
    signal.throwIfAborted();
    try {
      return { kind: 'ok', value: await work() };
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof CallFailed) return { kind: 'fault', fault: thrown.fault };
      const isLate = (thrown as { name?: unknown } | null)?.name === 'TimeoutError';
      if (isLate) return { kind: 'fault', fault: faultOf('timeout', `${baseUrl} did not reply in time.`) };
      throw thrown;
    }
  };

  return {
    newFile: () => new JsonLines(options),

    upload: (file, name, signal) =>
      tried(signal, async () => {
        const { text, type } = multipart((file as JsonLines).text, name);
        const sent = fieldsOf(parse(await send('POST', '/files', signal, { text, type }, FILE_TIMEOUT_MS)));
        if (typeof sent?.id === 'string') return sent.id;
        throw new CallFailed(unreadable(baseUrl, 'it does not name the file'));
      }),

    create: (file, key, signal) =>
      tried(signal, async () => {
        const text = JSON.stringify({
          input_file_id: file,
          endpoint: ENDPOINT,
          completion_window: '24h',
          metadata: { agon: key },
        });
        return batchOf(await send('POST', '/batches', signal, { text }));
      }),

    find: (key, file, signal) =>
      tried(signal, async () => {
        const sent = fieldsOf(parse(await send('GET', `/batches?limit=${LOOK_THROUGH}`, signal)));
        const rows = Array.isArray(sent?.data) ? sent.data.map(fieldsOf) : [];
        const own = rows.find(
          (row) => fieldsOf(row?.metadata)?.agon === key || (file !== null && row?.input_file_id === file),
        );
        return own === undefined ? null : readBatch(own);
      }),

    look: (id, signal) =>
      tried(signal, async () => batchOf(await send('GET', `/batches/${encodeURIComponent(id)}`, signal))),

    collect: ({ outputFile, errorFile }, signal) =>
      tried(signal, async () => {
        const lines = new Map<number, BatchLine>();
        for (const file of [outputFile, errorFile]) {
          if (file === null) continue;
          const path = `/files/${encodeURIComponent(file)}/content`;
          const text = await send('GET', path, signal, undefined, FILE_TIMEOUT_MS);
          for (const row of text.split('\n')) {
            const line = readLine(row, options);
            if (line !== null && !lines.has(line.callId)) lines.set(line.callId, line);
          }
        }
        return [...lines.values()];
      }),

    cancel: (id, signal) =>
      tried(signal, async () =>
        batchOf(await send('POST', `/batches/${encodeURIComponent(id)}/cancel`, signal, { text: '{}' })),
      ),
  };
}

class JsonLines implements BatchFile {
  readonly #options: OpenAiBatchesOptions;
  readonly #lines: string[] = [];
  #bytes = 0;

  constructor(options: OpenAiBatchesOptions) {
    this.#options = options;
  }

  get calls(): number {
    return this.#lines.length;
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  add(callId: number, { system, turns, settings }: ModelRequest & { readonly kind: 'chat' }): boolean {
    const { model, preset, learned } = this.#options;
    const messages: Message[] = system === '' ? [] : [{ role: 'system', content: system }];
    for (const content of turns) messages.push({ role: 'user', content });
    const body = completionBody(model, messages, settings, { preset, learned, isLast: true });
    const hash = hashOf({ baseUrl: this.#options.baseUrl, model, messages, settings });
    const line = JSON.stringify({ custom_id: idOf(callId, hash), method: 'POST', url: ENDPOINT, body });
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#lines.length > 0 && (this.#lines.length >= MAX_CALLS || this.#bytes + bytes > MAX_BYTES))
      return false;
    this.#lines.push(line);
    this.#bytes += bytes;
    return true;
  }
}

/** Errors of lines that were not asked: their calls are as they were. */
const NOT_ASKED: readonly unknown[] = ['batch_expired', 'batch_cancelled'];

/** @returns null where the line is none of ours: unreadable, or with an id that we did not give */
function readLine(row: string, { baseUrl, now }: OpenAiBatchesOptions): BatchLine | null {
  const line = fieldsOf(parse(row));
  const [, callId, hash] = /^agon-(\d{1,15})-([\w-]{43})$/.exec(String(line?.custom_id ?? '')) ?? [];
  if (line === null || callId === undefined || hash === undefined) return null;
  const requestHash = Buffer.from(hash, 'base64url').toString('hex');
  return { callId: Number(callId), asked: readAsked(line, requestHash, baseUrl, now) };
}

/** Of 64 characters at most, as OpenAI wants it; it carries the hash of what was sent, which a reply is stored with. */
function idOf(callId: number, requestHash: string): string {
  return `agon-${callId}-${Buffer.from(requestHash, 'hex').toString('base64url')}`;
}

function readAsked(line: Fields, requestHash: string, baseUrl: string, now: () => number): Asked | null {
  const error = fieldsOf(line.error);
  const response = fieldsOf(line.response);
  if (response === null) {
    if (error !== null && NOT_ASKED.includes(error.code)) return null;
    if (error?.code === 'request_timeout')
      return {
        kind: 'fault',
        fault: faultOf('timeout', `${baseUrl} gave a call of a batch up: it took too long.`),
      };
    return {
      kind: 'fault',
      fault: faultOf('server_error', `${baseUrl} could not work on a call of a batch.`),
    };
  }
  const status = typeof response.status_code === 'number' ? response.status_code : 200;
  if (status < 200 || status > 299) {
    const refusal = { status, headers: {}, body: JSON.stringify(response.body ?? {}) };
    return { kind: 'fault', fault: faultOfStatus(refusal, baseUrl, now()) };
  }
  const inside = faultInside(response.body, baseUrl);
  if (inside !== null) return { kind: 'fault', fault: inside };
  const completion = readCompletion(response.body);
  if (completion === null) {
    return { kind: 'fault', fault: unreadable(baseUrl, 'a line of a batch holds no chat completion') };
  }
  return {
    kind: 'reply',
    reply: { ...joinTurns([completion]), latencyMs: null, requestHash },
  };
}

function readBatch(value: unknown): RemoteBatch | null {
  const batch = fieldsOf(value);
  if (typeof batch?.id !== 'string' || typeof batch.status !== 'string') return null;
  const { data } = fieldsOf(batch.errors) ?? {};
  const first = Array.isArray(data) ? fieldsOf(data[0]) : null;
  return {
    id: batch.id,
    state: batch.status.slice(0, 40),
    outputFile: nameOf(batch.output_file_id),
    errorFile: nameOf(batch.error_file_id),
    failure: first === null ? null : (nameOf(first.code) ?? 'no reason given'),
  };
}

/** A form with two fields, as `files` wants it; the boundary must not stand in the file. */
function multipart(file: string, name: string): { readonly text: string; readonly type: string } {
  let boundary = 'agon-batch';
  while (file.includes(boundary)) boundary += '-';
  const field = (disposition: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    text: [
      field('name="purpose"', 'batch'),
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}.jsonl"\r\n` +
        `content-type: application/jsonl\r\n\r\n${file}\r\n`,
      `--${boundary}--\r\n`,
    ].join(''),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
}
