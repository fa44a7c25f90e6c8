import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;
let slug: string;

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  ({ slug } = await seedCampaign(arena, { settings: { who: 'invited' } }));
});
afterAll(() => arena.close());

const invite = async (body: object = {}) =>
  (await researcher.call('inviteVoters', { params: { campaign: slug }, body })).invitations;
const tokenOf = ({ path }: { path: string }) => new URL(path, 'http://arena').searchParams.get('invitation')!;
const come = (visitor: Visitor, invitation: string | null) =>
  visitor.call('giveConsent', {
    params: { campaign: slug },
    body: { version: 1, language: 'en', invitation },
  });
const listed = async () => (await researcher.call('listInvitations', { params: { campaign: slug } })).items;

describe('a campaign that takes invited voters', () => {
  it('lets in who has a link, once for each use, and nobody else', async () => {
    const [link] = await invite({ label: 'class 7b' });
    expect(link).toMatchObject({ label: 'class 7b', uses: 0, most_uses: 1 });
    expect(link!.path).toMatch(new RegExp(`^/c/${slug}/vote\\?invitation=[\\w-]{43}$`));
    const required = { code: 'invitation_required' };
    for (const token of [null, '', 'a guess', link!.id]) {
      await expect(come(arena.visitor(), token)).rejects.toMatchObject(required);
    }
    const visitor = arena.visitor();
    await come(visitor, tokenOf(link!));
    await vote(visitor, await drawOne(visitor, slug), 'a');
    // the same voter again takes no second use, with the link or without
    await come(visitor, tokenOf(link!));
    await come(visitor, null);
    await expect(come(arena.visitor(), tokenOf(link!))).rejects.toMatchObject(required);
    expect(await listed()).toMatchObject([{ id: link!.id, uses: 1, revoked_at: null }]);
    // the token is nowhere but in the reply that made it
    const [{ stored }] = (await arena.database.sql`
      select string_agg(i::text, ' ') as stored from invitations i`) as unknown as [{ stored: string }];
    expect(stored).not.toContain(tokenOf(link!));
  });

  it('gives each use to one voter, however many come at once', async () => {
    const [link] = await invite({ most_uses: 3 });
    const visitors = Array.from({ length: 10 }, () => arena.visitor());
    const outcomes = await Promise.allSettled(visitors.map((visitor) => come(visitor, tokenOf(link!))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await listed())[0]).toMatchObject({ uses: 3, most_uses: 3 });
  });

  it('lets nobody in by a link that was taken back, and keeps who came', async () => {
    const [link] = await invite({ most_uses: 9 });
    const early = arena.visitor();
    await come(early, tokenOf(link!));
    await researcher.call('revokeInvitation', { params: { campaign: slug, invitation: link!.id } });
    await expect(come(arena.visitor(), tokenOf(link!))).rejects.toMatchObject({
      code: 'invitation_required',
    });
    await vote(early, await drawOne(early, slug), 'b');
    await expect(
      researcher.call('revokeInvitation', { params: { campaign: slug, invitation: 'none' } }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('has links for itself alone', async () => {
    const { slug: other } = await seedCampaign(arena, { slug: 'other', settings: { who: 'invited' } });
    const [link] = await invite();
    await expect(
      arena.visitor().call('giveConsent', {
        params: { campaign: other },
        body: { version: 1, language: 'en', invitation: tokenOf(link!) },
      }),
    ).rejects.toMatchObject({ code: 'invitation_required' });
    const stranger = arena.visitor();
    await expect(
      stranger.call('inviteVoters', { params: { campaign: slug }, body: {} }),
    ).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(arena.logged).toEqual([]);
  });
});
