import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

export type TestDatabase = { readonly url: string; drop(): Promise<void> };

/** Where `test/medium/global-setup.ts` says that the run's server and its migrated template are. */
export const SERVER_VARIABLE = 'AGON_TEST_SERVER';
export const TEMPLATE = 'agon_template';

/**
 * A database of one's own, copied from the migrated template: some tens of milliseconds.
 * @param from another one's URL, to which nobody is connected; its ids are the copy's
 */
export async function createTestDatabase(from?: string): Promise<TestDatabase> {
  const server = process.env[SERVER_VARIABLE];
  if (server === undefined)
    throw new Error(`${SERVER_VARIABLE} is not set: run through vitest, project "medium"`);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = from === undefined ? TEMPLATE : new URL(from).pathname.slice(1);
  await admin(server, (sql) => sql.unsafe(`create database ${name} template ${template}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => admin(server, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`)),
  };
}

async function admin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await retryWhileTemplateIsBusy(() => work(sql));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** PostgreSQL copies a template only while nobody is connected to it; another test file may be copying. */
async function retryWhileTemplateIsBusy(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const isBusy = typeof error === 'object' && error !== null && 'code' in error && error.code === '55006';
      if (!isBusy || attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
