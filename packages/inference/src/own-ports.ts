import type { Environment } from './address-guard.ts';

/** Of PostgreSQL where its address names none. */
const DATABASE_PORT = 5432;

/**
 * @param environment of a service: PORT is that of the api, AGON_DATABASE_URL (or DATABASE_URL) names the database
 * @returns their ports; those of a database elsewhere too, which nothing on this machine should be asked at either
 */
export function readOwnPorts(environment: Environment): readonly number[] {
  const url = environment.AGON_DATABASE_URL ?? environment.DATABASE_URL ?? '';
  const database = URL.canParse(url) ? Number(new URL(url).port || DATABASE_PORT) : null;
  const api = Number(environment.PORT ?? '');
  return [api, database ?? 0].filter((port) => Number.isInteger(port) && port > 0);
}
