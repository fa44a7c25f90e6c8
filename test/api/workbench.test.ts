import { importFiles, SYSTEM_ACTOR } from '@agon/arena';
import type { ImportEvent } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spoolTexts } from '../../apps/api/src/http/read-upload.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;
const params = { campaign: 'bench' };

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  await researcher.call('createCampaign', { body: { slug: 'bench', title: 'Bench' } });
});
afterAll(() => arena.close());

const answers = ['p1', 'p2']
  .flatMap((id) =>
    ['alpha', 'beta', 'gamma'].map((model) =>
      JSON.stringify({ prompt_id: id, prompt: `Prompt ${id}`, model, answer: `${id} by ${model.length}` }),
    ),
  )
  .join('\n');

async function stream(body: object): Promise<ImportEvent[]> {
  const reply = await researcher.send('POST', '/api/v1/campaigns/bench/imports/stream', body);
  expect(reply.headers.get('content-type')).toBe('application/x-ndjson');
  return (await reply.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ImportEvent);
}

describe('imports as the workbench makes them', () => {
  it('recognises a file by its first rows, and shows them', async () => {
    const found = await researcher.call('inspectFile', { body: { name: 'answers.jsonl', text: answers } });
    expect(found.format).toBe('answers');
    expect(found.columns).toEqual(['prompt_id', 'prompt', 'model', 'answer']);
    expect(found.rows[0]).toEqual(['p1', 'Prompt p1', 'alpha', 'p1 by 5']);
    const unknown = await researcher.call('inspectFile', {
      body: { name: 'odd.csv', text: 'left,right,said\nalpha,beta,a' },
    });
    expect(unknown).toEqual({
      format: null,
      columns: ['left', 'right', 'said'],
      rows: [['alpha', 'beta', 'a']],
      labels: [],
      models: [],
      unused: [],
    });
    const { items } = await arena.visitor().call('listFormats');
    expect(items.find((each) => each.id === 'plain')?.fields.map((each) => each.name)).toContain('winner');
  });

  it('maps the columns of each file by itself, and tells how far it is', async () => {
    const body = {
      files: [
        { name: 'answers.jsonl', text: answers },
        {
          name: 'odd.csv',
          text: [
            'left,right,said,who,where',
            'alpha,beta,a,r1,p1',
            'beta,alpha,b,r2,p1',
            'alpha,beta,b,r3,p1',
            'alpha,beta,a,r4,p1',
            'alpha,beta,perhaps,r5,p1',
          ].join('\n'),
          format: 'plain',
          map: { left: 'model_a', right: 'model_b', said: 'winner', who: 'rater', where: 'prompt_id' },
        },
      ],
      on_error: 'good',
    };
    const events = await stream(body);
    const bytes = body.files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const told = (stage: string) =>
      events.flatMap((event) => (event.kind === 'progress' && event.stage === stage ? [event] : []));
    expect(told('reading').at(-1)).toMatchObject({ done: bytes, total: bytes });
    // 3 models, 2 prompts, 6 answers, 4 votes
    expect(told('writing').at(-1)).toMatchObject({ done: 15, total: 15 });
    const last = events.at(-1);
    expect(last).toMatchObject({
      kind: 'done',
      result: { answers: 6, votes: 4, rows: { read: 11, imported: 10, refused: 1, duplicates: 0 } },
    });
    expect(last?.kind === 'done' && last.result.errors).toEqual([
      expect.objectContaining({ file: 'odd.csv', line: 6, value: 'perhaps' }),
    ]);
  });

  it('refuses inside the stream as it would outside', async () => {
    const events = await stream({ files: [{ name: 'odd.csv', text: 'left,right,said\nalpha,beta,a' }] });
    expect(events.at(-1)).toMatchObject({
      kind: 'refused',
      problem: { code: 'unknown_format', status: 422 },
    });
  });

  it('takes an import back whose reader goes away', async () => {
    const { ports, database } = arena;
    // somebody holds the campaign, so that the import cannot end before its reader goes
    const holder = await database.sql.reserve();
    await holder`begin`;
    await holder`select 1 from campaigns where slug = 'bench' for no key update`;
    const gone = new AbortController();
    const spool = await spoolTexts([{ name: 'more.jsonl', text: answers.replace(/p(\d)/g, 'q$1') }]);
    const before = (await researcher.call('getCampaign', { params })).counts;
    await expect(
      importFiles(
        {
          actor: SYSTEM_ACTOR,
          campaign: 'bench',
          files: spool.files,
          create: false,
          onError: 'good',
          dryRun: false,
          unblinded: 'drop',
          oversampled: 'keep',
          signal: gone.signal,
          onProgress: ({ stage, done }) => {
            if (stage === 'writing' && done > 0) gone.abort();
          },
        },
        ports,
      ),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await holder`rollback`;
    holder.release();
    await spool.remove();
    expect((await researcher.call('getCampaign', { params })).counts).toEqual(before);
  });
});

describe('what a researcher watches', () => {
  it('compares raters with the majority of the others, whichever sides were shown', async () => {
    const { raters_by_votes: raters } = await researcher.call('getProgress', { params });
    const of = (name: string) => raters.find((each) => each.rater === name);
    // alpha won for r1, r2 (as b) and r4; r3 alone said beta
    expect(of('r1')).toMatchObject({ votes: 1, agreement: 1, agreement_n: 1, tie_share: 0, left_share: 1 });
    expect(of('r2')).toMatchObject({ agreement: 1, left_share: 0 });
    expect(of('r3')).toMatchObject({ agreement: 0, agreement_n: 1 });
    expect(of('r1')).toMatchObject({ median_ms: null, excluded: 0 });
  });

  it('lists what was done, newest first, by name', async () => {
    await researcher.call('changeCampaign', { params, body: { state: 'open' } });
    const first = await researcher.call('listActivity', { params, query: { limit: 1 } });
    expect(first.items).toMatchObject([{ action: 'change_campaign', actor: 'researcher' }]);
    const rest = await researcher.call('listActivity', {
      params,
      query: { limit: 50, cursor: first.next_cursor! },
    });
    expect(rest.items.map((each) => each.action)).toEqual(['import', 'create_campaign']);
    await expect(arena.visitor().call('listActivity', { params })).rejects.toMatchObject({
      code: 'not_signed_in',
    });
  });

  it('says what needs a look', async () => {
    await researcher.call('changeCampaign', { params, body: { settings: { target_votes: 400 } } });
    const overview = await researcher.call('getOverview');
    expect(overview.running).toEqual([]);
    expect(overview.attention).toEqual([
      {
        kind: 'few_votes',
        campaign: 'bench',
        title: 'Bench',
        models: ['alpha', 'beta', 'gamma'],
        fewer_than: 30,
      },
      { kind: 'below_target', campaign: 'bench', title: 'Bench', votes: 4, target: 400 },
    ]);
    const kept = await researcher.call('createSnapshot', { params, body: {} });
    expect((await researcher.call('getOverview')).snapshots).toEqual([kept]);
  });

  it('changes the settings that a change names, and no other', async () => {
    await researcher.call('changeCampaign', { params, body: { settings: { quota: 12, reveal: false } } });
    const { settings } = await researcher.call('changeCampaign', {
      params,
      body: { settings: { notes: false } },
    });
    expect(settings).toMatchObject({ quota: 12, reveal: false, notes: false, target_votes: 400 });
  });

  it('takes no tie where the campaign offers none', async () => {
    await researcher.call('changeCampaign', {
      params,
      body: { settings: { offer_tie: false, offer_both_bad: false } },
    });
    const voter = arena.visitor();
    await consentTo(voter, 'bench');
    const battle = await drawOne(voter, 'bench');
    await expect(vote(voter, battle, 'tie')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(vote(voter, battle, 'both_bad')).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await vote(voter, battle, 'a')).toMatchObject({ vote: { outcome: 'a' } });
  });
});
