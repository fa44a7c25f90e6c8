import type { ImportId } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoCampaign } from '../../apps/api/src/load-demo-campaign.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
});
afterAll(() => arena.close());

/** Reads events of a stream one by one; null at its end. */
function readEvents(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next(): Promise<{ id: string; event: string; data: Record<string, unknown> } | null> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
          if (field('event') === '') continue;
          return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}

const watch = () => arena.visitor().send('GET', `/api/v1/campaigns/${slug}/board/events`);

describe('board events', () => {
  it('tell the counts at once, and again after a vote', async () => {
    const response = await watch();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = readEvents(response);
    expect(await events.next()).toMatchObject({ id: '0-0', event: 'board', data: { votes: 0, verdicts: 0 } });
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(await events.next()).toMatchObject({ event: 'board', data: { votes: 1 } });
    await events.cancel();
  });

  it('let go of what they held when the reader leaves', async () => {
    const events = readEvents(await watch());
    await events.next();
    const open = async () => /agon_board_watchers (\d+)/.exec(await arenaMetrics())?.[1];
    expect(await open()).toBe('1');
    await events.cancel();
    expect(await open()).toBe('0');
  });

  it('of a campaign that is not there are refused', async () => {
    const response = await arena.visitor().send('GET', '/api/v1/campaigns/nothing/board/events');
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
  });

  it('end when the server stops, and none begin after', async () => {
    const stopping = await openArena();
    try {
      const campaign = await seedCampaign(stopping);
      const path = `/api/v1/campaigns/${campaign.slug}/board/events`;
      const events = readEvents(await stopping.visitor().send('GET', path));
      await events.next();
      stopping.api.drain();
      expect(await events.next()).toBeNull();
      expect((await stopping.visitor().send('GET', path)).status).toBe(503);
    } finally {
      await stopping.close();
    }
  });
});

describe('streams of one client', () => {
  it('are so many by session and by address, and the oldest gives way', async () => {
    const own = await openArena({ watchers: { perAddress: 4, perSession: 2 } });
    try {
      const campaign = await seedCampaign(own);
      const path = `/api/v1/campaigns/${campaign.slug}/board/events`;
      const open = async (who = own.visitor()) => {
        const response = await who.send('GET', path);
        expect(response.status).toBe(200);
        const events = readEvents(response);
        expect(await events.next()).not.toBeNull();
        return events;
      };
      const count = async () =>
        Number(
          /agon_board_watchers (\d+)/.exec(await (await own.visitor().send('GET', '/metrics')).text())?.[1],
        );
      const voter = own.visitor();
      await consentTo(voter, campaign.slug);
      const [first, second] = [await open(voter), await open(voter)];
      expect(await count()).toBe(2);
      const third = await open(voter);
      expect(await first.next()).toBeNull();
      expect(await count()).toBe(2);
      // strangers have no session: they share the address, with the voter
      const strangers = [await open(), await open()];
      expect(await count()).toBe(4);
      await open();
      expect(await second.next()).toBeNull();
      expect(await count()).toBe(4);
      for (let i = 0; i < 30; i += 1) await open();
      expect(await count()).toBe(4);
      for (const events of [third, ...strangers]) expect(await events.next()).toBeNull();
    } finally {
      await own.close();
    }
  });

  it('that give way come back after a minute, not at once', async () => {
    const own = await openArena({ watchers: { perAddress: 1, perSession: 1 } });
    try {
      const campaign = await seedCampaign(own);
      const path = `/api/v1/campaigns/${campaign.slug}/board/events`;
      const older = await own.visitor().send('GET', path);
      const newer = await own.visitor().send('GET', path);
      expect(await older.text()).toMatch(/^retry: 3000\n.*\nretry: 60000\n\n$/s);
      await newer.body?.cancel();
    } finally {
      await own.close();
    }
  });
});

async function arenaMetrics(): Promise<string> {
  return (await arena.visitor().send('GET', '/metrics')).text();
}

describe('the counts that watchers are told', () => {
  it('are those of the campaign, imports and their undoing included', async () => {
    const own = await openArena();
    try {
      const { ports } = own;
      await loadDemoCampaign(ports);
      const demo = (await ports.campaigns.find('mt-bench-excerpt'))!;
      const both = async () => {
        const all = (await ports.campaigns.counts([demo.id])).get(demo.id)!;
        return [
          { votes: all.votes, verdicts: all.verdicts },
          await ports.campaigns.comparisonCounts(demo.id),
        ] as const;
      };
      const [before, told] = await both();
      expect(before.votes).toBeGreaterThan(0);
      expect(told).toEqual(before);
      const imports = await own.database.sql<{ id: ImportId }[]>`select id from imports`;
      for (const { id } of imports) await ports.imports.undo(id, ports.clock.now());
      const [after, toldAfter] = await both();
      expect(after.votes).toBe(0);
      expect(toldAfter).toEqual(after);
    } finally {
      await own.close();
    }
  });
});
