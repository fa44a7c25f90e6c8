import type { BlindBattle, CountedVote } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, type SeedOptions, seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, draw, vote } from './voter.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
});
afterAll(() => arena.close());

/** A campaign whose replies to votes say what was shown. */
const seed = (options: SeedOptions) =>
  seedCampaign(arena, { ...options, settings: { reveal_when: 'at_once', ...options.settings } });

const [FIRST, SECOND] = MODELS.map((model) => model.name);
const textOf = (battle: BlindBattle, slot: 'a' | 'b') => battle.answers[slot].turns.map((turn) => turn.html);

/** The first model answered every prompt three times; the others once. */
const threeOfTheFirst = (prompt: number, model: number) =>
  (model === 0 ? ['oldest', 'middle', 'newest'] : ['only']).map((age) => [`${age} of ${model} to ${prompt}`]);

type Played = { readonly battle: BlindBattle; readonly counted: CountedVote };

/** Votes on everything that these many new voters are given, each of them one battle to each prompt. */
async function playAll(slug: string, voters = 4): Promise<Played[]> {
  const played: Played[] = [];
  for (let i = 0; i < voters; i += 1) {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    for (;;) {
      const [battle] = (await draw(visitor, slug)).battles;
      if (battle === undefined) break;
      played.push({ battle, counted: await vote(visitor, battle, 'a') });
    }
  }
  expect(played).toHaveLength(6 * voters);
  return played;
}

/** How many battles a judge is asked about that may be asked about all. */
async function askJudge(campaign: string): Promise<number> {
  const run = await researcher.call('startJudgeRun', {
    params: { campaign },
    body: { judge: 'pair-explain', model: 'scripted', base_url: 'http://127.0.0.1:9/v1', limit: 100 },
  });
  return run.battles;
}

/** What was drawn of the first model, and what the reveal said of it. */
function ofFirst(played: readonly Played[]) {
  return played.flatMap(({ battle, counted }) => {
    const reveal = counted.reveal!;
    const slot = (['a', 'b'] as const).find((each) => reveal.models[each] === FIRST);
    if (slot === undefined) return [];
    const other = slot === 'a' ? 'b' : 'a';
    expect(reveal.answers[other]).toBeNull();
    return [{ text: textOf(battle, slot).join(), place: reveal.answers[slot] }];
  });
}

describe('a model with several answers to a prompt', () => {
  it.each([
    ['newest', /newest of 0/, 3],
    ['oldest', /oldest of 0/, 1],
  ] as const)('is drawn with its %s one, and the reveal says which', async (choice, text, number) => {
    const { slug } = await seed({
      slug: choice,
      settings: { answer_choice: choice },
      answers: threeOfTheFirst,
    });
    const played = await playAll(slug);
    const shown = ofFirst(played);
    expect(shown.length).toBeGreaterThan(0);
    for (const each of shown) {
      expect(each.text).toMatch(text);
      expect(each.place).toEqual({ number, of: 3 });
    }
  });

  it('is drawn with its newest one where the settings say nothing', async () => {
    const { slug } = await seed({ slug: 'silent', answers: threeOfTheFirst });
    const { settings } = await arena.visitor().call('getCampaign', { params: { campaign: slug } });
    expect(settings).toMatchObject({ answer_choice: 'newest', blank_answers: 'skip' });
    const played = await playAll(slug);
    expect(new Set(ofFirst(played).map(({ place }) => place?.number))).toEqual(new Set([3]));
  });

  it('is drawn with any of them, each as probable as the battle says', async () => {
    const { slug, id } = await seed({
      slug: 'any',
      settings: { answer_choice: 'any' },
      answers: threeOfTheFirst,
    });
    const numbers: number[] = [];
    for (const { text, place } of ofFirst(await playAll(slug, 8))) {
      expect(text).toContain(['oldest', 'middle', 'newest'][place!.number - 1]);
      numbers.push(place!.number);
    }
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3]));
    // of the first draw of each voter: three pairs, six prompts, and three answers where the first model is in it
    const firsts = await arena.database.sql<{ p: number; is_first: boolean }[]>`
      select distinct on (b.rater_id) b.draw_probability as p, ${FIRST!} in (ma.name, mb.name) as is_first
      from battles b join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
      where b.campaign_id = ${id} order by b.rater_id, b.id`;
    expect(firsts).toHaveLength(8);
    for (const { p, is_first } of firsts) expect(p).toBeCloseTo(1 / (is_first ? 54 : 18), 12);
  });

  it('says nothing of their number before the vote', async () => {
    const several = await seed({ slug: 'counted', answers: threeOfTheFirst });
    const visitor = arena.visitor();
    await consentTo(visitor, several.slug);
    const [battle] = (await draw(visitor, several.slug, 5)).battles;
    const before = visitor.received.join('\n');
    expect(before).toContain('of 0 to');
    expect(before).not.toMatch(/"of"|"number"|several|"place/);
    await vote(visitor, battle!, 'a');
    expect(visitor.received.join('\n')).toContain('"answers":{');
  });

  it('is asked about anew by a judge once it has answered anew', async () => {
    const { slug, id } = await seed({
      slug: 'judged',
      settings: { answer_choice: 'oldest' },
      answers: threeOfTheFirst,
    });
    expect(await askJudge(slug)).toBe(18);
    expect(await askJudge(slug)).toBe(18);
    await researcher.call('changeCampaign', {
      params: { campaign: slug },
      body: { settings: { answer_choice: 'newest' } },
    });
    // the twelve cells of the first model, with its newest answers; the other six have been asked
    expect(await askJudge(slug)).toBe(30);
    const [row] = await arena.database.sql<{ texts: string[] }[]>`
      select array_agg(distinct split_part(x.turns->>0, ' ', 1)) as texts from battles b
      join answers x on x.id in (b.answer_a, b.answer_b) where b.campaign_id = ${id}`;
    expect(row?.texts.sort()).toEqual(['newest', 'oldest', 'only']);
  });
});

