import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDatabase } from '@agon/database';
import { identityOf, type ProcessIdentity } from '@agon/database/processes';
import { ArenaError } from '@agon/domain';
import { CUDA_FOLDER_VARIABLE } from '@agon/inference/cuda';
import { JUDGE_NODE_ARGS } from '@agon/inference/supervisor';
import { cudaFolder } from '../doctor/check-cuda.ts';
import { buildWeb } from './build-web.ts';
import {
  claimDataFolder,
  dataFolder,
  prepareDataFolder,
  removeRunning,
  writeRunning,
  writeServices,
} from './data-folder.ts';
import { endLeftServices } from './end-left-services.ts';
import { judgeAnswers, judgeEnvironment } from './judge-environment.ts';
import { keepDatabase } from './keep-database.ts';
import { providerHosts } from './provider-hosts.ts';
import { type Service, type ServiceEvent, type ServiceOptions, supervise } from './supervise.ts';

export type StartOptions = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly demo: boolean;
  readonly withWeb: boolean;
  readonly withJudge: boolean;
  /** The one arena of its data folder, which other commands talk to; else one that a command starts for itself. */
  readonly isMain: boolean;
  /** Gives the start up; what was started is stopped. */
  readonly signal?: AbortSignal;
  readonly onEvent: (event: ServiceEvent) => void;
  /** Something failed again and again: the arena cannot go on and should be stopped. */
  readonly onGivenUp?: (error: ArenaError) => void;
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

const READY_MS = 60_000;
const script = (app: string) => fileURLToPath(new URL(`../../../${app}/src/main.ts`, import.meta.url));

/** Starts database, api and judge service, in this order. @throws ArenaError that says what to do */
export async function startArena(options: StartOptions): Promise<RunningArena> {
  const data = dataFolder(options.data);
  const { secret, ownerKey, encryptionKey } = await prepareDataFolder(data);
  const claim = options.isMain ? await claimDataFolder(data) : null;
  /** What is undone at the end, last first. */
  const undo: (() => Promise<void> | void)[] = [() => claim?.release()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const onGivenUp = (error: ArenaError) => options.onGivenUp?.(error);
  try {
    if (options.isMain) await endLeftServices(data);
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    // the pages need the processor, the database mostly the disk
    const building = options.withWeb ? buildWeb(options.onEvent, signal) : Promise.resolve();
    building.catch(() => {});
    undo.push(() => abort.abort());
    const env: Record<string, string> = {
      AGON_DATA: data,
      AGON_SECRET: secret,
      AGON_OWNER_KEY: ownerKey,
      // what the folder's own key sealed still opens, and is sealed again by the one that was given
      AGON_ENCRYPTION_KEY: [process.env.AGON_ENCRYPTION_KEY, encryptionKey].filter(Boolean).join(','),
      AGON_PROVIDER_HOSTS: providerHosts(process.env, options.host),
      AGON_DEMO: options.demo ? '1' : '0',
      AGON_WEB: options.withWeb ? '1' : '0',
      // compiled code of the services is kept beside the data: the next start is quicker
      NODE_COMPILE_CACHE: join(data, 'cache'),
      HOST: options.host,
      PORT: String(options.port),
    };
    const services: Service[] = [];
    if (options.databaseUrl === undefined) {
      const kept = await keepDatabase({
        dataDir: join(data, 'postgres'),
        log: (message) => options.onEvent({ event: 'database', message: `First start: ${message}` }),
        onEvent: options.onEvent,
        onMoved: (url) => {
          env.AGON_DATABASE_URL = url;
          for (const service of services) service.restart();
        },
        onGivenUp,
      });
      undo.push(() => kept.stop());
      env.AGON_DATABASE_URL = kept.url;
    } else env.AGON_DATABASE_URL = options.databaseUrl;
    refuseAborted(options.signal);
    const { firstTime } = await migrateDatabase(env.AGON_DATABASE_URL);
    await building;
    refuseAborted(options.signal);

    const processes = new Map<string, ProcessIdentity>();
    const run = async (
      name: string,
      drainMs: number,
      givenUp: (error: ArenaError) => void,
      own: Pick<ServiceOptions, 'env' | 'answer' | 'nodeArgs'>,
    ): Promise<Service> => {
      const service = await supervise({
        name,
        script: script(name),
        ...own,
        readyMs: READY_MS,
        drainMs,
        onEvent: options.onEvent,
        onProcess: (pid) => {
          processes.set(name, identityOf(pid));
          if (options.isMain) writeServices(data, [...processes.values()]);
        },
        onGivenUp: givenUp,
      });
      services.push(service);
      undo.push(() => service.stop());
      refuseAborted(options.signal);
      return service;
    };
    const starts = [run('api', 15_000, onGivenUp, { env: () => ({ ...process.env, ...env }) })];
    if (options.withJudge) {
      // people can vote without it
      const withoutJudge = ({ message, hint }: ArenaError) =>
        options.onEvent({ event: 'service_given_up', service: 'judge', message: `${message} ${hint ?? ''}` });
      const own = {
        env: () =>
          judgeEnvironment({ ...process.env, ...env, [CUDA_FOLDER_VARIABLE]: resolve(cudaFolder(data)) }),
        answer: judgeAnswers(process.env, () => env),
        nodeArgs: JUDGE_NODE_ARGS,
      };
      starts.push(run('judge', 20_000, withoutJudge, own));
    }
    // a failure waits for the others: what is half started cannot be stopped
    const [api] = (await Promise.allSettled(starts)).map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    if (api === undefined) throw new ArenaError('internal', 'No service was started.');
    const url = String(api.ready.url);
    // a restarted api must come back where the pages expect it
    env.PORT = new URL(url).port;
    if (options.isMain) {
      writeRunning(data, url, ownerKey);
      undo.push(() => removeRunning(data));
    }
    const token = api.ready.setup_token;
    return {
      url,
      data,
      database: options.databaseUrl === undefined ? 'embedded' : 'external',
      firstStart: firstTime,
      ownerKey,
      setupUrl: typeof token === 'string' ? `${url}/setup?token=${encodeURIComponent(token)}` : null,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ArenaError('shutting_down', 'The start was given up.');
}
