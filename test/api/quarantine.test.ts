import type { Board } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;

/** `habit` always takes the left answer; the others have good before bad. A name may hold anything. */
const HABIT = 'a/habit of <left> & 50%';
const VOTES = Array.from({ length: 60 }, (_, at) => {
  const rater = at % 3 === 0 ? HABIT : `honest-${at % 3}`;
  const [model_a, model_b] = at % 2 === 0 ? ['good', 'bad'] : ['bad', 'good'];
  const isFirst = rater === HABIT || (at % 2 === 0) !== (at % 7 === 0);
  return JSON.stringify({
    prompt_id: `p${at}`,
    model_a,
    model_b,
    winner: isFirst ? 'model_a' : 'model_b',
    rater,
  });
}).join('\n');

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  for (const slug of ['judged', 'other']) {
    await researcher.call('createCampaign', { body: { slug, title: slug } });
    await researcher.call('createImport', {
      params: { campaign: slug },
      body: { files: [{ name: 'votes.jsonl', text: VOTES }] },
    });
  }
});
afterAll(() => arena.close());

const params = { campaign: 'judged', rater: HABIT };
const board = async (campaign = 'judged'): Promise<Board> =>
  (await researcher.send('GET', `/api/v1/campaigns/${campaign}/board`)).json();
const gapOf = ({ people }: Board): number => {
  const rating = (name: string) => people!.models.find(({ model }) => model === name)!.rating!;
  return rating('good') - rating('bad');
};
const excludedOf = async () => {
  const { raters_by_votes: raters } = await researcher.call('getProgress', {
    params: { campaign: 'judged' },
  });
  return Object.fromEntries(raters.map(({ rater, excluded }) => [rater, excluded]));
};

describe('the votes of one voter in quarantine', () => {
  it('leave the board at once, with their reason, and come back', async () => {
    const before = await board();
    expect(before.counts.votes).toBe(60);
    expect(await researcher.call('quarantineVoter', { params })).toEqual({
      rater: HABIT,
      votes: 20,
      changed: 20,
    });
    const without = await board();
    expect(without.counts.votes).toBe(40);
    expect(without.counts.excluded).toContainEqual({ reason: 'voter_in_quarantine', count: 20 });
    expect(gapOf(without)).toBeGreaterThan(gapOf(before) + 1);
    expect(await excludedOf()).toEqual({ [HABIT]: 20, 'honest-1': 0, 'honest-2': 0 });
    const { raters } = await researcher.call('getRaters', { params: { campaign: 'judged' } });
    expect(raters.map(({ rater }) => rater)).not.toContain(HABIT);
    // somebody of the same name elsewhere is somebody else
    expect((await board('other')).counts.votes).toBe(60);
    const csv = await researcher.send('GET', '/api/v1/campaigns/judged/export?what=votes&as=csv');
    expect((await csv.text()).match(/voter_in_quarantine/g)).toHaveLength(20);
    expect(await researcher.call('quarantineVoter', { params })).toMatchObject({ changed: 0 });
    expect(await researcher.call('releaseVoter', { params })).toEqual({
      rater: HABIT,
      votes: 20,
      changed: 20,
    });
    expect(await researcher.call('releaseVoter', { params })).toMatchObject({ changed: 0 });
    const after = await board();
    expect([after.counts, after.people?.models]).toEqual([before.counts, before.people?.models]);
  });

  it('are in the activity: what was done, to whom, by whom, and once', async () => {
    const { items } = await researcher.call('listActivity', { params: { campaign: 'judged' } });
    expect(items.slice(0, 2)).toMatchObject(
      ['release_voter', 'quarantine_voter'].map((action) => ({
        action,
        actor: 'researcher',
        details: { rater: HABIT, votes: 20 },
      })),
    );
    expect(items.filter(({ action }) => action.endsWith('_voter'))).toHaveLength(2);
  });

  it('are those of one who votes here, too; what they cast later counts', async () => {
    const { slug } = await seedCampaign(arena);
    const voter = arena.visitor();
    await consentTo(voter, slug);
    await vote(voter, await drawOne(voter, slug), 'a');
    const [row] = (await researcher.call('getProgress', { params: { campaign: slug } })).raters_by_votes;
    const own = { campaign: slug, rater: row!.rater };
    expect(await researcher.call('quarantineVoter', { params: own })).toMatchObject({ changed: 1 });
    expect((await board(slug)).counts.votes).toBe(0);
    await vote(voter, await drawOne(voter, slug), 'b');
    expect((await board(slug)).counts.votes).toBe(1);
    expect(await researcher.call('quarantineVoter', { params: own })).toMatchObject({ votes: 2, changed: 1 });
    expect((await board(slug)).counts.votes).toBe(0);
  });

  it('are left alone by those who may not, and of nobody there are none', async () => {
    const path = `/api/v1/campaigns/judged/raters/${encodeURIComponent(HABIT)}/quarantine`;
    for (const [visitor, status] of [
      [arena.visitor(), [401, 403]],
      [await arena.person('somebody'), [403]],
      [arena.script(await keyFor(['read', 'vote'])), [403]],
    ] as const)
      for (const method of ['POST', 'DELETE'])
        expect(status).toContain((await visitor.send(method, path)).status);
    expect((await board()).counts.votes).toBe(60);
    for (const [campaign, rater, status] of [
      ['judged', 'nobody', 404],
      ['judged', '%00', 400],
      ['no-such', 'habit', 404],
    ]) {
      const reply = await researcher.send('POST', `/api/v1/campaigns/${campaign}/raters/${rater}/quarantine`);
      expect([status, (await reply.json()).hint]).toEqual([reply.status, expect.any(String)]);
    }
    expect(arena.logged).toEqual([]);
  });
});

async function keyFor(scopes: ('read' | 'write' | 'vote')[]): Promise<string> {
  return (await researcher.call('createKey', { body: { name: scopes.join(), scopes } })).key;
}
