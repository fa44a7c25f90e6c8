import type { ImportEvent, ImportResult } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { errorOf, refusalOf, urlOf } from './create-client.ts';

export type StreamImport = {
  /** Origin of the server, without a slash at the end; absent: same origin. */
  readonly baseUrl?: string;
  readonly apiKey?: string | undefined;
  readonly campaign: string;
  /** A part `options` (`ImportForm` as JSON), then a part `file` for each file. */
  readonly form: FormData;
  readonly onProgress?: (progress: Extract<ImportEvent, { kind: 'progress' }>) => void;
  /** Aborted: the server takes the import back. */
  readonly signal?: AbortSignal;
};

/** An import whose progress is told while it runs. @throws ArenaError as the server refused it */
export async function streamImport(command: StreamImport): Promise<ImportResult> {
  const { baseUrl = '', apiKey, campaign, form, onProgress, signal } = command;
  const { method, url } = urlOf('streamImport', { campaign });
  const response = await fetch(`${baseUrl}${url}`, {
    method,
    body: form,
    credentials: 'same-origin',
    headers: {
      accept: 'application/x-ndjson',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw brokenOff(baseUrl, cause);
  });
  if (!response.ok || response.body === null) throw await errorOf(response);
  for await (const event of eventsIn(response.body)) {
    if (event.kind === 'done') return event.result;
    if (event.kind === 'refused') throw refusalOf(event.problem);
    onProgress?.(event);
  }
  throw brokenOff(baseUrl, null);
}

async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ImportEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ImportEvent;
    if (done) return;
  }
}

function brokenOff(baseUrl: string, cause: unknown): ArenaError {
  return new ArenaError(
    'provider_unreachable',
    `The connection to ${baseUrl || 'the server'} broke off; nothing was imported.`,
    { hint: 'Look into the list of imports, then try again.', cause },
  );
}
