import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, seedCampaign } from './seed-campaign.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  // 18 battles of three models on six prompts: sides win in turn
  for (let i = 0; i < 3; i += 1) {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    for (const outcome of ['tie', 'a', 'b', 'tie', 'a', 'b'] as const)
      await vote(visitor, await drawOne(visitor, slug), outcome);
  }
});
afterAll(() => arena.close());

const read = async (path: string) => {
  const response = await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/board${path}`);
  return { status: response.status, body: await response.json() };
};
const model = MODELS[0]!.name;

describe('one model of a board', () => {
  it('has the rating of the board, and a head to head that adds up to it', async () => {
    const board = (await read('')).body;
    const { status, body } = await read(`/models/${encodeURIComponent(model)}`);
    expect(status).toBe(200);
    const rated = board.people.models.find((row: { model: string }) => row.model === model);
    expect(body.sources.people.rating).toEqual(rated);
    expect(body.sources.judges).toBeNull();
    const { rivals } = body.sources.people as {
      rivals: {
        model: string;
        wins: number;
        ties: number;
        losses: number;
        share: number;
        low: number;
        high: number;
      }[];
    };
    expect(rivals.map((rival) => rival.model).sort()).toEqual(
      MODELS.slice(1)
        .map(({ name }) => name)
        .sort(),
    );
    const sum = (pick: (rival: (typeof rivals)[number]) => number) =>
      rivals.reduce((all, rival) => all + pick(rival), 0);
    expect([sum((r) => r.wins), sum((r) => r.ties), sum((r) => r.losses)]).toEqual([
      rated.wins,
      rated.ties,
      rated.losses,
    ]);
    for (const { wins, ties, losses, share, low, high } of rivals) {
      expect(share).toBeCloseTo((wins + ties / 2) / (wins + ties + losses), 12);
      expect(low).toBeLessThan(share);
      expect(high).toBeGreaterThan(share);
    }
  });

  it('says its categories as the board filtered by each one does', async () => {
    const { body } = await read('/categories');
    expect(body.categories).toHaveLength(1);
    const [writing] = body.categories;
    expect(writing).toMatchObject({ category: 'writing', comparisons: 18 });
    expect(writing.models).toEqual((await read('?category=writing')).body.people.models);
    const page = (await read(`/models/${encodeURIComponent(model)}`)).body;
    expect(page.sources.people.categories[0].rating).toEqual(
      writing.models.find((row: { model: string }) => row.model === model),
    );
  });

  it('has a history of the boards kept under the same switches', async () => {
    const researcher = await arena.person('researcher');
    const kept = await researcher.call('createSnapshot', { params: { campaign: slug }, body: { query: {} } });
    const path = `/models/${encodeURIComponent(model)}`;
    const { history, sources } = (await read(path)).body;
    expect(history).toMatchObject([
      { snapshot: kept.id, votes: 18, people: sources.people.rating, judges: null },
    ]);
    expect((await read(`${path}?source=judges`)).body.history).toHaveLength(1);
    expect((await read(`${path}?ties=drop`)).body.history).toEqual([]);
  });

  it('that never entered is not found', async () => {
    expect(await read('/models/nobody')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
