import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let admin: Visitor;
const people = new Map<string, { readonly visitor: Visitor; readonly id: string; readonly email: string }>();

beforeAll(async () => {
  arena = await openArena();
  admin = await arena.person('admin');
  for (const name of ['ada', 'bob', 'eve', 'voter']) {
    const visitor = await arena.person(name);
    const { items } = await admin.call('listMembers');
    const { id, email } = items.find((each) => each.name === name)!;
    people.set(name, { visitor, id, email });
    if (name !== 'voter') await setRole(name, 'researcher');
  }
});
afterAll(() => arena.close());

const of = (name: string) => people.get(name)!;
const setRole = (name: string, role: 'voter' | 'researcher' | 'admin') =>
  admin.call('changeMember', { params: { user: of(name).id }, body: { role } });
async function campaignOf(name: string, slug: string): Promise<{ readonly params: { campaign: string } }> {
  await of(name).visitor.call('createCampaign', { body: { slug, title: 'Herons' } });
  return { params: { campaign: slug } };
}
const add = (by: Visitor, campaign: string, name: string, role: 'viewer' | 'editor' | 'owner') =>
  by.call('addCampaignMember', { params: { campaign }, body: { email: of(name).email, role } });
const at = (campaign: string, name: string) => ({ params: { campaign, user: of(name).id } });
const rolesIn = async (by: Visitor, campaign: string) => {
  const { items } = await by.call('listCampaignMembers', { params: { campaign } });
  return Object.fromEntries(items.map(({ name, role }) => [name, role]));
};

