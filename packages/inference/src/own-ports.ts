import type { Environment } from './address-guard.ts';

/** Of PostgreSQL where its address names none. */
const DATABASE_PORT = 5432;

/**
 * @param environment of a service: PORT is that of the api, AGON_DATABASE_URL (or DATABASE_URL) names the database
 * @returns the ports that this arena has on this machine
 */
export function readOwnPorts(environment: Environment): readonly number[] {
  const api = Number(environment.PORT ?? '');
  const database = databasePort(environment.AGON_DATABASE_URL ?? environment.DATABASE_URL ?? '');
  return [api, database ?? 0].filter((port) => Number.isInteger(port) && port > 0);
}

/** @returns null where the database runs elsewhere: its port may be a model server's here */
function databasePort(url: string): number | null {
  if (!URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  const isHere = ['', 'localhost', '[::1]'].includes(hostname) || hostname.startsWith('127.');
  return isHere ? Number(port || DATABASE_PORT) : null;
}
