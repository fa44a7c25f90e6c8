import { setTimeout as pause } from 'node:timers/promises';
import { Paces, type Ports, providerKeyContext, type WorkPorts } from '@agon/arena';
import {
  connect,
  createAuditLog,
  createBatchStore,
  createBattleStore,
  createBoardFeed,
  createContentStore,
  createDriftStore,
  createIds,
  createJudgeCardStore,
  createProviderStore,
  createRunStore,
  type Database,
  takeWorkerLock,
} from '@agon/database';
import { createModelClients } from '@agon/inference';
import { LocalModels, readModelMemory, readModelProvider } from '@agon/inference/onnx';
import { createKeyVault } from '@agon/inference/vault';
import type { KeySource } from './key-source.ts';

/** Works on runs, and starts those that are due. */
type JudgePorts = WorkPorts & Pick<Ports, 'drift' | 'audit' | 'ids'>;

export type Composed = { readonly ports: JudgePorts; readonly database: Database; close(): Promise<void> };

/** The one place of this app where ports meet their adapters. */
export async function compose(
  databaseUrl: string,
  environment: Readonly<Record<string, string | undefined>>,
  keys: KeySource,
): Promise<Composed> {
  // first: a wrong variable should end the start before anything is open
  const vault = createKeyVault(environment.AGON_ENCRYPTION_KEY ?? '');
  const modelMemory = readModelMemory(environment);
  const modelClients = createModelClients({
    environment,
    vault,
    keyContext: providerKeyContext,
    readKey: keys.readKey,
    ownPorts: keys.ownPorts,
    now: () => Date.now(),
  });
  const localModels = new LocalModels(modelMemory, readModelProvider(environment));
  const database = connect(databaseUrl, { connections: 7 });
  const feed = await createBoardFeed(database);
  const lock = await takeWorkerLock(database);
  const clock = { now: () => Date.now() };
  return {
    database,
    ports: {
      runs: createRunStore(database, lock.worker),
      batches: createBatchStore(database),
      providers: createProviderStore(database),
      modelClients: localModels.over(modelClients),
      battles: createBattleStore(database),
      content: createContentStore(database),
      judgeCards: createJudgeCardStore(database),
      drift: createDriftStore(database),
      audit: createAuditLog(database),
      ids: createIds(clock),
      feed,
      paces: new Paces(),
      clock,
      monotonic: { now: () => performance.now() },
      timers: {
        after: (ms, signal) => pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
      },
    },
    async close() {
      lock.release();
      await localModels.close();
      await feed.close();
      await database.close();
    },
  };
}
