import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { SERVER_VARIABLE, TEMPLATE } from '@agon/testkit';
import postgres from 'postgres';

/**
 * One throw-away server for the run, or the one at AGON_TEST_DATABASE_URL (PostgreSQL 15 to 18, a role that may create
 * databases), with a migrated template that test files copy.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.AGON_TEST_DATABASE_URL;
  const folder = mkdtempSync(join(tmpdir(), 'agon-medium-'));
  const server =
    given === undefined || given === ''
      ? await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false, log: () => {} })
      : null;
  const url = server?.url ?? given!;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
  await sql.unsafe(`create database ${TEMPLATE}`);
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  await migrateDatabase(template.href);
  await sql.end();
  process.env[SERVER_VARIABLE] = url;
  return async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
