import { type Client, createClient } from '@agon/client';
import { dataFolder, readRunning } from './start/data-folder.ts';

/** A server to talk to, and its address for calls that stream. */
export type Server = {
  readonly client: Client;
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Started for this command alone, and stopped after it. */
  readonly isOwn: boolean;
};

/**
 * Runs `work` against the server at AGON_URL, else the one that the data folder says is running, else one that is
 * started for this command alone and stopped after it.
 */
export async function withServer<Result>(
  options: { readonly data?: string | undefined; readonly judge?: boolean },
  work: (server: Server) => Promise<Result>,
): Promise<Result> {
  const remote = process.env.AGON_URL;
  if (remote !== undefined && remote !== '') {
    const url = remote.replace(/\/$/, '');
    const apiKey = process.env.AGON_API_KEY;
    return work({
      client: createClient({ baseUrl: url, ...(apiKey === undefined ? {} : { apiKey }) }),
      url,
      apiKey,
      isOwn: false,
    });
  }
  const running = readRunning(dataFolder(options.data));
  if (running !== null) {
    return work({
      client: createClient({ baseUrl: running.url, apiKey: running.ownerKey }),
      url: running.url,
      apiKey: running.ownerKey,
      isOwn: false,
    });
  }
  const { startArena } = await import('./start/start-arena.ts');
  const arena = await startArena({
    host: '127.0.0.1',
    port: 0,
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(process.env.DATABASE_URL === undefined || process.env.DATABASE_URL === ''
      ? {}
      : { databaseUrl: process.env.DATABASE_URL }),
    demo: false,
    withWeb: false,
    withJudge: options.judge ?? false,
    isMain: false,
    onEvent: () => {},
  });
  try {
    return await work({
      client: createClient({ baseUrl: arena.url, apiKey: arena.ownerKey }),
      url: arena.url,
      apiKey: arena.ownerKey,
      isOwn: true,
    });
  } finally {
    await arena.stop();
  }
}
