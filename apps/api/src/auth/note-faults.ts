import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailableFault } from '../http/unavailable.ts';

/** better-auth answers a database that failed as if its caller had, and keeps the reason to itself. */
const noted = new AsyncLocalStorage<{ fault: unknown }>();

/**
 * Runs a call of better-auth. Where the database failed under it, and the call failed too, the failure is that of the
 * database.
 * @param failed whether the result says that the call failed
 */
export function withDatabaseFaults<Result>(
  work: () => Promise<Result>,
  failed: (result: Result) => boolean = () => false,
): Promise<Result> {
  const note: { fault: unknown } = { fault: null };
  return noted.run(note, async () => {
    try {
      const result = await work();
      if (failed(result) && unavailableFault(note.fault) !== null) throw note.fault;
      return result;
    } catch (error) {
      throw unavailableFault(note.fault) !== null ? note.fault : error;
    }
  });
}

/** An adapter of better-auth, or one of its transactions, whose failures are noted for `withDatabaseFaults`. */
export function noteFaults<Adapter extends object>(adapter: Adapter): Adapter {
  return new Proxy(adapter, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const [work] = args;
        const given =
          name === 'transaction' && typeof work === 'function'
            ? [(inner: Adapter) => work(noteFaults(inner)) as unknown]
            : args;
        const result: unknown = Reflect.apply(member, target, given);
        if (!(result instanceof Promise)) return result;
        return result.catch((fault: unknown) => {
          const note = noted.getStore();
          if (note !== undefined && unavailableFault(fault) !== null) note.fault = fault;
          throw fault;
        });
      };
    },
  });
}
