import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathToFileURL } from 'node:url';
import { TEXT_HEADERS } from './http/security-headers.ts';

/** Renders pages: the built SvelteKit app, as a Node request handler. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The built pages, or a handler that says how to build them. */
export async function loadPages(handlerPath: string | null): Promise<PageHandler> {
  if (handlerPath === null) return unavailablePages('This server has no pages; the API is under /api/v1.\n');
  if (!existsSync(handlerPath)) {
    return unavailablePages('The pages are not built. Run `npm run build`, then start again.\n');
  }
  // the handler assumes https unless a header says otherwise; the server sets that header itself
  process.env.PROTOCOL_HEADER ??= 'x-forwarded-proto';
  const { handler } = (await import(pathToFileURL(handlerPath).href)) as { handler: PageHandler };
  return handler;
}

function unavailablePages(text: string): PageHandler {
  return (_, response) => {
    response.writeHead(503, TEXT_HEADERS).end(text);
  };
}
