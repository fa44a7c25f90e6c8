import type { ImportProgress } from '@agon/arena';
import type { ImportEvent, ImportResult } from '@agon/contract';
import type { ArenaError } from '@agon/domain';
import { toProblem } from './http/problem-response.ts';
import { API_HEADERS } from './http/security-headers.ts';

type Watch = { readonly onProgress: (progress: ImportProgress) => void; readonly signal: AbortSignal };

/**
 * An import whose reply says how far it is, one JSON document a line. A reader that goes away takes the import back:
 * its transaction is rolled back unless it was committed by then.
 */
export function streamImport(
  work: (watch: Watch) => Promise<ImportResult>,
  asRefusal: (error: unknown, route: string) => ArenaError,
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: ImportEvent) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
      };
      // the stream must be handed out before the work begins, or nobody can read of its progress
      await Promise.resolve();
      void (async () => {
        try {
          const result = await work({
            signal: gone.signal,
            onProgress: (progress) => send({ kind: 'progress', ...progress }),
          });
          send({ kind: 'done', result });
        } catch (error) {
          if (!gone.signal.aborted) {
            send({ kind: 'refused', problem: toProblem(asRefusal(error, 'streamImport')) });
          }
        }
        if (!gone.signal.aborted) controller.close();
      })();
    },
    cancel() {
      gone.abort();
    },
  });
  return new Response(body, {
    headers: { ...API_HEADERS, 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
  });
}
