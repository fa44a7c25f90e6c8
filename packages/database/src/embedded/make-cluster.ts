import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { writeState } from './cluster-state.ts';
import { explainFailure } from './explain-failure.ts';
import { postgresEnvironment } from './postgres-environment.ts';
import { type Account, handOver, runAs } from './run-as.ts';
import { sharedMemorySetting } from './shared-memory.ts';

/** The role that owns everything. */
export const CLUSTER_USER = 'agon';

export type ClusterPlan = {
  readonly folder: string;
  readonly initdb: string;
  readonly account: Account;
  readonly durable: boolean;
};

/**
 * Makes a cluster beside its folder and puts it in place by one rename: whenever it is interrupted, the folder holds
 * either no cluster or a whole one. Call it under the folder's lock.
 * @throws ArenaError('data_folder_unusable')
 */
export async function makeCluster(plan: ClusterPlan): Promise<void> {
  const { folder } = plan;
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new ArenaError('data_folder_unusable', `The folder ${folder} is not empty and holds no database.`, {
      hint: 'Empty it, or name another folder with --data.',
    });
  }
  const prefix = `${folder}.new-`;
  removeLeftovers(prefix);
  const workshop = mkdtempSync(prefix);
  try {
    const cluster = join(workshop, 'cluster');
    const password = randomBytes(24).toString('base64url');
    const passwordFile = join(workshop, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    handOver(plan.account, workshop);
    await initialise(plan, cluster, passwordFile);
    writeState(cluster, { password, port: null, server: null });
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(cluster, folder);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function initialise(plan: ClusterPlan, cluster: string, passwordFile: string): Promise<void> {
  const args = [
    ...['-D', cluster, '-U', CLUSTER_USER, '-A', 'scram-sha-256', '--pwfile', passwordFile],
    // sorts by code point and knows upper and lower case of every script, whatever the machine has installed
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    '--no-instructions',
    ...(plan.durable ? [] : ['--no-sync']),
    ...Object.entries(sharedMemorySetting()).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const [command, all, user] = runAs(plan.account, plan.initdb, args);
  let output = '';
  const child = spawn(command, [...all], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: postgresEnvironment(),
    ...user,
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close').catch((cause) => {
    throw explainFailure(plan.folder, cause);
  });
  if (code !== 0) throw explainFailure(plan.folder, output);
}

/** Of starters that were killed. A live one holds the lock, so these belong to nobody. */
function removeLeftovers(prefix: string): void {
  for (const name of readdirSync(dirname(prefix))) {
    if (!name.startsWith(basename(prefix))) continue;
    try {
      rmSync(join(dirname(prefix), name), { recursive: true, force: true });
    } catch {
      // an orphaned initdb is still writing there; the next start removes it
    }
  }
}
