import { randomUUID } from 'node:crypto';
import type { CampaignComparisons, NewVote } from '@agon/arena';
import { campaignSettingsSchema } from '@agon/contract';
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
} from '@agon/database';
import { type CampaignId, type Comparison, OUTCOMES, type UserId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { type ImportBundle, writableImports } from '@agon/testkit/bundles';
import {
  AT,
  bundleOf,
  importedModel,
  listComparisons,
  makeContest,
  type TwoArenas,
} from '@agon/testkit/contracts';
import type { TransactionSql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertImport } from './insert-import.ts';

let testDatabase: TestDatabase;
let database: Database;
let nowMs = Date.now();
const ids = createIds({
  now() {
    nowMs += 1;
    return nowMs;
  },
});

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 6 });
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
      const settings = campaignSettingsSchema.parse({});
      const texts = { slug: `c-${id}`, title: 'Live', description: '', attribution: null };
      await stores.campaigns.create({ id, ...texts, state: 'open', settings, createdAtMs: AT }, null);
      return id;
    },
  };
}

/** A campaign to which everything happens that can happen to its comparisons. */
async function start(seed: string) {
  const random = seededRandom(seed);
  const knowing = seededRandom(`${seed}/knowing`);
  const there = arena();
  const { here } = there;
  const { sql } = database;
  const contest = await makeContest(there);
  const votes: NewVote[] = [];
  const undone = new Set<string>();
  const bundles: { readonly bundle: ImportBundle; undone: boolean }[] = [];
  const tables: { undo(): Promise<void> }[] = [];
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const [judge] = await sql<{ id: string }[]>`insert into judges (id, name, identity, title, origin)
    values (${randomUUID()}, 'wren', ${`wren ${contest.id}`}, 'wren', 'built_in') returning id`;

  const cast = async () => {
    const battle = contest.battle(
      random.below(2) as 0 | 1,
      pick([
        ['crane', 'heron'],
        ['stork', 'heron'],
      ]),
    );
    votes.push(await contest.cast(battle, pick(OUTCOMES)));
  };
  const bundle = () => {
    const key = `told-${bundles.length}-${contest.id}`;
    const [modelA, modelB] = pick([
      ['heron', 'crane'],
      ['ibis', 'crane'],
      ['crane', 'stork'],
    ]);
    const told = { turns: 1 + random.below(3), category: pick(['coding', 'writing', null]), language: 'zh' };
    return bundleOf(contest.id, ids, {
      models: [modelA!, modelB!].map(importedModel),
      battles: [{ key, promptKey: pick(['p', 'q']), modelA: modelA!, modelB: modelB!, ...told }],
      votes: Array.from({ length: 3 }, (_, k) => ({
        battleKey: key,
        rater: `rater ${k}`,
        outcome: pick(OUTCOMES),
        key: `${key} by ${k}`,
        atMs: AT,
      })),
      verdicts: Array.from({ length: 2 }, () => ({
        battleKey: key,
        judge: 'owl',
        outcome: pick(OUTCOMES),
        shareA: null,
        atMs: AT,
      })),
    });
  };
  /** @param run in which the verdict is written */
  const judgeOnce = async (run: Database['sql'], outcome: string | null) => {
    if (votes.length === 0) return;
    await run`insert into verdicts (id, campaign_id, battle_id, judge_id, slot_order, repeat, outcome, unscored)
      values (${randomUUID()}, ${contest.id}, ${pick(votes).battleId}, ${judge!.id}, 'ab', ${1 + random.below(1e9)},
        ${outcome}, ${outcome === null ? 'timeout' : null})`;
  };

  const events: Record<string, () => Promise<unknown>> = {
    cast,
    castMany: async () => {
      for (let k = 0; k < 4; k += 1) await cast();
    },
    undo: async () => {
      const vote = votes.length === 0 ? null : pick(votes);
      if (vote === null || undone.has(vote.id)) return;
      undone.add(vote.id);
      await here.votes.undo(vote.id, AT + 1);
    },
    recast: async () => {
      if (votes.length === 0) return;
      const vote = pick(votes);
      await sql`insert into vote_revisions (vote_id, campaign_id, kind, outcome, after_reveal)
        values (${vote.id}, ${contest.id}, 'recast', ${pick(OUTCOMES)}, ${knowing.below(3) === 0})`;
      undone.delete(vote.id);
    },
    import: async () => {
      const next = bundle();
      await here.imports.write(next);
      bundles.push({ bundle: next, undone: false });
    },
    importThatFails: async () => {
      const failing = bundle();
      const before = failing.votes.length;
      const onProgress = ({ done }: { readonly done: number }) => {
        if (done > before) throw new Error('rolled back');
      };
      await expect(here.imports.write(failing, { onProgress })).rejects.toThrow('rolled back');
    },
    undoImport: async () => {
      const there = bundles.filter((each) => !each.undone);
      if (there.length === 0) return;
      const gone = pick(there);
      gone.undone = true;
      await here.imports.undo(gone.bundle.id, AT + 2);
    },
    importAgain: async () => {
      const gone = bundles.filter((each) => each.undone);
      if (gone.length === 0) return;
      const again = { ...pick(gone).bundle, id: ids.next() as ImportBundle['id'] };
      // where another import says the same, nothing is new and no import is made
      const { written } = await here.imports.write(again);
      if (written) bundles.push({ bundle: again, undone: false });
    },
    // weights and shares, and rows that name no rater, prompt or time
    importTable: async () => {
      const rows = Array.from({ length: 1 + random.below(5) }, (): Comparison => {
        const isJudged = random.below(4) === 0;
        const [modelA, modelB] = pick([
          ['heron', 'ibis'],
          ['ibis', 'dodo'],
          ['dodo', 'crane'],
        ]) as [string, string];
        return {
          ...{ modelA, modelB, outcome: pick(OUTCOMES), source: isJudged ? 'judges' : 'people' },
          ...(isJudged ? { rater: 'owl' } : pick([{}, { rater: 'ada' }, { rater: 'bo' }])),
          ...pick([
            {},
            {},
            { weight: 2 },
            { shareA: 0.75 },
            { promptKey: 'r' },
            { atMs: AT - random.below(9) },
          ]),
        };
      });
      tables.push(await insertImport(database, contest.id, rows));
    },
    undoTable: async () => {
      await tables.splice(random.below(Math.max(1, tables.length)), 1)[0]?.undo();
    },
    undoImportedVote: () => sql`
      insert into vote_revisions (vote_id, campaign_id, kind)
      select id, campaign_id, 'undo' from votes
      where campaign_id = ${contest.id} and import_id is not null order by md5(id::text) limit 1`,
    quarantine: async () => {
      const [vote] = await sql`select id from votes where campaign_id = ${contest.id}
        and id not in (select vote_id from quarantine) order by md5(id::text) limit 1`;
      if (vote === undefined) return;
      await sql`insert into quarantine (vote_id, reason) values (${vote.id}, ${pick(['odd', 'bot'])})`;
      await tellOfQuarantine(sql, contest.id);
    },
    // as many as before are in it
    swapQuarantine: () =>
      sql.begin(async (tx) => {
        const out = await tx`delete from quarantine where vote_id = (select vote_id from quarantine q
          join votes v on v.id = q.vote_id where v.campaign_id = ${contest.id} limit 1) returning vote_id, reason`;
        if (out.length === 0) return;
        await tx`insert into quarantine (vote_id, reason) select id, ${out[0]!.reason} from votes
          where campaign_id = ${contest.id} and id <> ${out[0]!.vote_id}
            and id not in (select vote_id from quarantine) order by seq desc limit 1`;
        await tellOfQuarantine(tx, contest.id);
      }),
    liftQuarantine: async () => {
      await sql`delete from quarantine where vote_id = (select vote_id from quarantine q
        join votes v on v.id = q.vote_id where v.campaign_id = ${contest.id} limit 1)`;
      await tellOfQuarantine(sql, contest.id);
    },
    judge: () => judgeOnce(sql, pick(OUTCOMES)),
    judgeInVain: () => judgeOnce(sql, null),
    judgeAgain: () => sql`update verdicts set outcome = ${pick(OUTCOMES)}, unscored = null,
      seq = nextval('verdicts_seq_seq') where campaign_id = ${contest.id} and outcome is null`,
    anotherRule: async () => {
      const { settings } = (await here.campaigns.findById(contest.id))!;
      const naming = settings.self_naming === 'exclude' ? 'tell' : 'exclude';
      await sql`update campaigns set settings = settings || ${sql.json({ self_naming: naming })} where id = ${contest.id}`;
    },
  };
  return { contest, random, events, judgeOnce, arena: there };
}

