import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { withFolderLock } from '../processes/folder-lock.ts';
import { readState } from './cluster-state.ts';
import { explainFailure } from './explain-failure.ts';
import { findServer, serverUrl } from './find-server.ts';
import { freePort } from './free-port.ts';
import { launchServer } from './launch-server.ts';
import { makeCluster } from './make-cluster.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { prepareFolder } from './prepare-folder.ts';
import { chooseAccount, handOver } from './run-as.ts';
import { joinServer, leaveServer } from './server-users.ts';
import { stopServer } from './stop-server.ts';

export type EmbeddedOptions = {
  /** Folder of the database cluster; made where it is missing. Its lock and its log are files beside it. */
  readonly dataDir: string;
  /** False: no disk flushes. For tests that throw their data away. Default true. */
  readonly durable?: boolean;
  /** Port of a new server, else that of the last start where it is free, else any. */
  readonly port?: number;
  readonly log: (text: string) => void;
};

export type EmbeddedPostgres = {
  /** With the password. */
  readonly url: string;
  readonly pid: number;
  /** False: a server that was running already is used. */
  readonly startedHere: boolean;
  /** The cluster was made just now. */
  readonly firstStart: boolean;
  /**
   * Says that this user is done. The call of the last living user shuts the server down and waits for it, whoever
   * started it; users that were killed do not count. A second call does nothing.
   */
  stop(): Promise<void>;
};

/**
 * Starts a PostgreSQL server on a folder, or uses the one that runs on it. Several starters at once are fine, in one
 * process or in many. The server survives its starter: one that was killed leaves a server that the next one finds. It
 * listens on the loopback address only and asks for a password that only the folder's owner can read.
 * @throws ArenaError data_folder_unusable, data_folder_newer, port_taken
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const binaries = postgresBinaries();
  const folder = prepareFolder(options.dataDir, binaries.major);
  return withFolderLock(`${folder}.lock`, () => startOrJoin(folder, binaries, options)).catch((cause) => {
    throw isSystemError(cause) ? explainFailure(folder, cause) : cause;
  });
}

async function startOrJoin(
  folder: string,
  binaries: PostgresBinaries,
  options: EmbeddedOptions,
): Promise<EmbeddedPostgres> {
  const durable = options.durable ?? true;
  const account = chooseAccount(folder, binaries.initdb);
  const firstStart = !existsSync(join(folder, 'PG_VERSION'));
  if (firstStart) {
    options.log('making the database');
    await makeCluster({ folder, initdb: binaries.initdb, account, durable });
  }
  const { password, port: lastPort } = readState(folder);
  const running = await findServer(folder, password);
  if (running === null) await refuseTakenPort(options.port);
  handOver(account, folder);
  const program = binaries.postgres;
  const port = options.port ?? lastPort;
  const server = running ?? (await launchServer({ folder, program, account, durable, password, port }));
  try {
    joinServer(folder, server);
  } catch (cause) {
    if (running === null) await stopServer(folder, server.pid);
    throw cause;
  }
  let left = false;
  return {
    url: serverUrl(server.port, password),
    pid: server.pid,
    startedHere: running === null,
    firstStart,
    async stop() {
      if (left) return;
      left = true;
      await leave(folder, server.pid);
    },
  };
}

async function leave(folder: string, pid: number): Promise<void> {
  // where the folder was taken away, nobody else can be using the server
  if (!existsSync(folder)) return stopServer(folder, pid);
  await withFolderLock(`${folder}.lock`, async () => {
    if (leaveServer(folder, pid)) await stopServer(folder, pid);
  });
}

async function refuseTakenPort(port: number | undefined): Promise<void> {
  if (port === undefined || (await freePort(port)) !== null) return;
  throw new ArenaError('port_taken', `Port ${port}, wanted for the database, is taken.`, {
    hint: 'Name another port, or none.',
  });
}

function isSystemError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}
