import { randomUUID } from 'node:crypto';
import { campaignSettingsSchema } from '@agon/contract';
import {
  connect,
  createAuditLog,
  createBoardFeed,
  createCampaignStore,
  createIds,
  createKeyStore,
  createRaterStore,
  type Database,
} from '@agon/database';
import type { CampaignId, UserId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import {
  auditLogContract,
  boardFeedContract,
  idsContract,
  keyStoreContract,
  raterStoreContract,
} from '@agon/testkit/contracts';
import { afterAll, beforeAll } from 'vitest';

type Feed = Awaited<ReturnType<typeof createBoardFeed>>;

const clock = { now: () => Date.now() };
const ids = createIds(clock);
let testDatabase: TestDatabase;
let database: Database;
let feeds: readonly [Feed, Feed];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
  feeds = [await createBoardFeed(database), await createBoardFeed(database)];
});

afterAll(async () => {
  for (const feed of feeds) await feed.close();
  await database.close();
  await testDatabase.drop();
});

async function person(): Promise<UserId> {
  const id = randomUUID();
  await database.sql`
    insert into users (id, name, email, role) values (${id}, 'Ada', ${`${id}@example.org`}, 'researcher')`;
  return id as UserId;
}

async function campaign(): Promise<CampaignId> {
  const id = ids.next() as CampaignId;
  await createCampaignStore(database, clock.now).create(
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

idsContract(createIds);
keyStoreContract(() => ({ keys: createKeyStore(database), ids, person }));
raterStoreContract(() => ({
  raters: createRaterStore(database),
  elsewhere: createRaterStore(database),
  person,
  campaign,
}));
auditLogContract(() => ({ audit: createAuditLog(database), campaign }));
boardFeedContract(() => ({ feed: feeds[0], elsewhere: feeds[1] }));
