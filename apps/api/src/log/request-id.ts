import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

export const REQUEST_ID_HEADER = 'x-request-id';

/** What a proxy of ours may have called the request: no more than a line can hold without harm. */
const GIVEN = /^[\w.-]{8,64}$/;

const current = new AsyncLocalStorage<string>();

/** The id of the request that this code runs for. */
export function requestId(): string | undefined {
  return current.getStore();
}

/**
 * Runs what a request needs under its id.
 * @param given the header of the request, from a proxy of ours; null where it comes from anybody
 */
export function withRequestId<Result>(given: string | null, work: (id: string) => Result): Result {
  // a page's calls of the API belong to the request of the page
  const id = current.getStore() ?? (given !== null && GIVEN.test(given) ? given : randomUUID());
  return current.run(id, () => work(id));
}
