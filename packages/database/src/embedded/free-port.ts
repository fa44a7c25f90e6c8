import { once } from 'node:events';
import { createServer } from 'node:net';

/** @param wanted 0: any. @returns a port of the loopback address that nobody listens on; null where it is taken */
export async function freePort(wanted: number): Promise<number | null> {
  const server = createServer();
  server.listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : null;
}
