import { defineConfig } from 'vitest/config';

/** Four speeds: unit (no I/O), golden (real data where present), medium (real PostgreSQL), api (in process). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/{api,cli,judge}/src/**/*.test.ts',
            'apps/web/src/lib/**/*.test.ts',
            'test/architecture/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'golden',
          include: ['test/golden/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'medium',
          include: ['test/{medium,api,attack}/**/*.test.ts'],
          globalSetup: ['test/medium/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          // they wait for the database most of the time
          maxWorkers: 2,
        },
      },
    ],
  },
});
