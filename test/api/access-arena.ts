import type { CampaignId, UserId } from '@agon/domain';
import { IDENTITIES, type IdentityName, type ObjectName } from './access-table.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

/** What path parameters name. */
export type Place = Readonly<
  Record<
    'campaign' | 'run' | 'judgeRun' | 'judgeTrial' | 'import' | 'snapshot' | 'rater' | 'model' | 'viewer',
    string
  >
> & { readonly id: CampaignId | null };

export type AccessArena = {
  readonly arena: ArenaUnderTest;
  readonly places: Readonly<Record<ObjectName, Place>>;
  /** Somebody new, or the one person that there is of this kind. */
  as(who: IdentityName): Visitor;
  /** A researcher who is no member of anything, and asks nothing. */
  readonly guest: { readonly id: UserId; readonly email: string };
  /** Makes the guest a viewer of a place, where it can have one. */
  letGuestIn(place: Place): Promise<void>;
};

const PEOPLE = ['stranger', 'viewer', 'editor', 'owner', 'guest', 'voter'] as const;

/** An arena with one of each identity, and of each object with everything in it that a call can name. */
export async function openAccessArena(): Promise<AccessArena> {
  const arena = await openArena({
    adapt: (composed) => ({ ...composed, ports: { ...composed.ports, importer: IMPORTER } }),
  });
  const { ports } = arena;
  const sessions = new Map<IdentityName | 'guest', Visitor>([['admin', await arena.person('admin')]]);
  for (const name of PEOPLE) sessions.set(name, await arena.person(name));
  const admin = sessions.get('admin')!;
  const { items } = await admin.call('listMembers');
  const user = (name: string) => items.find((each) => each.name === name)!.id as UserId;
  for (const name of PEOPLE.filter((each) => each !== 'voter')) {
    await admin.call('changeMember', { params: { user: user(name) }, body: { role: 'researcher' } });
  }
  const keys = new Map<IdentityName, string>();
  for (const [name, { scopes }] of Object.entries(IDENTITIES) as [
    IdentityName,
    (typeof IDENTITIES)[IdentityName],
  ][]) {
    if (scopes === null) continue;
    const key = `agon_${ports.secrets.make()}`;
    const userId = user(name === 'key of a stranger' ? 'stranger' : 'owner');
    const record = { id: ports.ids.next(), name, prefix: key.slice(0, 9), scopes, userId };
    await ports.keys.add({ ...record, createdAtMs: Date.now(), lastUsedAtMs: null }, ports.secrets.hash(key));
    keys.set(name, key);
  }
  await admin.call('addProvider', { body: { name: 'lab', base_url: 'https://lab.example/v1' } });

  const place = async (slug: string, state: 'draft' | 'open' | 'closed', isOwned: boolean) => {
    const { id } = await seedCampaign(arena, { slug });
    const params = { campaign: slug };
    const owner = arena.owner();
    const rater = await raterOf(arena, slug);
    const [snapshot, judgeRun, judgeTrial, run, imports] = await Promise.all([
      owner.call('createSnapshot', { params, body: {} }),
      owner.call('startJudgeRun', {
        params,
        body: { judge: 'pair-explain', model: 'owl', provider: 'lab', limit: 1 },
      }),
      owner.call('startJudgeTrial', {
        params,
        body: { judge: 'pair-explain', model: 'owl', provider: 'lab', voted: 0, random: 1 },
      }),
      owner.call('startAnswerRun', { params, body: { model: 'gnu', provider: 'lab', limit: 1 } }),
      owner.call('listImports', { params }),
    ]);
    if (isOwned) {
      const added = { by: null, atMs: Date.now() };
      for (const role of ['owner', 'editor', 'viewer'] as const) {
        await ports.members.add(id, user(role), role, added);
      }
    }
    await ports.campaigns.change(id, { state });
    return {
      id,
      campaign: slug,
      run: run.run,
      judgeRun: judgeRun.run,
      judgeTrial: judgeTrial.run,
      import: imports.items[0]!.id,
      snapshot: snapshot.id,
      rater,
      model: MODELS[0]!.name,
      viewer: user('viewer'),
    };
  };
  const open = await place('access-open', 'open', true);
  const probe = await sessions
    .get('owner')!
    .call('checkProvider', { params: { provider: 'lab' }, body: { model: 'gnu' } });
  const places = {
    draft: await place('access-draft', 'draft', true),
    open,
    closed: await place('access-closed', 'closed', true),
    arena: await place('access-arena', 'draft', false),
    probe: { ...open, id: null, run: probe.run },
  };
  return {
    arena,
    places,
    as(who) {
      if (who === 'no session') return arena.visitor();
      if (who === 'data folder') return arena.owner();
      const key = keys.get(who);
      return key === undefined ? sessions.get(who)! : arena.script(key);
    },
    guest: { id: user('guest'), email: 'guest@example.org' },
    async letGuestIn({ id }) {
      if (id !== null) await ports.members.add(id, user('guest'), 'viewer', { by: null, atMs: Date.now() });
    },
  };
}

/** Casts a vote in an open campaign, and says how researchers name its voter. */
async function raterOf(arena: ArenaUnderTest, campaign: string): Promise<string> {
  const voter = arena.visitor();
  await consentTo(voter, campaign);
  await vote(voter, await drawOne(voter, campaign), 'a');
  const { raters_by_votes: raters } = await arena.owner().call('getProgress', { params: { campaign } });
  return raters[0]!.rater;
}

/** Importing is not what is asked about here: nothing is read, nothing is written. */
const IMPORTER: ArenaUnderTest['ports']['importer'] = {
  run: async () => ({
    ...{ format: 'test', files: [], errors: [], errors_total: 0, warnings: [], preview: null },
    ...{ models: 0, prompts: 0, answers: 0, votes: 0, verdicts: 0, scores: 0, material: 0 },
    rows: { read: 0, imported: 0, refused: 0, duplicates: 0 },
    written: false,
  }),
  inspect: async () => ({ format: null, columns: [], unused: [], models: [], labels: [], rows: [] }),
};
