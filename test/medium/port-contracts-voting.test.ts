import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createBoardFits, readBoard, readUnified } from '@agon/arena';
import { boardQuerySchema, campaignSettingsSchema } from '@agon/contract';
import {
  connect,
  createBattleStore,
  createBoardStore,
  createCampaignMemberStore,
  createCampaignStore,
  createComparisonStore,
  createContentStore,
  createExportStore,
  createIds,
  createRaterStore,
  createVoteStore,
  type Database,
  openBoardFits,
} from '@agon/database';
import type { BattleId, CampaignId, UserId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { writableImports } from '@agon/testkit/bundles';
import {
  type ArenaStores,
  battleStoreContract,
  boardFitsContract,
  boardStoreContract,
  campaignMemberStoreContract,
  campaignStoreContract,
  comparisonStoreContract,
  contentStoreContract,
  type TwoArenas,
  voteStoreContract,
} from '@agon/testkit/contracts';
import { afterAll, beforeAll } from 'vitest';
import { insertImport } from './insert-import.ts';

const clock = { now: () => Date.now() };
let nowMs = Date.now();
/** Ids sort in the order in which they were made. */
const ids = createIds({
  now() {
    nowMs += 1;
    return nowMs;
  },
});
let testDatabase: TestDatabase;
let databases: readonly [Database, Database];
let fits: ReturnType<typeof openBoardFits>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  databases = [connect(testDatabase.url, { connections: 4 }), connect(testDatabase.url, { connections: 4 })];
  fits = openBoardFits(testDatabase.url);
});

afterAll(async () => {
  await fits.close();
  for (const database of databases) await database.close();
  await testDatabase.drop();
});

async function person(): Promise<UserId> {
  const id = randomUUID();
  await databases[0].sql`
    insert into users (id, name, email, role) values (${id}, 'Ada', ${`${id}@example.org`}, 'voter')`;
  return id as UserId;
}

async function campaign(): Promise<CampaignId> {
  const id = ids.next() as CampaignId;
  await createCampaignStore(databases[0], clock.now).create(
    {
      id,
      slug: `c-${id}`,
      title: 'Contract',
      description: '',
      attribution: null,
      state: 'draft',
      settings: campaignSettingsSchema.parse({}),
      createdAtMs: clock.now(),
    },
    null,
  );
  return id;
}

function storesOn(database: Database): ArenaStores {
  return {
    campaigns: createCampaignStore(database, clock.now),
    members: createCampaignMemberStore(database),
    content: createContentStore(database),
    raters: createRaterStore(database),
    battles: createBattleStore(database),
    votes: createVoteStore(database),
    comparisons: createComparisonStore(database),
    boards: createBoardStore(database),
    imports: writableImports(database),
    exports: createExportStore(database),
    ids,
  };
}

function twoArenas(): TwoArenas {
  return { here: storesOn(databases[0]), elsewhere: storesOn(databases[1]), person, campaign };
}

/** Locks the battle's row in a transaction of its own. */
async function hold(battle: BattleId) {
  const sql = await databases[0].sql.reserve();
  await sql`begin`;
  await sql`select 1 from battles where id = ${battle} for update`;
  return {
    async waited() {
      for (let attempt = 0; attempt < 500; attempt += 1) {
        const [row] = await databases[1].sql<{ waiting: number }[]>`
          select count(*)::int as waiting from pg_locks l join pg_stat_activity a on a.pid = l.pid
          where not l.granted and a.datname = current_database()`;
        if (row!.waiting > 0) return;
        await wait(20);
      }
      throw new Error('nothing waits for the battle');
    },
    async letGo() {
      await sql`rollback`;
      sql.release();
    },
  };
}

async function boardsOf(id: CampaignId) {
  const plain = { ...storesOn(databases[0]), clock };
  const stores = { ...plain, fits: createBoardFits(plain) };
  const record = (await stores.campaigns.findById(id))!;
  const board = await readBoard(record, boardQuerySchema.parse({}), stores);
  const unified = await readUnified(record, { weights: { people: 50, judges: 20, benchmarks: 30 } }, stores);
  // as a database keeps it: without what is undefined
  return JSON.parse(JSON.stringify({ board, unified })) as { board: typeof board; unified: typeof unified };
}

campaignStoreContract(twoArenas);
campaignMemberStoreContract(twoArenas);
contentStoreContract(twoArenas);
battleStoreContract(twoArenas);
voteStoreContract(twoArenas);
comparisonStoreContract(() => ({
  ...twoArenas(),
  hold,
  imported: (id, rows) => insertImport(databases[0], id, rows),
}));
boardStoreContract(() => ({ ...twoArenas(), boards: boardsOf }));
boardFitsContract(() => ({
  ...twoArenas(),
  fits,
  twin: createBoardFits({ ...storesOn(databases[1]), clock }),
}));
