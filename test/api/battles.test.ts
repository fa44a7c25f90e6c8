import type { ListedBattleJson } from '@agon/contract';
import type { CampaignId, ImportId, Outcome } from '@agon/domain';
import { writeBundle } from '@agon/testkit/bundles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let owner: Visitor;
let id: CampaignId;

const SLUG = 'read';
const params = { campaign: SLUG };
const JUDGE = 'lab-judge@0123456789ab';
const RUN = '00000000-0000-7000-8000-00000000ab01';

/** Of each prompt: votes in the slots of crane (a) and heron (b), and what the judge says in both orders. */
const SAID: readonly (readonly [votes: readonly Outcome[], ab: string, ba: string])[] = [
  [['a', 'a', 'b'], 'a', 'a'],
  [['b', 'b'], 'a', 'a'],
  [['tie', 'both_bad', 'tie'], 'a', 'b'],
  [['a', 'b'], 'a', 'a'],
  [['both_bad'], 'tie', 'tie'],
  [['a'], 'cut_off', 'a'],
];
const SPECIAL = 'a 100% "quoted" _line_\nand \\ =cmd';

beforeAll(async () => {
  arena = await openArena();
  owner = arena.owner();
  await owner.call('createCampaign', { body: { slug: SLUG, title: 'Read' } });
  const [campaign] = await arena.database.sql<
    { id: CampaignId }[]
  >`select id from campaigns where slug = ${SLUG}`;
  id = campaign!.id;
  const keys = SAID.map((_, i) => `p${i}`);
  const model = (name: string) => ({
    name,
    title: name,
    provider: null,
    licence: null,
    openWeights: null,
    aliases: [name],
  });
  await writeBundle(arena.database, {
    id: arena.ports.ids.next() as ImportId,
    campaignId: id,
    format: 'test',
    files: [{ name: 'people.jsonl', sha256: '00' }],
    by: null,
    atMs: Date.now(),
    models: [model('crane'), model('heron')],
    prompts: keys.map((key, i) => ({
      key,
      turns: [`=Prompt ${key}: what is <b>bold</b>?`, 'And then?'],
      category: i < 4 ? 'writing' : 'maths',
      language: 'en',
      reference: null,
    })),
    answers: keys.flatMap((promptKey, i) => [
      { promptKey, model: 'crane', turns: [`I am crane, number ${i}.`, 'Fine.'] },
      { promptKey, model: 'heron', turns: [i === 2 ? SPECIAL : `Plain words ${i}.`, ''] },
    ]),
    // the last vote of each prompt is on a battle whose slots are exchanged
    battles: keys.flatMap((promptKey) => [
      {
        key: promptKey,
        promptKey,
        modelA: 'crane',
        modelB: 'heron',
        turns: null,
        category: null,
        language: null,
      },
      {
        key: `${promptKey} back`,
        promptKey,
        modelA: 'heron',
        modelB: 'crane',
        turns: 2,
        category: null,
        language: null,
      },
    ]),
    votes: SAID.flatMap(([votes], i) =>
      votes.map((outcome, n) => {
        const isBack = n > 0 && n === votes.length - 1;
        const back = { a: 'b', b: 'a', tie: 'tie', both_bad: 'both_bad' } as const;
        return {
          battleKey: isBack ? `p${i} back` : `p${i}`,
          outcome: isBack ? back[outcome] : outcome,
          rater: n === 0 ? 'ann' : `rater ${n}`,
          key: `v${i}/${n}`,
          atMs: Date.UTC(2026, 0, 1 + i, n),
        };
      }),
    ),
    verdicts: [],
    scores: [],
  });
  const { sql } = arena.database;
  await sql`insert into judges (id, name, identity, title, origin)
    values ('00000000-0000-7000-8000-00000000cd01', 'lab-judge', ${JUDGE}, 'Lab judge', 'built_in')`;
  await sql`insert into providers (id, name, base_url, limits) values
    ('00000000-0000-7000-8000-00000000ef01', 'lab', 'https://lab.example/v1', '{}')`;
  await sql`insert into runs (id, kind, campaign_id, provider_id, model, subject, config, state)
    values (${RUN}, 'verdicts', ${id}, '00000000-0000-7000-8000-00000000ef01', 'gnu', 'lab-judge', '{}', 'done')`;
  for (const [i, [, ...orders]] of SAID.entries()) {
    for (const [n, said] of orders.entries()) {
      const isOutcome = ['a', 'b', 'tie'].includes(said);
      await sql`
        insert into verdicts (id, campaign_id, battle_id, judge_id, run_id, model, slot_order, outcome, unscored)
        select gen_random_uuid(), ${id}, b.id, '00000000-0000-7000-8000-00000000cd01', ${RUN}, 'gnu', ${n === 0 ? 'ab' : 'ba'},
          ${isOutcome ? said : null}, ${isOutcome ? null : said}
        from battles b join models a on a.id = b.model_a join campaign_prompts k on k.prompt_id = b.prompt_id
        where b.campaign_id = ${id} and a.name = 'crane' and k.key = ${`p${i}`} limit 1`;
    }
  }
  await owner.call('changeCampaign', { params, body: { state: 'open' } });
});
afterAll(() => arena.close());

