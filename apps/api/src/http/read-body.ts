import { ArenaError, isArenaError, isNestedTooDeep, MAX_NESTED } from '@agon/domain';

/** Most bytes of an ordinary request. */
export const BODY_LIMIT = 512 * 1024;
/** Most bytes of files that come as texts in JSON, which this process has to parse; larger ones come as forms. */
export const TEXTS_LIMIT = 4 * 1024 * 1024;

function tooLarge(limit: number): ArenaError {
  const shown = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MB` : `${limit / 1024} kB`;
  return new ArenaError('too_large', `The request is larger than ${shown}.`, {
    hint:
      limit > BODY_LIMIT
        ? 'Send the files as multipart/form-data: then they may have any size.'
        : 'Send it in parts.',
  });
}

/**
 * The body as JSON. A browser cannot send this content type to another site without asking first, so the check of it
 * is also a guard against forged forms.
 * @throws ArenaError too_large, wrong_content_type, invalid_request
 */
export async function readJson(
  request: Request,
  limit: number,
  forms: 'no forms' | 'forms' = 'no forms',
): Promise<unknown> {
  requireJson(request.headers, forms);
  const text = await readText(request, limit).catch((cause: unknown) => {
    if (isArenaError(cause)) throw cause;
    throw new ArenaError('invalid_request', 'The request ended before its body did.', { cause });
  });
  return parseJson(text, 'The body');
}

/** @param forms also taken, by another reader @throws ArenaError('wrong_content_type') */
export function requireJson(headers: Headers, forms: 'no forms' | 'forms' = 'no forms'): void {
  const type = headers.get('content-type') ?? '';
  if (/^application\/json\s*(;|$)/i.test(type)) return;
  const other = forms === 'forms' ? ', or files as multipart/form-data' : '';
  throw new ArenaError('wrong_content_type', `The body must be JSON${other}.`, {
    hint: 'Send the header "Content-Type: application/json".',
    at: { column: 'content-type', value: type.slice(0, 100) },
  });
}

/**
 * A text that was sent as JSON. Its depth is seen before it is parsed.
 * @param what it is, for messages @throws ArenaError('invalid_request') with `at.column` where one is given
 */
export function parseJson(text: string, what: string, column?: string): unknown {
  const at = column === undefined ? {} : { at: { column } };
  if (isNestedTooDeep(text)) {
    throw new ArenaError('invalid_request', `${what} is nested more than ${MAX_NESTED} deep.`, {
      hint: 'Nothing that can be sent here is: check its brackets.',
      ...at,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArenaError('invalid_request', `${what} is not JSON: ${(error as Error).message}`, {
      hint: 'Check quotes, commas and brackets.',
      ...at,
    });
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  const declared = request.headers.get('content-length');
  if (declared !== null) {
    if (Number(declared) > limit) throw tooLarge(limit);
    return request.text();
  }
  // no length given (chunked): count while reading
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw tooLarge(limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
