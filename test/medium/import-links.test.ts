import { createHash, randomUUID } from 'node:crypto';
import { campaignSettingsSchema } from '@agon/contract';
import {
  CHAIN_START,
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
} from '@agon/database';
import type { CampaignId, UserId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { type ImportBundle, writableImports } from '@agon/testkit/bundles';
import { countBrokenLinks } from '@agon/testkit/chains';
import { AT, bundleOf, makeContest, type TwoArenas } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ids = createIds({ now: () => Date.now() });
let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

function arena(): TwoArenas {
  const stores = {
    campaigns: createCampaignStore(database, Date.now),
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
  return {
    here: stores,
    elsewhere: stores,
    async person() {
      const id = randomUUID();
      await database.sql`
        insert into users (id, name, email, role) values (${id}, 'Ada', ${`${id}@example.org`}, 'voter')`;
      return id as UserId;
    },
    async campaign() {
      const id = ids.next() as CampaignId;
      const texts = { slug: `c-${id}`, title: 'Links', description: '', attribution: null };
      const settings = campaignSettingsSchema.parse({});
      await stores.campaigns.create({ id, ...texts, state: 'open', settings, createdAtMs: AT }, null);
      return id;
    },
  };
}

function told(campaign: CampaignId, raters: number): ImportBundle {
  const about = { promptKey: 'elsewhere', turns: null, category: null, language: null };
  return bundleOf(campaign, ids, {
    battles: [{ key: 'told', modelA: 'crane', modelB: 'heron', ...about }],
    votes: Array.from({ length: raters }, (_, i) => ({
      battleKey: 'told',
      rater: `rater ${i}`,
      outcome: i % 2 === 0 ? 'a' : 'tie',
      atMs: i === 0 ? null : AT,
      weight: 1 + i,
    })),
    verdicts: [{ battleKey: 'told', judge: 'owl', outcome: 'b', atMs: null }],
  });
}

type Link = {
  id: string;
  votes: number;
  chain_seq: number | null;
  votes_digest: string | null;
  chain_hash: string | null;
};

const linksOf = (campaign: CampaignId) =>
  database.sql<Link[]>`select id, votes, chain_seq, votes_digest, chain_hash from imports
    where campaign_id = ${campaign} order by coalesce(chain_seq, 0)`;

describe('the chain of a campaign', () => {
  it('has one link for all votes of an import, between those of live votes', async () => {
    const setup = arena();
    const contest = await makeContest(setup);
    await contest.cast(contest.battle(0), 'a');
    const [first, second] = [told(contest.id, 3), told(contest.id, 5)];
    await setup.here.imports.write(first);
    await contest.cast(contest.battle(1), 'b');
    await setup.here.imports.write(second);
    await contest.cast(contest.battle(0, ['stork', 'heron']), 'tie');
    expect(await linksOf(contest.id)).toMatchObject([
      // prompts and answers, and no vote
      { id: contest.bundle.id, votes: 0, chain_seq: null, votes_digest: null, chain_hash: null },
      { id: first.id, votes: 3, chain_seq: 2 },
      // three of its five were there
      { id: second.id, votes: 2, chain_seq: 4 },
    ]);
    expect(await countBrokenLinks(database)).toBe(0);
    // an undone import stays a link: what was said was said
    await setup.here.imports.undo(first.id, AT);
    await setup.here.imports.write(told(contest.id, 3));
    expect((await linksOf(contest.id)).at(-1)).toMatchObject({ votes: 3, chain_seq: 6 });
    expect(await countBrokenLinks(database)).toBe(0);
  });

  it('can be worked out by anybody who has the votes', async () => {
    const setup = arena();
    const id = await setup.campaign();
    const bundle = told(id, 3);
    await setup.here.imports.write(bundle);
    const votes = await database.sql<{ identity: string; seq: number; hash: string | null }[]>`
      select identity, seq::int, hash from votes where import_id = ${bundle.id} order by seq`;
    expect(votes.map(({ seq, hash }) => [seq, hash])).toEqual([1, 2, 3].map((seq) => [seq, null]));
    const digest = createHash('sha256');
    for (const { identity } of votes) digest.update(identity.replaceAll('-', ''), 'hex');
    const said = digest.digest('hex');
    const facts = [CHAIN_START, 1, 'import', bundle.id, 3, said].join('\n');
    const link = createHash('sha256').update(facts).digest('hex');
    expect(await linksOf(id)).toMatchObject([
      { votes: 3, chain_seq: 1, votes_digest: said, chain_hash: link },
    ]);
  });

  it.each<[string, (campaign: CampaignId) => Promise<unknown>]>([
    [
      'an imported vote that says something else',
      (id) =>
        database.sql`update votes set identity = gen_random_uuid() where campaign_id = ${id} and seq = 2 and import_id is not null`,
    ],
    [
      'an imported vote that is gone',
      (id) => database.sql`delete from votes where campaign_id = ${id} and seq = 3 and import_id is not null`,
    ],
    [
      'imported votes in another order',
      (id) =>
        database.sql`update votes set seq = 10 - seq where campaign_id = ${id} and import_id is not null`,
    ],
    [
      'a live vote that says something else',
      (id) =>
        database.sql`update votes set outcome = 'both_bad' where campaign_id = ${id} and import_id is null`,
    ],
    [
      'another end',
      (id) => database.sql`update vote_chains set hash = ${CHAIN_START} where campaign_id = ${id}`,
    ],
  ])('is broken by %s', async (_, change) => {
    const setup = arena();
    const contest = await makeContest(setup);
    await setup.here.imports.write(told(contest.id, 3));
    await contest.cast(contest.battle(0), 'a');
    expect(await countBrokenLinks(database)).toBe(0);
    await change(contest.id);
    expect(await countBrokenLinks(database)).toBeGreaterThan(0);
    // as if it had never been there: other tests count, too
    await database.sql`delete from votes where campaign_id = ${contest.id}`;
    await database.sql`delete from imports where campaign_id = ${contest.id}`;
    await database.sql`delete from vote_chains where campaign_id = ${contest.id}`;
  });
});
