import type { WorkPorts } from '@agon/arena';
import {
  connect,
  createBoardFeed,
  createContentStore,
  createIds,
  createJudgeStore,
  type Database,
} from '@agon/database';
import { createJudgeModels } from '@agon/inference';

export type Composed = { readonly ports: WorkPorts; readonly database: Database; close(): Promise<void> };

/** The one place of this app where ports meet their adapters. */
export async function compose(
  databaseUrl: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Composed> {
  const database = connect(databaseUrl, { connections: 6 });
  const feed = await createBoardFeed(database);
  const clock = { now: () => Date.now() };
  return {
    database,
    ports: {
      judgeRuns: createJudgeStore(database),
      judgeModels: createJudgeModels(environment),
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
