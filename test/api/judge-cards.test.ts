import type { BlindBattle } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoCampaign } from '../../apps/api/src/load-demo-campaign.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

const GPT4 = 'gpt-4 (MT-bench pairwise)';

let arena: ArenaUnderTest;
let owner: Visitor;
let campaign: string;

beforeAll(async () => {
  arena = await openArena();
  await loadDemoCampaign(arena.ports);
  owner = arena.owner();
  campaign = (await owner.call('listCampaigns')).items[0]!.slug;
});
afterAll(() => arena.close());

const card = () => owner.call('getJudgeCard', { params: { campaign, judge: GPT4 } });

describe('a report card', () => {
  it('holds an imported judge against people, rules without a model below and two people above', async () => {
    const found = await card();
    expect(found).toMatchObject({
      judge: GPT4,
      origin: 'imported',
      model: '',
      counts: { battles: 442, of: 442, verdicts: 442, unscored: 0, votes: 689, prompts: 24, both_orders: 0 },
      summary: { verdict: 'no_better_than_rule', rule: 'control-longest' },
      // of 527 votes that name a winner 357 are repeated; counted by hand from the demo's files
      agreement: { all: { votes: 527, agreement: { value: expect.closeTo(357 / 527, 12) } } },
      cost: { replies: 0, usd: null },
    });
    const controls = new Map(
      found.agreement.controls.map(({ control, agreement }) => [control, agreement.value]),
    );
    expect(controls.get('control-first')).toBeCloseTo(0.5, 12);
    expect(controls.get('control-longest')).toBeCloseTo(342 / 527, 12);
    expect(found.agreement.people.agreement.value!).toBeGreaterThan(found.agreement.all.agreement.value!);
    expect(found.map.names.map(({ name }) => name).slice(0, 2)).toEqual(['people', GPT4]);
    expect(found.map.cells[0]![1]).toEqual({ agreement: expect.closeTo(357 / 527, 12), n: 527 });
    expect(found.order.rho!).toBeGreaterThan(0.8);
    expect(found.disagreements.items).toHaveLength(10);
    const gains = found.disagreements.items.map(({ gain }) => gain);
    expect(gains).toEqual([...gains].sort((x, y) => y - x));
    for (const { ab, ba, people, judge } of found.disagreements.items) {
      expect((people - 0.5) * (judge - 0.5)).toBeLessThan(0);
      // an imported verdict does not say in which order
      expect([ab, ba]).toEqual([null, null]);
    }
  });

  it('names the judges there are where somebody asks for another', async () => {
    await expect(owner.call('getJudgeCard', { params: { campaign, judge: 'nobody' } })).rejects.toMatchObject(
      { code: 'not_found', hint: expect.stringContaining(GPT4) },
    );
    await expect(
      owner.call('getJudgeCard', { params: { campaign, judge: GPT4 }, query: { model: 'x' } }),
    ).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('no model "x"') });
  });

  it('stands in a jury of one', async () => {
    const jury = await owner.call('getJury', { params: { campaign } });
    expect(jury).toMatchObject({ battles: 442, effective: 1, error_correlation: null, juries: [] });
    expect(jury.judges).toHaveLength(1);
    expect(jury.judges[0]).toMatchObject({ judge: GPT4, verdicts: 442, unscored: 0, suspect: false });
    expect(jury.judges[0]!.discrimination.value!).toBeGreaterThan(0.5);
  });
});

describe('checks of drift', () => {
  const params = () => ({ campaign, judge: GPT4 });

  it('cannot be made of verdicts that came by an import', async () => {
    expect(await owner.call('getJudgeDrift', { params: params() })).toEqual({ items: [], watchable: false });
    await expect(owner.call('checkJudgeDrift', { params: params(), body: {} })).rejects.toMatchObject({
      code: 'no_comparisons',
      message: expect.stringContaining(GPT4),
      hint: expect.stringContaining('verdicts of imports cannot be asked for again'),
    });
    const { judges } = await owner.call('getJury', { params: { campaign } });
    expect(judges.map(({ drift }) => drift)).toEqual([null]);
  });

  it('are refused where what is asked for makes no sense', async () => {
    for (const body of [{ every_hours: 0 }, { every_hours: 1.5 }, { items: 0 }, { budget_usd: -1 }]) {
      const [name] = Object.keys(body);
      await expect(owner.call('checkJudgeDrift', { params: params(), body })).rejects.toMatchObject({
        code: 'invalid_request',
        at: { column: name },
      });
    }
    await expect(
      owner.call('getJudgeDrift', { params: { campaign, judge: 'nobody' } }),
    ).rejects.toMatchObject({ code: 'not_found', hint: expect.stringContaining(GPT4) });
  });
});

