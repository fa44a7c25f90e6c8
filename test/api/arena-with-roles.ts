import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';

/** An arena with a campaign and one of each who may do something with providers. */
export type ArenaWithRoles = {
  readonly arena: ArenaUnderTest;
  readonly slug: string;
  readonly owner: Visitor;
  readonly admin: Visitor;
  readonly researcher: Visitor;
  /** Adds a provider, under a name and an address of its own where none are given. */
  addProvider(by: Visitor, body?: object): ReturnType<typeof addBy>;
  /** What the audit log says of a provider, oldest first. */
  auditOf(
    provider: string,
  ): Promise<readonly { action: string; actor: string; details: Record<string, unknown> }[]>;
};

export async function openArenaWithRoles(): Promise<ArenaWithRoles> {
  const arena = await openArena();
  const { slug } = await seedCampaign(arena);
  const admin = await arena.person('admin');
  const researcher = await arena.person('researcher');
  const { items } = await admin.call('listMembers');
  const user = items.find(({ name }) => name === 'researcher')?.id ?? '';
  await admin.call('changeMember', { params: { user }, body: { role: 'researcher' } });
  let made = 0;
  return {
    arena,
    slug,
    owner: arena.owner(),
    admin,
    researcher,
    addProvider(by, body = {}) {
      made += 1;
      return addBy(by, { name: `p${made}`, base_url: `https://p${made}.example/v1`, ...body });
    },
    auditOf: (provider) => arena.database.sql`
      select action, actor, details from audit_log where details ->> 'provider' = ${provider} order by id`,
  };
}

function addBy(by: Visitor, body: { name: string; base_url: string }) {
  return by.call('addProvider', { body });
}
