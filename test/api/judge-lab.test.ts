import type { JudgeTrialJson } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaWithRoles, openArenaWithRoles } from './arena-with-roles.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let here: ArenaWithRoles;
let other: Visitor;
let builtIn: { id: string; template: string };

const BATTLES = 3;

beforeAll(async () => {
  here = await openArenaWithRoles();
  other = await here.arena.person('other');
  const { items } = await here.admin.call('listMembers');
  const user = items.find(({ name }) => name === 'other')?.id ?? '';
  await here.admin.call('changeMember', { params: { user }, body: { role: 'researcher' } });
  builtIn = await here.admin.call('getJudge', { params: { judge: 'pair-explain' } });
  await here.addProvider(here.admin, { name: 'lab', base_url: 'https://lab.example/v1' });
}, 60_000);
afterAll(() => here.arena.close());

/** A judge that is good, as one that comes with Agon is written. */
const draft = (id: string, more = '') =>
  builtIn.template
    .replace(/^id: .*$/m, `id: ${id}`)
    .replace(/^title: .*$/m, `title: Judge ${id}`)
    .trimEnd()
    .concat(`\n${more}\n`);

const save = (by: Visitor, source: string) => by.call('saveJudge', { body: { source } });
const tryOut = (body: object): Promise<JudgeTrialJson> =>
  here.researcher.call('startJudgeTrial', {
    params: { campaign: here.slug },
    body: { provider: 'lab', model: 'owl', ...body },
  });

