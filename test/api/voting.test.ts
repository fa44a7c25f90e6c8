import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { consentTo, draw, drawOne, nextKey, vote } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
});
afterAll(() => arena.close());

async function voter() {
  const visitor = arena.visitor();
  await consentTo(visitor, slug);
  return visitor;
}

describe('voting', () => {
  it('begins with consent, which starts an anonymous session', async () => {
    const visitor = arena.visitor();
    await expect(draw(visitor, slug)).rejects.toMatchObject({ code: 'not_signed_in' });
    const reply = await visitor.call('giveConsent', {
      params: { campaign: slug },
      body: { version: 1, language: 'en' },
    });
    expect(reply.progress).toEqual({ votes: 0, quota: null, done: false, completion_code: null });
    expect(visitor.cookies).toContain('agon.session_token=');
    expect(await visitor.call('getMe')).toMatchObject({ signed_in: true, anonymous: true, user: null });
    expect((await draw(visitor, slug)).battles).toHaveLength(1);
  });

  it('asks for consent before anything is shown, and for the newest terms', async () => {
    const { slug: other } = await seedCampaign(arena, { slug: 'terms', settings: { consent_version: 2 } });
    const visitor = await voter();
    await expect(draw(visitor, other)).rejects.toMatchObject({ code: 'consent_required' });
    const response = await visitor.send('POST', `/api/v1/campaigns/${other}/battles`, {});
    expect(response.status).toBe(428);
    await expect(consentTo(visitor, other)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('keeps one session over several consents', async () => {
    const visitor = await voter();
    const before = visitor.cookies;
    await consentTo(visitor, slug);
    expect(visitor.cookies).toBe(before);
  });

  it('counts a vote, keeps its names, and answers a replay with the same', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    const key = nextKey();
    const counted = await vote(visitor, battle, 'a', key);
    expect(counted.vote).toMatchObject({ battle: battle.id, outcome: 'a' });
    expect(counted).toMatchObject({ reveal: null, before: null });
    expect(counted.progress.votes).toBe(1);
    expect(await vote(visitor, battle, 'a', key)).toEqual(counted);
    const again = await visitor.send('POST', `/api/v1/battles/${battle.id}/votes`, {
      ticket: battle.ticket,
      outcome: 'b',
      idempotency_key: nextKey(),
    });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'already_voted' });
  });

  it('answers many replays at once with one vote', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    const key = nextKey();
    const replies = await Promise.all(Array.from({ length: 20 }, () => vote(visitor, battle, 'tie', key)));
    expect(new Set(replies.map((reply) => reply.vote.id)).size).toBe(1);
    expect(new Set(replies.map((reply) => reply.progress.votes))).toEqual(new Set([1]));
  });

  it('refuses tickets that are forged, of another voter, or of another battle', async () => {
    const [one, two] = [await voter(), await voter()];
    const battle = await drawOne(one, slug);
    const other = await drawOne(two, slug);
    await expect(vote(two, battle, 'a')).rejects.toMatchObject({ code: 'ticket_invalid' });
    await expect(vote(one, { ...battle, ticket: other.ticket }, 'a')).rejects.toMatchObject({
      code: 'ticket_invalid',
    });
    await expect(vote(one, { ...battle, ticket: `${battle.ticket}x` }, 'a')).rejects.toMatchObject({
      code: 'ticket_invalid',
    });
  });

  it('takes a vote back within the grace period and counts the next one instead', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    const { vote: first } = await vote(visitor, battle, 'a');
    const undone = await visitor.call('undoVote', { params: { vote: first.id } });
    expect(undone).toMatchObject({ battle: battle.id, progress: { votes: 0 } });
    expect((await vote(visitor, battle, 'both_bad')).vote.outcome).toBe('both_bad');
    arena.clock.aheadMs = 31_000;
    try {
      const late = await visitor.send('POST', `/api/v1/votes/${first.id}/undo`);
      expect(late.status).toBe(409);
      expect(await late.json()).toMatchObject({ code: 'undo_expired' });
    } finally {
      arena.clock.aheadMs = 0;
    }
  });

  it('refuses an expired ticket with 410', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    arena.clock.aheadMs = 3601_000;
    try {
      const late = await visitor.send('POST', `/api/v1/battles/${battle.id}/votes`, {
        ticket: battle.ticket,
        outcome: 'a',
        idempotency_key: nextKey(),
      });
      expect([late.status, await late.json()]).toMatchObject([410, { code: 'ticket_expired' }]);
    } finally {
      arena.clock.aheadMs = 0;
    }
  });

  it('skips with a reason, and goes on with another battle', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    await visitor.call('skipBattle', {
      params: { battle: battle.id },
      body: { ticket: battle.ticket, reason: 'cannot_judge' },
    });
    expect((await drawOne(visitor, slug)).id).not.toBe(battle.id);
  });

  it('takes tags and a note of the voter’s own vote only', async () => {
    const [one, two] = [await voter(), await voter()];
    const { vote: counted } = await vote(one, await drawOne(one, slug), 'b');
    const body = { tags: { a: ['clear'], b: [] }, note: 'A note.' };
    const { vote: annotated } = await one.call('annotateVote', { params: { vote: counted.id }, body });
    expect(annotated).toBe(counted.id);
    await expect(two.call('annotateVote', { params: { vote: counted.id }, body })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      one.call('annotateVote', { params: { vote: counted.id }, body: { tags: { a: ['nonsense'], b: [] } } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(
      one.call('annotateVote', { params: { vote: counted.id }, body: { note: 'nul \u0000 byte' } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('never shows a voter the same text twice, to the last battle', async () => {
    // every model says the same to the first two prompts
    const { slug: other } = await seedCampaign(arena, {
      slug: 'texts',
      answers: (prompt, model) => [[`Model ${model} to ${Math.max(1, prompt)}.`]],
    });
    const visitor = arena.visitor();
    await consentTo(visitor, other);
    const shown: string[] = [];
    for (;;) {
      const { battles, exhausted, progress } = await draw(visitor, other, 2);
      const [battle] = battles;
      if (battle === undefined) {
        expect({ exhausted, votes: progress.votes }).toEqual({ exhausted: true, votes: shown.length / 2 });
        break;
      }
      shown.push(...[battle.answers.a, battle.answers.b].map((answer) => answer.turns[0]!.html));
      const { vote: counted } = await vote(visitor, battle, 'tie');
      if (shown.length === 4) {
        // a battle that is undone comes back itself, with nothing else of its prompt
        await visitor.call('undoVote', { params: { vote: counted.id } });
        expect((await drawOne(visitor, other)).id).toBe(battle.id);
        await vote(visitor, battle, 'a');
      }
    }
    expect(new Set(shown).size).toBe(shown.length);
    // one battle to each of the last four prompts; of the first two, whose three texts are the same, one in all
    expect(shown.length).toBe(10);
  });

  it('takes no vote on a battle that was on screen for too short, unless it was counted already', async () => {
    const visitor = await voter();
    const battle = await drawOne(visitor, slug);
    const cast = (shown_ms: number | null, idempotency_key: string) =>
      visitor.send('POST', `/api/v1/battles/${battle.id}/votes`, {
        ticket: battle.ticket,
        outcome: 'a',
        idempotency_key,
        shown_ms,
      });
    const refused = await cast(299, nextKey());
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { code: 'invalid_request', at: { column: 'shown_ms', value: '299' } },
    ]);
    const key = nextKey();
    expect((await cast(300, key)).status).toBe(201);
    const change = (min_dwell_ms: number) =>
      arena
        .owner()
        .call('changeCampaign', { params: { campaign: slug }, body: { settings: { min_dwell_ms } } });
    await change(5000);
    try {
      expect((await cast(300, key)).status).toBe(201);
      // scripts that show nothing measure nothing
      await vote(visitor, await drawOne(visitor, slug), 'a');
    } finally {
      await change(300);
    }
  });

  it('takes votes from people with an account only, where the campaign says so', async () => {
    const { slug: members, id } = await seedCampaign(arena, { slug: 'members' });
    const passer = arena.visitor();
    await consentTo(passer, members);
    const battle = await drawOne(passer, members);
    const key = nextKey();
    const counted = await vote(passer, await drawOne(passer, members), 'a', key);
    const { settings } = (await arena.ports.campaigns.findById(id))!;
    await arena.ports.campaigns.change(id, { settings: { ...settings, who: 'signed_in' } });
    await expect(draw(passer, members)).rejects.toMatchObject({ code: 'not_signed_in' });
    await expect(vote(passer, { ...battle, id: counted.vote.battle }, 'b')).rejects.toThrow();
    await expect(consentTo(passer, members)).rejects.toMatchObject({ code: 'not_signed_in' });
    const stranger = arena.visitor();
    await expect(consentTo(stranger, members)).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(stranger.cookies).toBe('');
    const person = await arena.person('member');
    await consentTo(person, members);
    expect((await vote(person, await drawOne(person, members), 'tie')).progress.votes).toBe(1);
  });

  it('tells nothing of an identifier that is none', async () => {
    const visitor = await voter();
    for (const [method, path, body] of [
      ['POST', '/api/v1/votes/1/undo', undefined],
      ['POST', '/api/v1/votes/x/annotations', { note: 'x' }],
      ['GET', '/api/v1/snapshots/x', undefined],
    ] as const) {
      const response = await visitor.send(method, path, body);
      expect([path, response.status]).toEqual([path, 404]);
    }
    expect(arena.logged).toEqual([]);
  });
});
