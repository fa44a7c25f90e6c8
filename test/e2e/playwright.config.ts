import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { findBrowser } from './find-browser.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUTPUT = fileURLToPath(new URL('./.output/', import.meta.url));
const PORT = Number(process.env.AGON_E2E_PORT ?? 4519);
const isMain = process.env.TEST_WORKER_INDEX === undefined;

// each run starts as a stranger would: with no data at all
if (isMain) rmSync(`${OUTPUT}data`, { recursive: true, force: true });

export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  outputDir: `${OUTPUT}results`,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  reporter: [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    launchOptions: { executablePath: await findBrowser(), args: ['--no-sandbox'] },
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    // a trace of every test doubles their time: AGON_E2E_TRACE=1 to see what one did
    trace: process.env.AGON_E2E_TRACE === '1' ? 'retain-on-failure' : 'off',
  },
  webServer: {
    command: `node apps/cli/src/main.ts start --port ${PORT} --data test/e2e/.output/data --json`,
    cwd: ROOT,
    url: `http://127.0.0.1:${PORT}/readyz`,
    timeout: 180_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
