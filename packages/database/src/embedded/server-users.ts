import { lives, ownIdentity } from '../processes/process-identity.ts';
import { readState, writeState } from './cluster-state.ts';

/** Writes down that this process uses the server; forgets users of earlier servers, and dead ones. Under the lock. */
export function joinServer(folder: string, server: { readonly pid: number; readonly port: number }): void {
  const state = readState(folder);
  const others = state.server?.pid === server.pid ? state.server.users.filter(lives) : [];
  writeState(folder, {
    ...state,
    port: server.port,
    server: { pid: server.pid, users: [...others, ownIdentity()] },
  });
}

/** Takes one of this process's entries back. Under the lock. @returns whether nobody living uses the server now */
export function leaveServer(folder: string, pid: number): boolean {
  const state = readState(folder);
  // another server has taken its place: this one is gone
  if (state.server?.pid !== pid) return false;
  const users = state.server.users.filter(lives);
  const own = users.findIndex((user) => user.pid === process.pid);
  const others = users.filter((_, index) => index !== own);
  writeState(folder, { ...state, server: others.length === 0 ? null : { pid, users: others } });
  return others.length === 0;
}
