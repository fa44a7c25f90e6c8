import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, draw, drawOne, nextKey, vote } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;
/** Everything that could tell a voter which model wrote an answer. */
let telling: string[];

beforeAll(async () => {
  // as in production: only what a voter sees before the vote is checked on its way out
  arena = await openArena({ checkReplies: 'blind' });
  ({ slug } = await seedCampaign(arena));
  const models = await arena.database.sql<{ id: string }[]>`select id from models`;
  const answers = await arena.database.sql<{ id: string; content_hash: string }[]>`
    select id, content_hash from answers`;
  telling = [
    ...MODELS.flatMap((model) => [model.name, model.title, model.provider, model.licence, ...model.aliases]),
    ...models.map((row) => row.id),
    ...answers.flatMap((row) => [row.id, row.content_hash]),
  ];
});
afterAll(() => arena.close());

function leaksIn(visitor: Visitor): string[] {
  const everything = visitor.received.join('\n').toLowerCase();
  return telling.filter((word) => everything.includes(word.toLowerCase()));
}

/** All names of fields, at any depth, with their paths. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, item]) => fieldsOf(item, `${path}.${name}`));
}

describe('before the vote', () => {
  it('no byte of any reply tells a model', async () => {
    const visitor = arena.visitor();
    await visitor.call('getMe');
    await visitor.call('listCampaigns');
    await visitor.call('getCampaign', { params: { campaign: slug } });
    await consentTo(visitor, slug);
    await visitor.call('getMe');
    const { battles } = await draw(visitor, slug, 5);
    expect(battles).toHaveLength(5);
    const holding = battles.map((battle) => battle.id);
    await draw(visitor, slug, 5, holding);
    const [first, second] = battles;
    if (first === undefined || second === undefined) throw new Error('nothing was drawn');
    await visitor.call('skipBattle', {
      params: { battle: first.id },
      body: { ticket: first.ticket, reason: 'offensive', note: 'a note' },
    });
    // refusals are replies too
    const path = `/api/v1/battles/${second.id}/votes`;
    const body = { ticket: second.ticket, outcome: 'a', idempotency_key: nextKey() };
    for (const wrong of [
      { ...body, outcome: 'model_a' },
      { ...body, ticket: `${second.ticket}x` },
      { ...body, ticket: first.ticket },
      { ...body, model_a: 'x' },
      {},
    ]) {
      expect((await visitor.send('POST', path, wrong)).status).toBeGreaterThanOrEqual(400);
    }
    await visitor.send('GET', `/api/v1/campaigns/${slug}/progress`);
    await visitor.send('GET', `/api/v1/campaigns/${slug}/export?what=battles`);
    await visitor.send('GET', '/api/v1/openapi.json');
    await visitor.send('GET', '/metrics');
    expect(visitor.received.length).toBeGreaterThan(15);
    expect(leaksIn(visitor)).toEqual([]);
    expect(arena.logged).toEqual([]);
  });

  it('nor while the vote can be changed: counted, undone, cast again, asked for', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    const battle = await drawOne(visitor, slug);
    for (const outcome of ['a', 'b', 'tie'] as const) {
      const { vote: counted } = await vote(visitor, battle, outcome);
      const params = { vote: counted.id };
      expect(await visitor.call('revealVote', { params })).toEqual({ reveal: null });
      await visitor.call('annotateVote', { params, body: { note: 'a note' } });
      await visitor.call('undoVote', { params });
      expect(await visitor.call('revealVote', { params })).toEqual({ reveal: null });
    }
    await vote(visitor, battle, 'a');
    expect(leaksIn(visitor)).toEqual([]);
  });

  it('the search for leaks finds one', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    await vote(visitor, await drawOne(visitor, slug), 'a');
    await vote(visitor, await drawOne(visitor, slug), 'a');
    expect(leaksIn(visitor)).toHaveLength(2);
  });

  it('a battle has these fields and no others', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    const drawn = await draw(visitor, slug, 2);
    expect([...new Set(fieldsOf(drawn))].sort()).toEqual([
      '.battles[].answers.a.turns[].blank',
      '.battles[].answers.a.turns[].direction',
      '.battles[].answers.a.turns[].html',
      '.battles[].answers.b.turns[].blank',
      '.battles[].answers.b.turns[].direction',
      '.battles[].answers.b.turns[].html',
      '.battles[].expires_at',
      '.battles[].id',
      '.battles[].prompt.category',
      '.battles[].prompt.language',
      '.battles[].prompt.turns[].direction',
      '.battles[].prompt.turns[].html',
      '.battles[].ticket',
      '.exhausted',
      '.progress.completion_code',
      '.progress.done',
      '.progress.quota',
      '.progress.votes',
    ]);
  });

  it('a ticket is readable and tells nothing of models', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    const { ticket } = await drawOne(visitor, slug);
    const payload = Buffer.from(ticket.split('.')[0] ?? '', 'base64url').toString();
    expect(telling.filter((word) => payload.includes(word))).toEqual([]);
  });

  it('neither slot is a model’s own', async () => {
    // over many draws each model is about as often in slot a as in slot b; 8 standard errors of a fair coin
    const inSlotA = new Map<string, number>();
    const shown = new Map<string, number>();
    for (let i = 0; i < 20; i += 1) {
      const visitor = arena.visitor();
      await consentTo(visitor, slug);
      for (const { answers } of (await draw(visitor, slug, 5)).battles) {
        for (const slot of ['a', 'b'] as const) {
          const kind = /kind (\d)/.exec(answers[slot].turns[0]?.html ?? '')?.[1] ?? '';
          shown.set(kind, (shown.get(kind) ?? 0) + 1);
          if (slot === 'a') inSlotA.set(kind, (inSlotA.get(kind) ?? 0) + 1);
        }
      }
    }
    expect(shown.size).toBe(MODELS.length);
    for (const [kind, count] of shown) {
      const share = (inSlotA.get(kind) ?? 0) / count;
      expect(Math.abs(share - 0.5)).toBeLessThan(8 * Math.sqrt(0.25 / count));
    }
  });

  it('a reply with a field too many is not sent at all', async () => {
    const leaky = await openArena({
      checkReplies: 'blind',
      adapt: (composed) => ({
        ...composed,
        ports: {
          ...composed.ports,
          renderer: {
            render: (text) => ({ ...composed.ports.renderer.render(text), model: MODELS[0]?.name }),
          },
        },
      }),
    });
    try {
      const campaign = await seedCampaign(leaky);
      const visitor = leaky.visitor();
      await consentTo(visitor, campaign.slug);
      const response = await visitor.send('POST', `/api/v1/campaigns/${campaign.slug}/battles`, {});
      expect([response.status, await response.json()]).toMatchObject([500, { code: 'internal' }]);
      expect(leaksIn(visitor)).toEqual([]);
      expect(leaky.logged).toHaveLength(1);
    } finally {
      await leaky.close();
    }
  });
});

describe('where the campaign does not reveal', () => {
  it('the vote’s reply tells no model either', async () => {
    const hidden = await seedCampaign(arena, { slug: 'hidden', settings: { reveal: false } });
    const visitor = arena.visitor();
    await consentTo(visitor, hidden.slug);
    const counted = await vote(visitor, await drawOne(visitor, hidden.slug), 'a');
    expect(counted.reveal).toBeNull();
    expect(leaksIn(visitor)).toEqual([]);
  });
});
