import type { ArenaError } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;
const campaign = 'life';
const params = { campaign };

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
});
afterAll(() => arena.close());

const MODELS = ['model-one', 'model-two', 'model-three'];
const answers = ['p1', 'p2', 'p3', 'p4']
  .flatMap((id) =>
    MODELS.map((model) =>
      JSON.stringify({
        prompt_id: id,
        prompt: `Prompt ${id}`,
        model,
        answer: `${id} by number ${model.length}`,
      }),
    ),
  )
  .join('\n');
/** Each beats the next twice and loses once: all finite, in this order. */
const votes = [
  'model_a,model_b,winner,rater,prompt_id',
  ...['p1', 'p2', 'p3'].flatMap((id, i) =>
    [
      ['model-one', 'model-two'],
      ['model-two', 'model-three'],
      ['model-one', 'model-three'],
    ].map(([a, b]) => `${a},${b},${i === 2 ? 'model_b' : 'model_a'},rater-${i},${id}`),
  ),
].join('\n');

const importText = (name: string, text: string, more: object = {}) =>
  researcher.call('createImport', { params, body: { files: [{ name, text }], ...more } });

describe('the life of a campaign', () => {
  it('begins as a draft that only researchers see', async () => {
    const created = await researcher.call('createCampaign', { body: { slug: campaign, title: 'Life' } });
    expect(created).toMatchObject({ slug: campaign, state: 'draft', counts: { models: 0, votes: 0 } });
    await expect(arena.visitor().call('getCampaign', { params })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(arena.visitor().call('getBoard', { params })).rejects.toMatchObject({ code: 'not_found' });
    expect((await arena.visitor().call('listCampaigns')).items).toEqual([]);
    expect((await researcher.call('listCampaigns')).items).toHaveLength(1);
    await expect(
      researcher.call('createCampaign', { body: { slug: campaign, title: 'Again' } }),
    ).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('cannot open while there is nothing to vote on', async () => {
    await expect(
      researcher.call('changeCampaign', { params, body: { state: 'open' } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('previews files, then imports them, once', async () => {
    const preview = await importText('answers.jsonl', answers, { dry_run: true });
    expect(preview).toMatchObject({ id: null, prompts: 4, answers: 12, rows: { read: 12, refused: 0 } });
    expect(preview.preview?.battles.length).toBeGreaterThan(0);
    expect((await researcher.call('getCampaign', { params })).counts.answers).toBe(0);
    expect(await importText('answers.jsonl', answers)).toMatchObject({ models: 3, prompts: 4, answers: 12 });
    expect(await importText('answers.jsonl', answers)).toMatchObject({ models: 0, prompts: 0, answers: 0 });
    const renamed = answers.replaceAll('"prompt_id":"p', '"prompt_id":"other-');
    expect(await importText('renamed.jsonl', renamed)).toMatchObject({ prompts: 0, answers: 0 });
    expect((await researcher.call('getCampaign', { params })).counts).toMatchObject({
      prompts: 4,
      answers: 12,
    });
  });

  it('imports good rows or nothing, and says what is wrong with the others', async () => {
    const faulty = `${votes}\nmodel-one,model-two,model_c,rater-9,p1`;
    const nothing = await importText('votes.csv', faulty);
    expect(nothing).toMatchObject({
      id: null,
      votes: 0,
      rows: { read: 10, imported: 0, refused: 10 },
      errors_total: 1,
    });
    expect(nothing.errors[0]).toMatchObject({
      file: 'votes.csv',
      line: 11,
      column: 'winner',
      value: 'model_c',
    });
    expect(await importText('votes.csv', faulty, { on_error: 'good' })).toMatchObject({ votes: 9 });
  });

  it('is open to voters, whose votes reach the board', async () => {
    await researcher.call('changeCampaign', { params, body: { state: 'open' } });
    const before = await arena.visitor().call('getBoard', { params });
    expect(before.counts.votes).toBe(9);
    expect(before.people?.models.map((model) => model.model)).toEqual(MODELS);
    const visitor = arena.visitor();
    await consentTo(visitor, campaign);
    await vote(visitor, await drawOne(visitor, campaign), 'tie');
    expect((await arena.visitor().call('getBoard', { params })).counts.votes).toBe(10);
    expect(await researcher.call('getProgress', { params })).toMatchObject({
      votes: expect.any(Number),
      battles: { voted: expect.any(Number) },
    });
  });

  it('has a board under every switch, and refuses unknown ones', async () => {
    const visitor = arena.visitor();
    for (const query of [
      { method: 'elo', interval: 'none' },
      { ties: 'drop' },
      { interval: 'bootstrap', cluster: 'rater' },
      { source: 'judges' },
      { anchor: 'model-one=1200' },
    ] as const) {
      const board = await visitor.call('getBoard', { params, query });
      expect(board.query).toMatchObject(query);
    }
    const judges = await visitor.call('getBoard', { params, query: { source: 'judges' } });
    expect(judges.judges).toBeNull();
    expect(judges.empty.judges).toEqual(expect.any(String));
    const wrong = await visitor.send('GET', `/api/v1/campaigns/${campaign}/board?interval=wide`);
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { at: { column: 'interval', value: 'wide' } },
    ]);
    expect((await visitor.call('getUnified', { params })).models).toHaveLength(3);
  });

  it('keeps snapshots as they were', async () => {
    const kept = await researcher.call('createSnapshot', { params, body: { query: { ties: 'drop' } } });
    const visitor = arena.visitor();
    const first = await visitor.call('getSnapshot', { params: { snapshot: kept.id } });
    expect(first.board).toMatchObject({ snapshot: kept.id, query: { ties: 'drop' } });
    await consentTo(visitor, campaign);
    await vote(visitor, await drawOne(visitor, campaign), 'a');
    expect(await visitor.call('getSnapshot', { params: { snapshot: kept.id } })).toEqual(first);
    expect((await visitor.call('listSnapshots', { params })).items.map((item) => item.id)).toEqual([kept.id]);
  });

  it('exports what was voted, in the form that imports read', async () => {
    const response = await researcher.send('GET', `/api/v1/campaigns/${campaign}/export?what=votes&as=jsonl`);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="life-votes.jsonl"');
    const rows = (await response.text()).trim().split('\n');
    expect(rows).toHaveLength(11);
    for (const [what, as] of [
      ['answers', 'csv'],
      ['battles', 'jsonl'],
      ['board', 'csv'],
      ['votes', 'fastchat'],
    ]) {
      const file = await researcher.send('GET', `/api/v1/campaigns/${campaign}/export?what=${what}&as=${as}`);
      expect([what, as, file.status]).toEqual([what, as, 200]);
      expect((await file.text()).length).toBeGreaterThan(10);
    }
    const other = await researcher.call('createCampaign', { body: { slug: 'copy', title: 'Copy' } });
    expect(
      await researcher.call('createImport', {
        params: { campaign: other.slug },
        body: { files: [{ name: 'votes.jsonl', text: rows.join('\n') }] },
      }),
    ).toMatchObject({ votes: 11, errors_total: 0 });
  });

  it('takes an import back whole', async () => {
    const { items } = await researcher.call('listImports', { params });
    const ofVotes = items.find((item) => item.files.includes('votes.csv'));
    const undone = await researcher.call('undoImport', { params: { import: ofVotes?.id ?? '' } });
    expect(undone.undone_at).not.toBeNull();
    expect((await arena.visitor().call('getBoard', { params })).counts.votes).toBe(2);
  });

  it('closes: votes stay, voting ends', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, campaign);
    const battle = await drawOne(visitor, campaign);
    await researcher.call('changeCampaign', { params, body: { state: 'closed' } });
    await expect(vote(visitor, battle, 'a')).rejects.toMatchObject({ code: 'campaign_not_open' });
    expect((await visitor.call('getBoard', { params })).counts.votes).toBe(2);
    await expect(researcher.call('changeCampaign', { params, body: { state: 'draft' } })).rejects.toSatisfy(
      (error: ArenaError) => error.code === 'invalid_request',
    );
  });

  it('left no failure behind', () => {
    expect(arena.logged).toEqual([]);
  });
});
