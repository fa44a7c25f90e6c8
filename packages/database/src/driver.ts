/**
 * The PostgreSQL driver, with guards put into its source while it is loaded; whoever needs the driver imports it from
 * here. What postgres 3.4.9 does where a server dies while statements are on their way (porsager/postgres issues 1154
 * and 1208, open):
 *
 * - Small writes are gathered until the end of the tick. Where the connection is lost before that, it writes to a
 *   socket that is null: a TypeError outside every promise, which ends the process.
 * - Statements of a transaction whose connection was lost go to the connection's successor, outside of any
 *   transaction or inside another one.
 * - Some statements are never answered, others get the error of a connection before theirs.
 *
 * With the guards they all fail with CONNECTION_CLOSED, as any other loss of a connection does.
 *
 * And one that has nothing to do with a loss: a COPY that ends while its reader is behind leaves the connection paused,
 * so that the next statement on it is never answered.
 */
import { registerHooks } from 'node:module';

type Guard = readonly [place: string, guarded: string];

/** What is replaced, each once in its file. */
const GUARDS: Readonly<Record<string, readonly Guard[]>> = {
  'connection.js': [
    [
      'function nextWrite(fn) {',
      `function nextWrite(fn) {
    if (socket === null) {
      clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      const lost = Errors.connection('CONNECTION_CLOSED', options, null)
      query && queryError(query, lost)
      query = null
      while (sent.length) queryError(sent.shift(), lost)
      return false
    }`,
    ],
    // the timer that this stops leaves its bytes behind; on a new connection they would come before the greeting
    [
      'clearImmediate(nextWriteTimer)\n    socket.removeListener',
      'clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
    ],
    // a statement sent after the socket's error and before its end would never be answered; what is left of the last
    // reply would be taken for the first one of the next connection
    [
      "!hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))",
      `;(query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()`,
    ],
    [
      'stream && stream.push(null)\n    stream = null',
      'stream && stream.push(null)\n    stream = null\n    socket.resume()',
    ],
    // the driver's own first query: nobody awaits it, and a lost connection asks again when it is back
    ['return fetchArrayTypes()', 'return fetchArrayTypes().catch(() => {})'],
  ],
  'index.js': [
    [
      '      , connection\n      , prepare = null',
      '      , connection\n      , lost = null\n      , prepare = null',
    ],
    ['connection.onclose = reject)', 'connection.onclose = error => (lost = error, reject(error)))'],
    [
      'q.catch(e => uncaughtError || (uncaughtError = e))',
      'q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost) return q.reject(lost)',
    ],
  ],
};
const FILE = /\/postgres\/src\/(connection\.js|index\.js)$/;

function guarded(source: string, guards: readonly Guard[]): string {
  return guards.reduce((text, [place, replacement]) => {
    if (text.split(place).length !== 2)
      throw new Error(
        'The PostgreSQL driver has changed: look whether it still needs its guards (driver.ts).',
      );
    return text.replace(place, () => replacement);
  }, source);
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const guards = GUARDS[FILE.exec(url)?.[1] ?? ''];
    if (guards === undefined || loaded.source === undefined || loaded.source === null) return loaded;
    const { source } = loaded;
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
    return { ...loaded, source: guarded(text, guards) };
  },
});

// imported here and not above: the hook must stand before the driver is loaded
export const { default: postgres } = await import('postgres');
export const { drizzle } = await import('drizzle-orm/postgres-js');
