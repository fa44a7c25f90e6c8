import { isArenaError } from '@agon/domain';
import { keysOfEnvironment, supervisedKeys } from './key-source.ts';
import { startJudgeService } from './start-judge-service.ts';

/** One JSON line an event on stdout: `ready`, or `error` with what to do. */
function print(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const abort = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => abort.abort());
// and with it who reads what is written to stderr
process.stderr.on('error', () => {});
// the supervisor was gone before these lines were reached
if (process.send !== undefined && !process.connected) abort.abort();

try {
  const url = process.env.AGON_DATABASE_URL ?? process.env.DATABASE_URL ?? '';
  const service = await startJudgeService({
    databaseUrl: url,
    environment: process.env,
    keys: process.send === undefined ? keysOfEnvironment(process.env) : supervisedKeys(process),
    signal: abort.signal,
  });
  print({ event: 'ready', pid: process.pid });
  await service.ended;
  process.exit(0);
} catch (error) {
  const { code, message, hint } = isArenaError(error)
    ? error
    : { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: undefined };
  print({ event: 'error', code, message, hint: hint ?? null });
  process.exit(2);
}
