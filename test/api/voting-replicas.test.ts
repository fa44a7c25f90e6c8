import { CHAIN_START, chainHash } from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { ORIGIN, Visitor } from './visitor.ts';
import { consentTo, draw, drawOne, vote } from './voter.ts';

let arenas: readonly [ArenaUnderTest, ArenaUnderTest];
let slug: string;
let id: CampaignId;

beforeAll(async () => {
  const first = await openArena();
  arenas = [first, await openArena({ beside: first })];
  ({ slug, id } = await seedCampaign(first));
});
afterAll(async () => {
  await arenas[1].close();
  await arenas[0].close();
});

/** One voter's browser, as both processes see it. */
async function voterOfBoth(): Promise<readonly [Visitor, Visitor]> {
  const first = arenas[0].visitor();
  await consentTo(first, slug);
  return [first, new Visitor(arenas[1].api.app, { origin: ORIGIN, cookie: first.cookies })];
}

const textsOf = (battle: Awaited<ReturnType<typeof drawOne>>) =>
  [battle.answers.a, battle.answers.b].map((answer) => answer.turns[0]!.html);

describe('two processes on one database', () => {
  it('never show a voter the same text twice, whoever draws and whoever counts', async () => {
    const voters = await Promise.all(Array.from({ length: 5 }, voterOfBoth));
    await Promise.all(
      voters.map(async (voter, v) => {
        const shown = new Set<string>();
        for (let i = 0; i < 6; i += 1) {
          const battle = await drawOne(voter[(i + v) % 2]!, slug);
          for (const text of textsOf(battle)) {
            expect(shown.has(text)).toBe(false);
            shown.add(text);
          }
          // each third battle by the process that drew it, the others by the one that did not
          const counter = voter[(i + v + (i % 3 === 0 ? 0 : 1)) % 2]!;
          const { vote: counted, progress } = await vote(counter, battle, 'a');
          expect(progress.votes).toBe(i + 1);
          if (i % 5 !== 4) continue;
          await voter[i % 2]!.call('undoVote', { params: { vote: counted.id } });
          expect((await drawOne(voter[(i + 1) % 2]!, slug)).id).toBe(battle.id);
          expect((await vote(counter, battle, 'tie')).progress.votes).toBe(i + 1);
        }
        for (const side of voter) {
          expect(await draw(side, slug)).toMatchObject({
            battles: [],
            exhausted: true,
            progress: { votes: 6 },
          });
        }
      }),
    );
  });

  it('forget a battle that was skipped elsewhere', async () => {
    const [first, second] = await voterOfBoth();
    const battle = await drawOne(first, slug);
    await second.call('skipBattle', {
      params: { battle: battle.id },
      body: { ticket: battle.ticket, reason: 'cannot_judge' },
    });
    expect((await drawOne(first, slug)).id).not.toBe(battle.id);
  });

  it('draw nothing twice when one voter asks many times at once', async () => {
    const voter = await voterOfBoth();
    const drawn = await Promise.all(Array.from({ length: 6 }, (_, i) => draw(voter[i % 2]!, slug, 2)));
    // whoever came later was shown what the first one drew
    const ids = drawn.flatMap(({ battles }) => battles.map((battle) => battle.id));
    expect(new Set(ids).size).toBe(2);
  });

  it('keep one chain, and the count of each voter', async () => {
    const { sql } = arenas[0].database;
    const rows = await sql<
      {
        id: string;
        seq: number;
        battle_id: string;
        rater_id: string;
        outcome: string;
        at: Date;
        hash: string;
      }[]
    >`select * from votes where campaign_id = ${id} order by seq`;
    expect(rows).toHaveLength(5 * 6);
    let hash = CHAIN_START;
    for (const [i, row] of rows.entries()) {
      hash = chainHash(hash, {
        seq: i + 1,
        id: row.id,
        battleId: row.battle_id,
        raterId: row.rater_id,
        outcome: row.outcome,
        atMs: row.at.getTime(),
      });
      expect([row.seq, row.hash]).toEqual([i + 1, hash]);
    }
    const counts = await sql<{ votes: number }[]>`
      select votes from voter_progress where campaign_id = ${id} and votes > 0`;
    expect(counts.map((row) => row.votes)).toEqual([6, 6, 6, 6, 6]);
  });
});
