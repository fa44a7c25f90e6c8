import { describeFault } from '@agon/database';
import { isArenaError } from '@agon/domain';
import { createLineLog } from './log/line-log.ts';
import { readConfig } from './read-config.ts';
import { type ApiServer, startApiServer } from './start-api-server.ts';

/** One JSON line a event on stdout: `ready`, or `error` with what to do. */
function print(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** For what ends the process; it says of itself what it does while it runs. */
const log = createLineLog({
  level: 'error',
  write: (line) => process.stderr.write(line),
  now: () => Date.now(),
});

let server: ApiServer | undefined;
let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server?.stop();
  process.exit(0);
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// the supervisor is gone, whatever became of it
process.on('disconnect', stop);
// and with it who reads what is written to stderr
process.stderr.on('error', () => {});
// as one line, where Node.js would print messages as they are
process.on('uncaughtException', (error) => {
  log({ event: 'ended', ...describeFault(error) });
  process.exit(1);
});
// or was before this line was reached
if (process.send !== undefined && !process.connected) await stop();

try {
  server = await startApiServer(readConfig(process.env));
  print({ event: 'ready', url: server.url, setup_token: server.setupToken, pid: process.pid });
  if (stopping) await server.stop();
} catch (error) {
  if (isArenaError(error))
    print({ event: 'error', code: error.code, message: error.message, hint: error.hint ?? null });
  else {
    print({
      event: 'error',
      code: 'internal',
      message: error instanceof Error ? error.message : String(error),
      hint: null,
    });
    log({ event: 'ended', ...describeFault(error) });
  }
  process.exit(2);
}
