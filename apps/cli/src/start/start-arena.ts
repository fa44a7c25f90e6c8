import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDatabase } from '@agon/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
import { ArenaError } from '@agon/domain';
import { buildWeb } from './build-web.ts';
import { dataFolder, prepareDataFolder, readRunning, removeRunning, writeRunning } from './data-folder.ts';
import { type Service, supervise } from './supervise.ts';

export type StartOptions = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly demo: boolean;
  readonly withWeb: boolean;
  readonly withJudge: boolean;
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void;
};

export type RunningArena = {
  readonly url: string;
  readonly data: string;
  readonly database: 'embedded' | 'external';
  readonly firstStart: boolean;
  readonly ownerKey: string;
  /** One-time link that makes the first admin; null once there is one. */
  readonly setupUrl: string | null;
  /** Stops what was started here: judge, api, then the database. */
  stop(): Promise<void>;
};

const script = (app: string) => fileURLToPath(new URL(`../../../${app}/src/main.ts`, import.meta.url));

/** Starts database, api and judge service, in this order. @throws ArenaError that says what to do */
export async function startArena(options: StartOptions): Promise<RunningArena> {
  const data = dataFolder(options.data);
  const { secret, ownerKey } = prepareDataFolder(data);
  const running = readRunning(data);
  if (running !== null) {
    throw new ArenaError(
      'data_folder_unusable',
      `An arena is running on this data folder already: ${running.url}`,
      {
        hint: `Open that page, stop process ${running.pid}, or name another folder with --data.`,
      },
    );
  }
  if (options.withWeb) await buildWeb(options.onEvent);
  const postgres: EmbeddedPostgres | null =
    options.databaseUrl === undefined
      ? await startEmbeddedPostgres({
          dataDir: join(data, 'postgres'),
          log: (text: string) => options.onEvent({ event: 'database', message: text }),
        })
      : null;
  const databaseUrl = options.databaseUrl ?? postgres!.url;
  const services: Service[] = [];
  const stop = async () => {
    for (const service of services.reverse()) await service.stop();
    removeRunning(data, process.pid);
    await postgres?.stop();
  };
  try {
    const before = await migrateDatabase(databaseUrl);
    const env = {
      AGON_DATABASE_URL: databaseUrl,
      AGON_DATA: data,
      AGON_SECRET: secret,
      AGON_OWNER_KEY: ownerKey,
      AGON_DEMO: options.demo ? '1' : '0',
      AGON_WEB: options.withWeb ? '1' : '0',
      // compiled code of the services is kept beside the data: the next start is quicker
      NODE_COMPILE_CACHE: join(data, 'cache'),
      HOST: options.host,
      PORT: String(options.port),
    };
    const api = await supervise({
      name: 'api',
      script: script('api'),
      env,
      readyMs: 60_000,
      drainMs: 15_000,
      onEvent: options.onEvent,
    });
    services.push(api);
    const url = String(api.ready.url);
    // a restarted api must come back where the pages expect it
    env.PORT = new URL(url).port;
    if (options.withJudge) {
      services.push(
        await supervise({
          name: 'judge',
          script: script('judge'),
          env,
          readyMs: 60_000,
          drainMs: 20_000,
          onEvent: options.onEvent,
        }),
      );
    }
    writeRunning(data, { url, pid: process.pid, ownerKey });
    const token = api.ready.setup_token;
    return {
      url,
      data,
      database: postgres === null ? 'external' : 'embedded',
      firstStart: before.firstTime,
      ownerKey,
      setupUrl: typeof token === 'string' ? `${url}/setup?token=${encodeURIComponent(token)}` : null,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whether the web pages are built: the file that the api serves them with. */
export function webIsBuilt(): boolean {
  return existsSync(fileURLToPath(new URL('../../../web/build/handler.js', import.meta.url)));
}
