import type { CampaignMemberStore, CampaignRecord } from '@agon/arena';
import type { CampaignRole } from '@agon/contract';
import type { CampaignId, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT, type TwoArenas } from './contest.ts';

/** @param setUp on data where other campaigns may be, too */
export function campaignMemberStoreContract(setUp: () => TwoArenas): void {
  /** A campaign that `by` made. */
  async function madeBy(arenas: TwoArenas, by: UserId | null, change: Partial<CampaignRecord> = {}) {
    const { here } = arenas;
    const { settings } = (await here.campaigns.findById(await arenas.campaign()))!;
    const id = here.ids.next() as CampaignId;
    const record = {
      ...{ id, slug: `own-${id}`, title: 'Herons', description: '', attribution: null },
      ...{ state: 'draft' as const, settings, createdAtMs: AT, ...change },
    };
    await here.campaigns.create(record, by);
    return record;
  }
  const add = (members: CampaignMemberStore, campaign: CampaignId, user: UserId, role: CampaignRole) =>
    members.add(campaign, user, role, { by: null, atMs: AT + 1 });

  describe('the contract of CampaignMemberStore', () => {
    it('makes whoever creates a campaign its owner, and nobody else anything', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const [ada, bob] = [await arenas.person(), await arenas.person()];
      const own = await madeBy(arenas, ada);
      expect(await elsewhere.members.rolesOf(ada, [own.slug])).toEqual(new Map([[own.slug, 'owner']]));
      expect(await elsewhere.members.rolesOf(bob, [own.slug, 'nothing'])).toEqual(new Map());
      const members = await here.members.list(own.id, { after: null, limit: 9 });
      expect(members).toEqual([
        expect.objectContaining({ user: ada, role: 'owner', addedAtMs: own.createdAtMs }),
      ]);
    });

    it('leaves a campaign that nobody made to every researcher, until it has members', async () => {
      const arenas = setUp();
      const { members } = arenas.here;
      const [ada, bob] = [await arenas.person(), await arenas.person()];
      const common = await madeBy(arenas, null);
      const lost = await madeBy(arenas, 'somebody who is gone' as UserId);
      const roles = (user: UserId) => members.rolesOf(user, [common.slug, lost.slug]);
      expect(await roles(ada)).toEqual(new Map([[common.slug, 'editor']]));
      expect(await add(members, common.id, bob, 'editor')).toBe('no_owner');
      expect(await roles(ada)).toEqual(new Map([[common.slug, 'editor']]));
      expect(await add(members, common.id, bob, 'owner')).toMatchObject({ user: bob, role: 'owner' });
      expect(await roles(ada)).toEqual(new Map());
      expect(await roles(bob)).toEqual(new Map([[common.slug, 'owner']]));
    });

    it('adds, changes and removes members, everywhere at once', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const [ada, bob, eve] = [await arenas.person(), await arenas.person(), await arenas.person()];
      const { id, slug } = await madeBy(arenas, ada);
      const of = async (user: UserId) => (await elsewhere.members.rolesOf(user, [slug])).get(slug);
      expect(await add(here.members, id, bob, 'viewer')).toMatchObject({
        user: bob,
        role: 'viewer',
        addedAtMs: AT + 1,
      });
      expect(await add(here.members, id, bob, 'owner')).toBeNull();
      expect(await of(bob)).toBe('viewer');
      expect(await here.members.changeRole(id, bob, 'editor')).toMatchObject({ user: bob, role: 'editor' });
      expect(await of(bob)).toBe('editor');
      expect(await here.members.changeRole(id, eve, 'editor')).toBeNull();
      expect(await here.members.remove(id, eve)).toBeNull();
      expect(await here.members.remove(id, bob)).toMatchObject({ user: bob, role: 'editor' });
      expect(await of(bob)).toBeUndefined();
      expect(await of(ada)).toBe('owner');
    });

    it('pages through members, the first ones first, everyone once, even those of the same moment', async () => {
      const arenas = setUp();
      const { members } = arenas.here;
      const ada = await arenas.person();
      const { id } = await madeBy(arenas, ada);
      const others = await Promise.all([1, 2, 3].map(() => arenas.person()));
      for (const user of others) await add(members, id, user, 'viewer');
      const seen: UserId[] = [];
      for (let after: UserId | null = null; ; after = seen.at(-1)!) {
        const page = await members.list(id, { after, limit: 2 });
        expect(page.length).toBeLessThanOrEqual(2);
        seen.push(...page.map(({ user }) => user));
        if (page.length < 2) break;
      }
      expect(seen[0]).toBe(ada);
      expect(seen.slice(1).sort()).toEqual([...others].sort());
    });

    it('never loses the last owner, not even to two who step down at once', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      for (let round = 0; round < 3; round += 1) {
        const [ada, bob] = [await arenas.person(), await arenas.person()];
        const { id } = await madeBy(arenas, ada);
        await add(here.members, id, bob, 'owner');
        const left = await Promise.all([
          here.members.changeRole(id, ada, 'viewer'),
          elsewhere.members.remove(id, bob),
        ]);
        expect(left.filter((outcome) => outcome === 'no_owner')).toHaveLength(1);
        const members = await here.members.list(id, { after: null, limit: 9 });
        expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
      }
    });

    it('lists to each whose drafts they are, beside what is open or closed', async () => {
      const arenas = setUp();
      const { campaigns, members } = arenas.here;
      const [ada, bob] = [await arenas.person(), await arenas.person()];
      const own = await madeBy(arenas, ada);
      const shared = await madeBy(arenas, bob);
      await add(members, shared.id, ada, 'viewer');
      const common = await madeBy(arenas, null);
      const theirs = await madeBy(arenas, bob);
      const open = await madeBy(arenas, bob, { state: 'open' });
      const all = [own, shared, common, theirs, open].map(({ slug }) => slug);
      const listed = async (draftsOf: UserId | 'all' | null) =>
        (await campaigns.list({ draftsOf, after: null, limit: 500 }))
          .map(({ slug }) => slug)
          .filter((slug) => all.includes(slug))
          .sort();
      const slugs = (...records: { slug: string }[]) => records.map(({ slug }) => slug).sort();
      expect(await listed(ada)).toEqual(slugs(own, shared, common, open));
      expect(await listed(bob)).toEqual(slugs(shared, common, theirs, open));
      expect(await listed('all')).toEqual([...all].sort());
      expect(await listed(null)).toEqual(slugs(open));
    });
  });
}