describe('judges that researchers write', () => {
  it('are saved as versions; the same text saves nothing', async () => {
    const first = await save(here.researcher, draft('mine'));
    expect(first).toMatchObject({ judge: 'mine', version: 1, saved: true, author: 'researcher', runs: 0 });
    expect(await save(here.researcher, draft('mine'))).toMatchObject({ version: 1, saved: false });
    const second = await save(here.researcher, draft('mine', 'Be strict.'));
    expect(second).toMatchObject({ version: 2, saved: true });
    expect(second.identity).not.toBe(first.identity);
    const { items } = await here.researcher.call('listJudgeVersions', { params: { judge: 'mine' } });
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
    expect(items[1]).toMatchObject({ identity: first.identity, template: draft('mine') });
  });

  it('are numbered without gaps, however many are saved at once', async () => {
    const saved = await Promise.all(
      Array.from({ length: 8 }, (_, i) => save(here.researcher, draft('busy', `Rule ${i}.`))),
    );
    expect(saved.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('are listed for researchers beside those of Agon, and for nobody else', async () => {
    const ids = async (who: Visitor) => (await who.call('listJudges')).items.map(({ id }) => id);
    expect(await ids(other)).toEqual(expect.arrayContaining([builtIn.id, 'mine', 'busy']));
    expect(await ids(here.arena.visitor())).not.toContain('mine');
    await expect(here.arena.visitor().call('getJudge', { params: { judge: 'mine' } })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await other.call('getJudge', { params: { judge: 'mine' } })).toMatchObject({
      origin: 'own',
      version: 2,
      author: 'researcher',
    });
  });

  it('can be archived: they leave the list, nobody can ask them, and they come back', async () => {
    await save(here.researcher, draft('old'));
    const put = (who: Visitor, judge: string, archived: boolean) =>
      who.call('archiveJudge', { params: { judge }, body: { archived } });
    const ids = async (state: 'in_use' | 'archived') =>
      (await here.researcher.call('listJudges', { query: { state } })).items.map(({ id }) => id);
    await expect(put(other, 'old', true)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(put(here.admin, builtIn.id, true)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(put(here.researcher, 'nobody', true)).rejects.toMatchObject({ code: 'not_found' });
    expect(await put(here.researcher, 'old', true)).toMatchObject({ archived_at: expect.any(String) });
    expect(await ids('in_use')).not.toContain('old');
    expect(await ids('archived')).toEqual(['old']);
    await expect(
      here.researcher.call('startJudgeRun', {
        params: { campaign: here.slug },
        body: { judge: 'old', provider: 'lab', model: 'owl' },
      }),
    ).rejects.toMatchObject({ code: 'invalid_request', hint: expect.stringContaining('judge restore old') });
    expect(await put(here.researcher, 'old', false)).toMatchObject({ archived_at: null });
    expect(await ids('in_use')).toContain('old');
    expect(await ids('archived')).toEqual([]);
  });

  it('belong to their authors, and their names to the judges that have them', async () => {
    await expect(save(other, draft('mine', 'Mine now.'))).rejects.toMatchObject({ code: 'not_allowed' });
    expect(await save(here.admin, draft('mine', 'Said the admin.'))).toMatchObject({ version: 3 });
    expect(await save(here.researcher, draft('mine', 'Said its author.'))).toMatchObject({ version: 4 });
    await expect(save(here.admin, draft(builtIn.id, 'Better.'))).rejects.toMatchObject({
      code: 'already_exists',
    });
    await expect(save(here.researcher, draft('control-longest'))).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  it('that cannot be used are refused with every fault and its line', async () => {
    const broken = draft('broken', '{{ no_such_variable }}');
    const reply = await here.researcher.send('POST', '/api/v1/judges', { source: broken });
    const problem = (await reply.json()) as { faults: { line: number; message: string }[] };
    expect([reply.status, problem]).toMatchObject([422, { code: 'judge_invalid' }]);
    const line = broken.split('\n').findIndex((each) => each.includes('no_such_variable')) + 1;
    expect(problem.faults).toContainEqual(
      expect.objectContaining({ line, message: expect.stringContaining('no_such_variable') }),
    );
  });

  it('can be begun from a template of another tool', async () => {
    const pasted = [
      '<|im_start|>system',
      'You compare two answers.',
      '<|im_end|>',
      '<|im_start|>user',
      'Instruction: {instruction}',
      'Output (a): {output_1}',
      'Output (b): {output_2}',
      '<|im_end|>',
    ].join('\n');
    const { foreign, judge } = await here.researcher.call('checkJudge', { body: { source: pasted } });
    expect(judge).toBeNull();
    expect(foreign).toMatchObject({ format: 'alpaca-eval' });
    const converted = await here.researcher.call('checkJudge', { body: { source: foreign!.source } });
    expect(converted).toMatchObject({ faults: [], foreign: null, judge: { mode: 'pairwise' } });
  });

  it('are checked while they are written, whatever they hold', async () => {
    const check = (source: string) => here.researcher.call('checkJudge', { body: { source } });
    const good = await check(draft('mine'));
    expect(good).toMatchObject({ faults: [], judge: { id: 'mine' }, saved: { version: 1 } });
    expect(good.template_tokens).toBeGreaterThan(20);
    expect(good.variables).toContainEqual(expect.objectContaining({ name: 'conversation', used: true }));
    expect(good.variables).toContainEqual(expect.objectContaining({ name: 'reference', used: false }));
    expect(await check(draft('mine', 'Something else.'))).toMatchObject({ saved: null });
    for (const source of ['x', '---', '---\n---\n', '---\n: [\n---\n{% user %}', draft('a', '{% for %}{{')]) {
      const bad = await check(source);
      expect(bad.judge === null || bad.faults.length === 0).toBe(true);
      expect(bad.faults.length + Number(bad.judge !== null)).toBeGreaterThan(0);
    }
  });
});

describe('dry runs', () => {
  it('ask a draft about battles, voted ones first, and land nowhere', async () => {
    const voter = here.arena.visitor();
    await consentTo(voter, here.slug);
    await vote(voter, await drawOne(voter, here.slug), 'a');
    const trial = await tryOut({ source: draft('unsaved'), voted: 1, random: BATTLES - 1 });
    expect(trial).toMatchObject({
      judge: 'unsaved',
      draft: true,
      state: 'queued',
      calls: { total: 2 * BATTLES },
      against: null,
    });
    expect(trial.items).toHaveLength(BATTLES);
    const [first] = trial.items;
    expect(first!.people.a + first!.people.b).toBe(1);
    expect(first).toMatchObject({ state: 'waiting', chosen: false, category: 'writing' });
    expect(first!.readings.map(({ order }) => order)).toEqual(['ab', 'ba']);
    expect(first!.readings[0]!.user).toContain('Answer of kind');
    expect(here.arena.announced).toContain(trial.run);
    expect(await here.researcher.call('getJudgeTrial', { params: { run: trial.run } })).toMatchObject({
      run: trial.run,
    });
    expect(await here.researcher.call('getRun', { params: { run: trial.run } })).toMatchObject({
      kind: 'trial',
      // nobody knows what this provider costs: a budget could not be kept
      budget: null,
    });
    const prices = { input: 1, cached: null, output: 2 };
    const priced = await tryOut({ source: draft('unsaved'), prices, voted: 1, random: 0 });
    expect(await here.researcher.call('getRun', { params: { run: priced.run } })).toMatchObject({
      budget: 1,
    });
    const judges = await here.researcher.call('listJudges');
    expect(judges.items.map(({ id }) => id)).not.toContain('unsaved');
  });

  it('keep the battles that were chosen, and draw others by another seed', async () => {
    const one = await tryOut({ judge: 'mine', voted: 0, random: 6, seed: 1 });
    const chosen = one.items.slice(0, 2).map(({ battle }) => battle);
    const again = await tryOut({ judge: 'mine', battles: chosen, voted: 0, random: 2, seed: 2 });
    expect(again.items.slice(0, 2).map((item) => [item.battle, item.chosen])).toEqual(
      chosen.map((battle) => [battle, true]),
    );
    expect(again.items).toHaveLength(4);
    const version = await here.researcher.call('getJudge', { params: { judge: 'mine' } });
    const pinned = await tryOut({ judge: version.identity, battles: chosen, voted: 0, random: 0 });
    expect(pinned.identity).toBe(version.identity);
  });

  it('are not begun wrongly', async () => {
    await expect(tryOut({})).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(tryOut({ judge: 'mine', source: draft('mine') })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(tryOut({ judge: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(tryOut({ judge: 'mine', voted: 0, random: 0 })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(
      tryOut({ judge: 'mine', battles: ['00000000-0000-7000-8000-000000000000'] }),
    ).rejects.toMatchObject({ code: 'not_found', at: { column: 'battles' } });
    await expect(tryOut({ source: 'no judge' })).rejects.toMatchObject({ code: 'judge_invalid' });
  });
});

describe('two versions', () => {
  it('that no model was asked with have nothing to compare but their texts', async () => {
    const { items } = await here.researcher.call('listJudgeVersions', { params: { judge: 'busy' } });
    const [right, left] = items;
    const found = await here.researcher.call('compareJudges', {
      params: { judge: 'busy' },
      query: { left: left!.identity, right: right!.identity, campaign: here.slug },
    });
    expect(found).toMatchObject({
      model: null,
      items: 0,
      kappa_change: null,
      left: { version: 7, template: left!.template, verdicts: 0 },
      changed: [],
    });
  });
});
