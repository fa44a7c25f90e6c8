import { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
import { identityOf, lives, type ProcessIdentity } from '@agon/database/processes';
import { ArenaError, isArenaError } from '@agon/domain';
import type { ServiceEvent } from './supervise.ts';

export type KeptDatabase = {
  /** Of the first start. */
  readonly url: string;
  stop(): Promise<void>;
};

export type KeepOptions = EmbeddedOptions & {
  readonly onEvent: (event: ServiceEvent) => void;
  /** It came back elsewhere: its port was taken meanwhile. */
  readonly onMoved: (url: string) => void;
  readonly onGivenUp: (error: ArenaError) => void;
};

/** Between two looks at the server's process, milliseconds: a look costs two system calls. */
const LOOK_MS = 200;
/** Starts in a row that failed: with the pauses between them, about half a minute. */
const MAX_FAILURES = 6;
const FIRST_PAUSE_MS = 500;

/** Starts or joins the embedded PostgreSQL, and starts it again when it was killed. @throws ArenaError as startEmbeddedPostgres */
export async function keepDatabase(options: KeepOptions): Promise<KeptDatabase> {
  let server: EmbeddedPostgres = await startEmbeddedPostgres(options);
  let identity: ProcessIdentity = identityOf(server.pid);
  const { url } = server;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let restarting: Promise<void> = Promise.resolve();

  const look = () => {
    if (stopping) return;
    if (lives(identity)) timer = setTimeout(look, LOOK_MS);
    else restarting = restart(1);
  };

  const restart = async (attempt: number): Promise<void> => {
    if (attempt === 1)
      options.onEvent({ event: 'database_ended', message: 'The database ended; it is started again' });
    try {
      const before = server.url;
      server = await startEmbeddedPostgres(options);
      identity = identityOf(server.pid);
      options.onEvent({ event: 'database_restarted', message: 'The database is back' });
      if (server.url !== before) options.onMoved(server.url);
      timer = setTimeout(look, LOOK_MS);
    } catch (thrown) {
      const error = isArenaError(thrown) ? thrown : new ArenaError('internal', String(thrown));
      if (attempt >= MAX_FAILURES) return options.onGivenUp(error);
      if (stopping) return;
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1);
      options.onEvent({
        event: 'database_failed',
        message: `${error.message} Next try in ${pauseMs / 1000} s`,
      });
      timer = setTimeout(() => {
        restarting = restart(attempt + 1);
      }, pauseMs);
    }
  };

  timer = setTimeout(look, LOOK_MS);
  return {
    url,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await restarting;
      clearTimeout(timer);
      await server.stop();
    },
  };
}
