import { providerKeyContext, type WorkPorts } from '@agon/arena';
import {
  connect,
  createBoardFeed,
  createContentStore,
  createIds,
  createJudgeStore,
  type Database,
} from '@agon/database';
import { createModelClients } from '@agon/inference';
import { createKeyVault } from '@agon/inference/vault';
import type { KeySource } from './key-source.ts';

export type Composed = { readonly ports: WorkPorts; readonly database: Database; close(): Promise<void> };

/** The one place of this app where ports meet their adapters. */
export async function compose(
  databaseUrl: string,
  environment: Readonly<Record<string, string | undefined>>,
  keys: KeySource,
): Promise<Composed> {
  // first: a wrong variable should end the start before anything is open
  const vault = createKeyVault(environment.AGON_ENCRYPTION_KEY ?? '');
  const modelClients = createModelClients({
    environment,
    vault,
    keyContext: providerKeyContext,
    readKey: keys.readKey,
    ownPorts: keys.ownPorts,
    now: () => Date.now(),
  });
  const database = connect(databaseUrl, { connections: 6 });
  const feed = await createBoardFeed(database);
  const clock = { now: () => Date.now() };
  return {
    database,
    ports: {
      judgeRuns: createJudgeStore(database),
      modelClients,
      content: createContentStore(database),
      feed,
      clock,
      ids: createIds(clock),
    },
    async close() {
      await feed.close();
      await database.close();
    },
  };
}