describe('a campaign', () => {
  it('belongs to whoever made it, with a session or a key of theirs', async () => {
    const ada = of('ada').visitor;
    const made = await campaignOf('ada', 'made-here');
    expect(await ada.call('getCampaign', made)).toMatchObject({ my_role: 'owner' });
    const { key } = await ada.call('createKey', { body: { name: 'script', scopes: ['write'] } });
    const body = { slug: 'made-by-key', title: 'By key' };
    expect(await arena.script(key).call('createCampaign', { body })).toMatchObject({ my_role: 'owner' });
    expect(await rolesIn(ada, 'made-by-key')).toEqual({ ada: 'owner' });
    await expect(of('bob').visitor.call('getCampaign', made)).rejects.toMatchObject({
      code: 'not_found',
      message: 'There is no campaign "made-here".',
    });
  });

  it('is handed over, step by step, and never loses its last owner', async () => {
    const [ada, bob] = [of('ada').visitor, of('bob').visitor];
    await campaignOf('ada', 'handed');
    expect(await add(ada, 'handed', 'bob', 'viewer')).toMatchObject({ name: 'bob', role: 'viewer' });
    const closed = { params: { campaign: 'handed' }, body: { title: 'Mine' } };
    await expect(bob.call('changeCampaign', closed)).rejects.toMatchObject({
      code: 'not_allowed',
      message: 'This needs the role editor in "Herons"; yours is viewer.',
    });
    const stepDown = { ...at('handed', 'ada'), body: { role: 'editor' as const } };
    await expect(ada.call('changeCampaignMember', stepDown)).rejects.toMatchObject({
      message: '"Herons" needs an owner among its members.',
    });
    await expect(ada.call('removeCampaignMember', at('handed', 'ada'))).rejects.toMatchObject({
      code: 'not_allowed',
    });
    await ada.call('changeCampaignMember', { ...at('handed', 'bob'), body: { role: 'owner' } });
    await ada.call('changeCampaignMember', stepDown);
    expect(await rolesIn(bob, 'handed')).toEqual({ ada: 'editor', bob: 'owner' });
    await bob.call('removeCampaignMember', at('handed', 'ada'));
    await expect(rolesIn(ada, 'handed')).rejects.toMatchObject({ code: 'not_found' });
    const { items } = await bob.call('listActivity', { params: { campaign: 'handed' } });
    expect(items.map(({ actor, action, details }) => [actor, action, details.name, details.role])).toEqual([
      ['bob', 'remove_campaign_member', 'ada', 'editor'],
      ['ada', 'change_campaign_member', 'ada', 'editor'],
      ['ada', 'change_campaign_member', 'bob', 'owner'],
      ['ada', 'add_campaign_member', 'bob', 'viewer'],
      ['ada', 'create_campaign', undefined, undefined],
    ]);
  });

  it('takes researchers only, once each, and tells of nobody else whether they are there', async () => {
    const ada = of('ada').visitor;
    await campaignOf('ada', 'picky');
    const told: string[] = [];
    for (const email of [of('voter').email, 'nobody@example.org']) {
      const body = { email, role: 'viewer' as const };
      await ada.call('addCampaignMember', { params: { campaign: 'picky' }, body }).then(
        () => expect.unreachable(),
        (error: Error) => told.push(`${error.message} ${JSON.stringify(error)}`.replaceAll(email, '…')),
      );
    }
    expect(told[0]).toContain('No researcher of this arena has the address …');
    expect(told[1]).toBe(told[0]);
    const email = of('bob').email.toUpperCase();
    const shouted = { params: { campaign: 'picky' }, body: { email, role: 'viewer' as const } };
    expect(await ada.call('addCampaignMember', shouted)).toMatchObject({ name: 'bob' });
    await expect(add(ada, 'picky', 'bob', 'owner')).rejects.toMatchObject({ code: 'already_exists' });
    expect(await rolesIn(ada, 'picky')).toEqual({ ada: 'owner', bob: 'viewer' });
  });

  it('lets a member in only while they are a researcher', async () => {
    const eve = of('eve').visitor;
    const { params } = await campaignOf('eve', 'of-eve');
    await setRole('eve', 'voter');
    await expect(eve.call('getCampaign', { params })).rejects.toMatchObject({ code: 'not_found' });
    await expect(eve.call('getProgress', { params })).rejects.toMatchObject({ code: 'not_allowed' });
    await setRole('eve', 'researcher');
    expect(await eve.call('getCampaign', { params })).toMatchObject({ my_role: 'owner' });
  });

  it('that nobody signed in made is every researcher’s to edit, until an admin gives it an owner', async () => {
    const { slug } = await seedCampaign(arena, { settings: { completion_code: 'DONE-7' } });
    const [ada, bob, voter] = [of('ada').visitor, of('bob').visitor, of('voter').visitor];
    const params = { campaign: slug };
    const seen = async (by: Visitor) => {
      const { my_role, settings } = await by.call('getCampaign', { params });
      return [my_role, settings.completion_code];
    };
    expect(await seen(ada)).toEqual(['editor', 'DONE-7']);
    expect(await rolesIn(ada, slug)).toEqual({});
    await expect(add(ada, slug, 'ada', 'owner')).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(add(admin, slug, 'bob', 'editor')).rejects.toMatchObject({
      message: '"Seeded" needs an owner among its members.',
    });
    await add(admin, slug, 'bob', 'owner');
    expect(await seen(bob)).toEqual(['owner', 'DONE-7']);
    expect(await seen(admin)).toEqual(['owner', 'DONE-7']);
    // open: a visitor's page, and no more
    for (const by of [ada, voter]) expect(await seen(by)).toEqual([null, null]);
    await expect(ada.call('getProgress', { params })).rejects.toMatchObject({
      code: 'not_allowed',
      message: 'This needs the role viewer in "Seeded"; you are not a member of it.',
    });
  });

  it('asks as much of the database for a draft of others as for a name that nobody has', async () => {
    const asked: string[] = [];
    const counted = await openArena({
      beside: arena,
      adapt: (composed) => ({
        ...composed,
        ports: {
          ...composed.ports,
          campaigns: {
            ...composed.ports.campaigns,
            find: (slug) => {
              asked.push('find');
              return composed.ports.campaigns.find(slug);
            },
          },
          members: {
            ...composed.ports.members,
            rolesOf: (user, slugs) => {
              asked.push('rolesOf');
              return composed.ports.members.rolesOf(user, slugs);
            },
          },
        },
      }),
    });
    try {
      await campaignOf('ada', 'unseen');
      const { key } = await of('bob').visitor.call('createKey', { body: { name: 's', scopes: ['read'] } });
      const work = async (campaign: string) => {
        asked.length = 0;
        const refused = counted.script(key).call('getProgress', { params: { campaign } });
        await expect(refused).rejects.toMatchObject({ code: 'not_found' });
        return [...asked];
      };
      expect(await work('unseen')).toEqual(['find', 'rolesOf']);
      expect(await work('unseen')).toEqual(await work('not-there'));
    } finally {
      await counted.close();
    }
  });
});
