import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, nextKey, vote } from './voter.ts';

let arena: ArenaUnderTest;
let campaigns = 0;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());
beforeEach(() => {
  arena.clock.aheadMs = 0;
});

const NAMES = MODELS.map((model) => model.name);

async function start(settings: Readonly<Record<string, unknown>> = {}) {
  campaigns += 1;
  const { slug } = await seedCampaign(arena, { slug: `reveal-${campaigns}`, settings });
  const visitor = arena.visitor();
  await consentTo(visitor, slug);
  return { slug, visitor };
}

const undo = (visitor: Visitor, id: string) => visitor.call('undoVote', { params: { vote: id } });
const ask = async (visitor: Visitor, id: string) =>
  (await visitor.call('revealVote', { params: { vote: id } })).reveal;
const boardOf = async (slug: string) =>
  (await arena.owner().call('getBoard', { params: { campaign: slug } })).counts;

async function exported(slug: string): Promise<readonly Record<string, unknown>[]> {
  const response = await arena.owner().send('GET', `/api/v1/campaigns/${slug}/export?what=votes`);
  return (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a vote that is changed after its names were shown', () => {
  it('is never rated, and board and export say so', async () => {
    const { slug, visitor } = await start({ reveal_when: 'at_once' });
    const battle = await drawOne(visitor, slug);
    const first = await vote(visitor, battle, 'a');
    expect(NAMES).toContain(first.reveal?.models.a);
    await undo(visitor, first.vote.id);
    const second = await vote(visitor, battle, 'b');
    expect(second.vote.id).toBe(first.vote.id);
    expect(await boardOf(slug)).toMatchObject({
      votes: 0,
      excluded: [{ reason: 'changed_after_reveal', count: 1 }],
    });
    const honest = await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(honest.reveal).not.toBeNull();
    expect(await boardOf(slug)).toMatchObject({
      votes: 1,
      excluded: [{ reason: 'changed_after_reveal', count: 1 }],
    });
    expect(await exported(slug)).toMatchObject([
      { winner: 'model_b', undone: false, excluded: 'changed_after_reveal' },
      { winner: 'model_a', undone: false, excluded: null },
    ]);
    const { raters_by_votes: raters } = await arena
      .owner()
      .call('getProgress', { params: { campaign: slug } });
    expect(raters).toMatchObject([{ votes: 2, excluded: 1 }]);
  });

  it('is so although the campaign has changed its mind in between', async () => {
    const { slug, visitor } = await start({ reveal_when: 'at_once' });
    const battle = await drawOne(visitor, slug);
    const first = await vote(visitor, battle, 'a');
    await undo(visitor, first.vote.id);
    await arena
      .owner()
      .call('changeCampaign', { params: { campaign: slug }, body: { settings: { reveal_when: 'final' } } });
    await vote(visitor, battle, 'b');
    expect((await boardOf(slug)).votes).toBe(0);
  });
});

describe('by default', () => {
  it('names come with the reply to the next vote, which makes the vote final', async () => {
    const { slug, visitor } = await start();
    const first = await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(first.reveal).toBeNull();
    expect(await ask(visitor, first.vote.id)).toBeNull();
    // being asked too early does not cost the voter the undo
    await undo(visitor, first.vote.id);
    const battle = await drawOne(visitor, slug);
    expect(battle.id).toBe(first.vote.battle);
    await vote(visitor, battle, 'b');
    const second = await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(second).toMatchObject({ reveal: null, before: { vote: first.vote.id } });
    expect(NAMES).toContain(second.before?.reveal.models.a);
    const late = await visitor.send('POST', `/api/v1/votes/${first.vote.id}/undo`);
    expect([late.status, await late.json()]).toMatchObject([409, { code: 'undo_expired' }]);
    expect(await ask(visitor, first.vote.id)).toEqual(second.before?.reveal);
    expect(await boardOf(slug)).toMatchObject({ votes: 2, excluded: [] });
  });

  it('or when somebody asks for them after the time to undo', async () => {
    const { slug, visitor } = await start();
    const { vote: counted } = await vote(visitor, await drawOne(visitor, slug), 'a');
    arena.clock.aheadMs = 31_000;
    expect(NAMES).toContain((await ask(visitor, counted.id))?.models.b);
    // for another process it may still be time
    arena.clock.aheadMs = 0;
    const late = await visitor.send('POST', `/api/v1/votes/${counted.id}/undo`);
    expect(late.status).toBe(409);
    expect(await ask(visitor, counted.id)).not.toBeNull();
    // what was told is not told with the next vote again
    expect((await vote(visitor, await drawOne(visitor, slug), 'a')).before).toBeNull();
  });

  it('and never for a vote that was taken back, nor to anybody else', async () => {
    const { slug, visitor } = await start();
    const battle = await drawOne(visitor, slug);
    const { vote: counted } = await vote(visitor, battle, 'a');
    await undo(visitor, counted.id);
    arena.clock.aheadMs = 31_000;
    expect(await ask(visitor, counted.id)).toBeNull();
    arena.clock.aheadMs = 0;
    // nor with the next one: it can still be voted on
    const other = await drawOne(visitor, slug);
    expect(other.id).toBe(battle.id);
    const stranger = arena.visitor();
    await consentTo(stranger, slug);
    await expect(ask(stranger, counted.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(visitor.received.join().match(new RegExp(NAMES.join('|')))).toBeNull();
  });

  it('but at once where nothing can be undone', async () => {
    const { slug, visitor } = await start({ undo_grace_s: 0 });
    const counted = await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(NAMES).toContain(counted.reveal?.models.a);
  });

  it('and never where the campaign tells nobody', async () => {
    const { slug, visitor } = await start({ reveal: false });
    const { vote: first } = await vote(visitor, await drawOne(visitor, slug), 'a');
    expect((await vote(visitor, await drawOne(visitor, slug), 'a')).before).toBeNull();
    arena.clock.aheadMs = 31_000;
    expect(await ask(visitor, first.id)).toBeNull();
  });

  it('a request that comes again tells of no other vote', async () => {
    const { slug, visitor } = await start();
    await vote(visitor, await drawOne(visitor, slug), 'a');
    const key = nextKey();
    const battle = await drawOne(visitor, slug);
    expect((await vote(visitor, battle, 'a', key)).before).not.toBeNull();
    expect((await vote(visitor, battle, 'a', key)).before).toBeNull();
  });
});
