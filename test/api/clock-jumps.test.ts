import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEPT_MS } from '../../apps/api/src/auth/session-reader.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { consentTo, drawOne, nextKey, vote } from './voter.ts';

const HOUR_MS = 3_600_000;
const quick = { perSecond: 1000, burst: 1000 };

let arena: ArenaUnderTest;
let slug: string;

beforeAll(async () => {
  arena = await openArena({
    rateLimits: {
      votes: { perSecond: 1, burst: 3 },
      draws: quick,
      consents: quick,
      signIns: quick,
      boards: quick,
    },
  });
  ({ slug } = await seedCampaign(arena));
});
afterAll(() => arena.close());

async function jumpBack(work: () => Promise<void>): Promise<void> {
  arena.clock.aheadMs = -HOUR_MS;
  try {
    await work();
  } finally {
    arena.clock.aheadMs = 0;
  }
}

async function newVoter() {
  const visitor = arena.visitor();
  await consentTo(visitor, slug);
  return visitor;
}

describe('a clock that jumps back an hour', () => {
  it('does not stop a live board', async () => {
    const response = await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/board/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (count: number) => {
      while (!text.includes(`"votes":${count},`)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
    };
    const [one, two] = [await newVoter(), await newVoter()];
    await vote(one, await drawOne(one, slug), 'a');
    await until(1);
    const battle = await drawOne(two, slug);
    await jumpBack(async () => {
      await vote(two, battle, 'a');
      await until(2);
      const board = await arena.visitor().call('getBoard', { params: { campaign: slug } });
      expect(board.counts.votes).toBe(2);
    });
    await reader.cancel();
  }, 15_000);

  it('takes no tokens away', async () => {
    const voter = await newVoter();
    const battle = await drawOne(voter, slug);
    const send = async () => {
      const body = { ticket: battle.ticket, outcome: 'a', idempotency_key: nextKey() };
      return (await voter.send('POST', `/api/v1/battles/${battle.id}/votes`, body)).status;
    };
    for (let i = 0; i < 3; i += 1) await send();
    expect(await send()).toBe(429);
    await jumpBack(async () => {
      arena.clock.passedMs += 1500;
      expect(await send()).not.toBe(429);
    });
  });

  it('keeps no session that was ended elsewhere', async () => {
    const voter = await newVoter();
    expect(await voter.call('getMe')).toMatchObject({ signed_in: true });
    await arena.database.sql`delete from sessions`;
    await jumpBack(async () => {
      arena.clock.passedMs += KEPT_MS;
      expect(await voter.call('getMe')).toMatchObject({ signed_in: false });
    });
  });
});
