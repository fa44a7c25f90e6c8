import { defineConfig } from 'drizzle-kit';

/** `npm run migrations:generate -- --name add_something` writes the next page of the diary in migrations/. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './packages/database/src/schema.ts',
  out: './migrations',
  migrations: { prefix: 'timestamp' },
});
