import { ReadableStream } from 'node:stream/web';
import type { Exported } from '@agon/arena';
import { API_HEADERS } from './security-headers.ts';

/** A file that is made while it is sent. */
export async function exportResponse(exported: Exported, request: Request): Promise<Response> {
  const { body, byteLength, fileName, mediaType } = exported;
  // a reply to HEAD has no body, and whoever is gone reads none: what it holds would stay open
  if (request.signal.aborted || request.method === 'HEAD') await body.return?.();
  return new Response(ReadableStream.from(body) as BodyInit, {
    headers: {
      ...API_HEADERS,
      'content-type': mediaType,
      'content-disposition': `attachment; filename="${fileName}"`,
      ...(byteLength === null ? {} : { 'content-length': String(byteLength) }),
    },
  });
}