const list = (query: object = {}) => owner.call('listBattles', { params, query });
const keysOf = (items: readonly ListedBattleJson[]) => items.map((battle) => battle.prompt_id);
const found = async (query: object = {}) => keysOf((await list({ sort: 'oldest', ...query })).items).sort();
const slotsOf = ({ models, votes }: ListedBattleJson) =>
  models.a === 'crane' ? votes : { ...votes, a: votes.b, b: votes.a };

describe('the list of battles', () => {
  it('shows each pair of answers once, with all votes in one pair of slots', async () => {
    const { items, counts, judge, judges } = await list();
    // the newest vote first
    expect(keysOf(items)).toEqual(['p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
    expect(slotsOf(items[5]!)).toEqual({ a: 2, b: 1, tie: 0, both_bad: 0 });
    expect(
      items.map(({ outcome }) => outcome === 'split' || outcome === 'tie' || outcome === 'both_bad'),
    ).toEqual([false, true, true, true, false, false]);
    expect(items[5]).toMatchObject({ category: 'writing', language: 'en', turns: 2, left_out: 0, notes: 0 });
    expect(items[5]!.last_vote).toBe('2026-01-01T02:00:00.000Z');
    expect(judge).toEqual({ name: 'lab-judge', identity: JUDGE, model: 'gnu', verdicts: 6, control: false });
    expect(judges).toEqual([judge]);
    expect(counts).toEqual({
      all: 6,
      found: 6,
      // both bad and tie say the same of who is better
      agreement: {
        agrees: 2,
        disagrees: 1,
        changed_by_order: 1,
        unscored: 1,
        people_split: 1,
        no_verdict: 0,
      },
      note: 0,
      quarantined: 0,
    });
  });

  it.each([
    [{ agreement: 'agrees' }, ['p0', 'p4']],
    [{ agreement: 'disagrees' }, ['p1']],
    [{ agreement: 'changed_by_order' }, ['p2']],
    [{ agreement: 'unscored' }, ['p5']],
    [{ unscored: 'cut_off' }, ['p5']],
    [{ unscored: 'two_labels' }, []],
    [{ agreement: 'people_split' }, ['p3']],
    [{ outcome: 'tie' }, ['p2']],
    [{ outcome: 'both_bad' }, ['p4']],
    [{ outcome: 'split' }, ['p3']],
    [{ outcome: 'none' }, []],
    [{ category: 'maths' }, ['p4', 'p5']],
    [{ language: 'zh' }, []],
    [{ model: 'crane', against: 'heron', category: 'maths' }, ['p4', 'p5']],
    [{ voter: 'rater 2' }, ['p0', 'p2']],
    [{ run: RUN, outcome: 'split' }, ['p3']],
    [{ run: RUN.replace('ab01', 'ab02') }, []],
    [{ run: 'no run' }, []],
    [{ q: 'number 3' }, ['p3']],
    [{ q: 'NUMBER 3' }, ['p3']],
    [{ q: 'prompt p1' }, ['p1']],
    // as it stands: no wildcards, whatever JSON and LIKE write otherwise
    [{ q: '100% "quoted" _line_\nand \\' }, ['p2']],
    [{ q: '1_0%' }, []],
    [{ q: "'; drop table battle_summaries; --" }, []],
    [{ note: 'true' }, []],
    [{ quarantined: 'false', category: 'maths' }, ['p4', 'p5']],
  ])('finds with %j', async (query, keys) => {
    expect(await found(query)).toEqual(keys);
  });

  it.each(['last_vote', 'oldest', 'most_votes', 'disagreement'])(
    'is walked page by page by %s',
    async (sort) => {
      const whole = (await list({ sort })).items.map((battle) => battle.id);
      const walked: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ sort, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(2);
        walked.push(...page.items.map((battle) => battle.id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      expect(walked).toEqual(whole);
      expect(new Set(whole).size).toBe(6);
      // and each battle knows its neighbours
      const page = await owner.call('getBattle', {
        params: { ...params, battle: whole[2]! },
        query: { sort } as never,
      });
      expect(page.place).toEqual({ position: 3, previous: whole[1], next: whole[3] });
    },
  );

  it('puts votes that say otherwise than the judge first', async () => {
    const { items } = await list({ sort: 'disagreement' });
    expect(keysOf(items)[0]).toBe('p1');
  });

  it.each([
    [{ cursor: 'nothing' }, 'invalid_request', 'cursor'],
    [{ cursor: Buffer.from('["x","y"]').toString('base64url') }, 'invalid_request', 'cursor'],
    [{ judge: 'nobody@1' }, 'invalid_request', 'judge'],
    [{ model: 'stork' }, 'unknown_model', 'model'],
    [{ q: 'x' }, 'invalid_request', 'q'],
    [{ sort: 'random' }, 'invalid_request', 'sort'],
    [{ unknown: '1' }, 'invalid_request', 'unknown'],
  ])('refuses %j', async (query, code, column) => {
    await expect(list(query)).rejects.toMatchObject({ code, at: { column } });
  });

  it('is a file, too, which no spreadsheet runs', async () => {
    const csv = await owner.call('exportBattles', {
      params,
      query: { as: 'csv', sort: 'oldest', category: 'writing' },
    });
    const [head, ...rows] = csv.trim().split('\n');
    expect(head).toContain('id,prompt_id,prompt,');
    expect(rows).toHaveLength(4);
    expect(csv).toContain("'=Prompt p0");
    expect(csv).not.toMatch(/(^|,)"?=Prompt/m);
    const lines = (
      await owner.call('exportBattles', { params, query: { sort: 'oldest', agreement: 'unscored' } })
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({
        prompt_id: 'p5',
        verdicts: [expect.objectContaining({ ab: 'cut_off', ba: 'a', decided: 'unscored' })],
      }),
    ]);
  });

  it('is never for voters, and for members alone', async () => {
    const voter = arena.visitor();
    await consentTo(voter, SLUG);
    const stranger = await arena.person('first');
    expect(stranger).toBeDefined();
    const other = await arena.person('other');
    const [battle] = (await list()).items;
    for (const path of ['battles', 'battles/export', `battles/${battle!.id}`]) {
      for (const who of [arena.visitor(), voter, other]) {
        const reply = await who.send('GET', `/api/v1/campaigns/${SLUG}/${path}`);
        expect([401, 403]).toContain(reply.status);
        expect(await reply.text()).not.toContain('crane');
      }
    }
  });
});

describe('a battle', () => {
  const idOf = async (key: string) => (await list()).items.find((battle) => battle.prompt_id === key)!.id;
  const get = async (battle: string, query: object = {}) =>
    owner.call('getBattle', { params: { ...params, battle }, query: query as never });

  it('is shown with everything on it, under the id of any battle about the same answers', async () => {
    const page = await get(await idOf('p0'));
    expect(page.battles).toHaveLength(2);
    for (const battle of page.battles) expect((await get(battle.id)).id).toBe(page.id);
    const [first, second] = page.answers.a.model === 'crane' ? (['a', 'b'] as const) : (['b', 'a'] as const);
    expect(
      page.votes.map(({ voter, outcome, state, imported, source }) => [
        voter,
        outcome,
        state,
        imported,
        source,
      ]),
    ).toEqual([
      ['ann', first, 'counted', true, 'people.jsonl'],
      ['rater 1', first, 'counted', true, 'people.jsonl'],
      ['rater 2', second, 'counted', true, 'people.jsonl'],
    ]);
    expect(page.verdicts.map(({ order, outcome, run }) => [order, outcome, run])).toEqual(
      [
        [first === 'a' ? 'ab' : 'ba', first, RUN],
        [first === 'a' ? 'ba' : 'ab', first, RUN],
      ].sort(),
    );
    expect(page.prompt?.turns.map(({ text }) => text)).toEqual([
      '=Prompt p0: what is <b>bold</b>?',
      'And then?',
    ]);
    // texts are rendered as untrusted
    expect(page.prompt?.turns[0]?.html).toBe('<p>=Prompt p0: what is &lt;b>bold&lt;/b>?</p>');
    expect(page.answers[first].turns?.[0]).toMatchObject({ names: ['crane'], blank: false });
    expect(page.answers[second].turns?.[1]).toMatchObject({ blank: true, html: '', names: [] });
    expect(page.answers.a.made_by).toBeNull();
  });

  it('says which votes count, and what became of each', async () => {
    const voter = await arena.person('voter');
    await consentTo(voter, SLUG);
    const drawn = await drawOne(voter, SLUG);
    const cast = await vote(voter, drawn, 'a');
    await voter.call('annotateVote', {
      params: { vote: cast.vote.id },
      body: { note: '=the first one holds', tags: { a: ['clear'], b: [] } },
    });
    const page = await get(drawn.id);
    const own = page.votes.find((each) => !each.imported)!;
    expect(own).toMatchObject({ state: 'counted', note: '=the first one holds', source: null });
    expect(own.seconds).toBeNull();
    expect(page.battles.map(({ origin, state }) => [origin, state])).toContainEqual(['draw', 'voted']);
    expect(await found({ note: 'true' })).toEqual([page.prompt_id]);
    expect(await found({ voter: own.voter })).toEqual([page.prompt_id]);

    await owner.call('quarantineVoter', { params: { ...params, rater: own.voter! } });
    expect((await get(drawn.id)).votes.find((each) => each.id === own.id)).toMatchObject({
      state: 'quarantined',
    });
    const [listed] = (await list({ quarantined: 'true' })).items;
    expect(listed).toMatchObject({ prompt_id: page.prompt_id, left_out: 1 });
    await owner.call('releaseVoter', { params: { ...params, rater: own.voter! } });
    expect(await found({ quarantined: 'true' })).toEqual([]);

    await voter.call('undoVote', { params: { vote: cast.vote.id } });
    expect((await get(drawn.id)).votes.find((each) => each.id === own.id)).toMatchObject({
      state: 'undone',
      changes: [{ kind: 'annotate' }, { kind: 'undo' }],
    });
    expect(await found({ note: 'true' })).toEqual([]);
  });

  it('is none of another campaign, and no id is all the same', async () => {
    await owner.call('createCampaign', { body: { slug: 'elsewhere', title: 'Elsewhere' } });
    const battle = await idOf('p0');
    for (const [campaign, name] of [
      ['elsewhere', battle],
      [SLUG, RUN],
      [SLUG, 'no id'],
    ] as const) {
      await expect(owner.call('getBattle', { params: { campaign, battle: name } })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect((await owner.call('listBattles', { params: { campaign: 'elsewhere' } })).items).toEqual([]);
  });

  it('goes with its import, and comes with the next one', async () => {
    const { items } = await owner.call('listImports', { params });
    await owner.call('undoImport', { params: { import: items.at(-1)!.id } });
    const left = await list();
    expect(left.items.flatMap((battle) => Object.values(battle.votes))).toEqual(
      left.items.flatMap(() => [0, 0, 0, 0]),
    );
  });
});