describe('battles sent back', () => {
  it('come to voters with their draw probability, count less on boards, and leave when they have their votes', async () => {
    const { disagreements } = await card();
    const battle = disagreements.items.find(({ whole }) => whole)!.battle;
    const params = { campaign, battle };
    expect(await owner.call('sendBack', { params, body: { votes: 2 } })).toMatchObject({
      battle,
      wanted: 2,
      votes: 0,
    });
    expect(await owner.call('listSentBack', { params: { campaign } })).toMatchObject({
      share: 0.25,
      items: [{ battle, wanted: 2 }],
    });
    const { sql } = arena.database;
    const drawnOf = async (ids: readonly string[]) =>
      sql<{ id: string; reason: string; weight: number | null; probability: number; listed: boolean }[]>`
        select d.id, d.draw_reason as reason, d.draw_weight as weight, d.draw_probability as probability,
          least(d.answer_a, d.answer_b) = least(b.answer_a, b.answer_b)
            and greatest(d.answer_a, d.answer_b) = greatest(b.answer_a, b.answer_b) as listed
        from battles d, battles b where d.id = any(${[...ids]}) and b.id = ${battle}`;
    const visits: { visitor: Visitor; battle: BlindBattle }[] = [];
    for (let k = 0; k < 60; k += 1) {
      const visitor = arena.visitor();
      await consentTo(visitor, campaign);
      visits.push({ visitor, battle: await drawOne(visitor, campaign) });
    }
    const drawn = await drawnOf(visits.map((visit) => visit.battle.id));
    const sent = drawn.filter(({ listed }) => listed);
    // 15 of 60 are expected; 4 to 27 leave four standard errors
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThan(28);
    expect(sent.filter(({ reason }) => reason.includes('sent back')).length).toBeGreaterThan(sent.length / 2);
    for (const { weight, probability, reason } of sent) {
      // the uniform rule draws it, too: once in 360
      expect(reason).toMatch(/sent back|uniform/);
      expect(probability).toBeGreaterThan(0.25);
      // 15 pairs of models, 24 prompts each: three quarters of 1/360 over that and a quarter
      expect(weight).toBeCloseTo(0.75 / 360 / (0.25 + 0.75 / 360), 9);
    }
    expect(drawn.filter(({ listed, weight }) => !listed && weight !== null)).toEqual([]);

    const asked = new Set(sent.slice(0, 2).map(({ id }) => id));
    for (const visit of visits.filter((each) => asked.has(each.battle.id))) {
      await vote(visit.visitor, visit.battle, 'a');
    }
    expect(await owner.call('listSentBack', { params: { campaign } })).toMatchObject({
      items: [{ battle, wanted: 2, votes: 2 }],
    });
    const rows = await owner.send('GET', `/api/v1/campaigns/${campaign}/export?what=votes&as=jsonl`);
    const votes = (await rows.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { battle: string; weight: number });
    expect(votes.filter((each) => each.weight !== 1)).toHaveLength(2);

    // the list is looked at again after five seconds
    arena.clock.passedMs += 6000;
    const later: string[] = [];
    for (let k = 0; k < 30; k += 1) {
      const visitor = arena.visitor();
      await consentTo(visitor, campaign);
      later.push((await drawOne(visitor, campaign)).id);
    }
    expect((await drawnOf(later)).filter(({ reason }) => reason.includes('sent back'))).toEqual([]);
    expect(await owner.call('takeBack', { params })).toMatchObject({ items: [] });
    await expect(owner.call('takeBack', { params })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a battle that shows a part of its prompt, and one that is not there', async () => {
    const { disagreements } = await card();
    const part = disagreements.items.find(({ whole }) => !whole)!.battle;
    await expect(
      owner.call('sendBack', { params: { campaign, battle: part }, body: {} }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('first turns'),
    });
    await expect(
      owner.call('sendBack', { params: { campaign, battle: 'nowhere' }, body: {} }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