describe('a blank answer', () => {
  /** The second model said nothing to the first three prompts, the last time. */
  const oftenBlank = (prompt: number, model: number) =>
    model === 1 && prompt < 3 ? [['a word'], [' \n']] : [[`model ${model} to ${prompt}`]];
  const isBlank = ({ battle }: Played) =>
    [...battle.answers.a.turns, ...battle.answers.b.turns].some((turn) => turn.blank);
  const has = (name: string) => (each: Played) => Object.values(each.counted.reveal!.models).includes(name);

  it('is not drawn for voters, and no older answer takes its place', async () => {
    const { slug } = await seed({ slug: 'blank-skip', answers: oftenBlank });
    const played = await playAll(slug);
    expect(played.filter(isBlank)).toEqual([]);
    // on the three other prompts it is
    expect(played.filter(has(SECOND!)).length).toBeGreaterThan(0);
    expect(JSON.stringify(played)).not.toContain('a word');
  });

  it('is drawn where the campaign says so, told as blank and without HTML', async () => {
    const { slug } = await seed({
      slug: 'blank-draw',
      settings: { blank_answers: 'draw' },
      answers: oftenBlank,
    });
    const played = await playAll(slug);
    const blank = played.filter(isBlank);
    // more than the first one: all blank answers are alike, and none tells a model
    expect(blank.length).toBeGreaterThan(1);
    for (const { battle, counted } of blank) {
      const slot = counted.reveal!.models.a === SECOND ? 'a' : 'b';
      expect(battle.answers[slot].turns).toEqual([{ html: '', direction: 'auto', blank: true }]);
      expect(counted.reveal!.answers[slot]).toEqual({ number: 2, of: 2 });
    }
  });

  it('is told turn by turn; turns that were not answered are blank', async () => {
    const { slug } = await seed({
      slug: 'blank-turns',
      turns: 3,
      answers: (prompt, model) => [
        [['', `then ${prompt}`, '\u200b'], [`first ${prompt}`], [`one ${prompt}`, 'two', 'three']][model]!,
      ],
    });
    const played = await playAll(slug);
    const expected = new Map([
      [FIRST, [true, false, true]],
      [SECOND, [false, true, true]],
      [MODELS[2]!.name, [false, false, false]],
    ]);
    for (const { battle, counted } of played) {
      for (const slot of ['a', 'b'] as const) {
        const turns = battle.answers[slot].turns.map((turn) => turn.blank);
        expect(turns).toEqual(expected.get(counted.reveal!.models[slot]));
      }
    }
  });

  it('is judged: it is what the model said', async () => {
    const { slug, id } = await seed({ slug: 'blank-judged', answers: oftenBlank });
    expect(await askJudge(slug)).toBe(18);
    const [row] = await arena.database.sql<{ count: number }[]>`
      select count(*)::int from battles b join answers x on x.id in (b.answer_a, b.answer_b)
      where b.campaign_id = ${id} and x.blank`;
    expect(row?.count).toBe(6);
  });

  it('keeps a campaign from being opened where nothing else is left, and says why', async () => {
    const { slug, id } = await seed({
      slug: 'blank-all',
      answers: (prompt, model) => [model === 0 ? [`to ${prompt}`] : ['']],
    });
    await arena.ports.campaigns.change(id, { state: 'closed' });
    const open = (settings = {}) =>
      researcher.call('changeCampaign', {
        params: { campaign: slug },
        body: { state: 'open', settings },
      });
    await expect(open()).rejects.toMatchObject({
      code: 'invalid_request',
      hint: expect.stringContaining('blank_answers'),
    });
    expect(await open({ blank_answers: 'draw' })).toMatchObject({ state: 'open' });
  });
});