/** Votes in their order; verdicts in one that does not depend on how they came. */
function rowsOf(comparisons: CampaignComparisons) {
  const rows = listComparisons(comparisons);
  const texts = (source: Comparison['source']) =>
    rows.filter((row) => row.source === source).map((row) => JSON.stringify(row));
  return [...texts('people'), ...texts('judges').sort()];
}

describe('comparisons that are kept up to date', () => {
  it.each([1, 2, 3, 4])(
    'are those that a first read finds, whatever happened (%i)',
    async (seed) => {
      const { contest, random, events } = await start(`live/${seed}`);
      const live = createComparisonStore(database);
      const names = Object.keys(events);
      let revision = 0;
      let before: string[] = [];
      for (let step = 0; step < 60; step += 1) {
        const happened: string[] = [];
        for (let k = random.below(3); k >= 0; k -= 1) {
          // another rule loads everything anew, which would hide what came before it
          const name = names[random.below(names.length - (random.next() < 0.1 ? 0 : 1))]!;
          happened.push(name);
          await events[name]!();
        }
        const found = await live.read(contest.id);
        const rows = rowsOf(found);
        const told = await createComparisonStore(database).read(contest.id);
        expect(rows, happened.join()).toEqual(rowsOf(told));
        if (JSON.stringify(rows) !== JSON.stringify(before)) expect(found.revision).toBeGreaterThan(revision);
        revision = found.revision;
        before = rows;
      }
    },
    120_000,
  );

  it('takes imports, undone imports and quarantine in without a second load', async () => {
    const { contest, events } = await start('no second load');
    const live = createComparisonStore(database);
    for (const name of ['castMany', 'judge', 'import']) await events[name]!();
    const { people, judges } = await live.read(contest.id);
    for (const name of [
      'import',
      'undoImport',
      'import',
      'importTable',
      'judge',
      'quarantine',
      'undo',
      'castMany',
      'undoImportedVote',
      'undoTable',
      'importTable',
      'swapQuarantine',
      'recast',
      'liftQuarantine',
      'undoImport',
    ]) {
      await events[name]!();
      const now = await live.read(contest.id);
      expect(rowsOf(now), name).toEqual(rowsOf(await createComparisonStore(database).read(contest.id)));
      expect([now.people.rewritten, now.judges.rewritten], name).toEqual([
        people.rewritten,
        judges.rewritten,
      ]);
    }
  });

  it('misses no verdict that took its number before others and was committed after them', async () => {
    const { contest, events, judgeOnce } = await start('late verdicts');
    const { sql } = database;
    const live = createComparisonStore(database);
    await events.castMany!();
    await events.judge!();
    await live.read(contest.id);
    const late = await sql.reserve();
    await late`begin`;
    await judgeOnce(late as unknown as Database['sql'], 'a');
    // many numbers are taken meanwhile, by other campaigns
    await sql`select nextval('verdicts_seq_seq') from generate_series(1, 15000)`;
    await events.judge!();
    await events.import!();
    expect((await live.read(contest.id)).judges.length).toBe(4);
    await late`commit`;
    late.release();
    const found = await live.read(contest.id);
    expect(found.judges.length).toBe(5);
    expect(rowsOf(found)).toEqual(rowsOf(await createComparisonStore(database).read(contest.id)));
  });
});

/** As the store of quarantines tells of what it did. */
function tellOfQuarantine(sql: Database['sql'] | TransactionSql, campaign: CampaignId) {
  return sql`update campaigns set quarantine_version = quarantine_version + 1 where id = ${campaign}`;
}
