import type { Board } from '@agon/contract';
import { seededRandom } from '@agon/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, draw, vote } from './voter.ts';

const MODELS = 8;
const PROMPTS = 30;
const HONEST = 9000;
const COOKIES = 50;
const EACH = 20;
/** Sixth of eight by the honest votes; its answers give it away, as a determined attacker would find out. */
const TARGET = 'model-6';

let arena: ArenaUnderTest;
let researcher: Visitor;

const names = Array.from({ length: MODELS }, (_, i) => `model-${i + 1}`);
const slug = 'flooded';
const board = async (): Promise<Board> =>
  (await researcher.send('GET', `/api/v1/campaigns/${slug}/board`)).json();
const placeOf = ({ people }: Board) =>
  1 +
  people!.models
    .toSorted((x, y) => (y.rating ?? 0) - (x.rating ?? 0))
    .findIndex(({ model }) => model === TARGET);
const groups = async () => (await researcher.call('listVoterGroups', { params: { campaign: slug } })).groups;

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  await researcher.call('createCampaign', { body: { slug, title: 'Flooded' } });
  const random = seededRandom('mass-voting');
  const lines: object[] = [];
  for (let prompt = 0; prompt < PROMPTS; prompt += 1) {
    const prompt_id = `p${prompt}`;
    lines.push({ kind: 'prompt', prompt_id, prompt: `Question ${prompt}` });
    for (const model of names)
      lines.push({ kind: 'answer', prompt_id, model, answer: `${model} says ${prompt}` });
  }
  for (let at = 0; at < HONEST; at += 1) {
    const a = random.below(MODELS);
    const b = (a + 1 + random.below(MODELS - 1)) % MODELS;
    // each place is worth 0.1 logits
    const isA = random.next() < 1 / (1 + Math.exp(-0.1 * (b - a)));
    lines.push({
      kind: 'vote',
      prompt_id: `p${random.below(PROMPTS)}`,
      model_a: names[a],
      model_b: names[b],
      winner: isA ? 'model_a' : 'model_b',
      rater: `honest-${random.below(400)}`,
    });
  }
  const byKind = (kind: string) =>
    lines
      .filter((line) => (line as { kind: string }).kind === kind)
      .map(({ kind: _, ...row }: { kind?: string }) => JSON.stringify(row))
      .join('\n');
  for (const kind of ['prompt', 'answer', 'vote']) {
    await researcher.call('createImport', {
      params: { campaign: slug },
      body: { files: [{ name: `${kind}s.jsonl`, text: byKind(kind) }] },
    });
  }
  await researcher.call('changeCampaign', {
    params: { campaign: slug },
    body: { state: 'open', settings: { votes_per_minute: null } },
  });
}, 120_000);
afterAll(() => arena.close());

describe('a thousand votes of fifty cookies from one address', () => {
  it('stand out as one group, and count for nothing once they are in quarantine', async () => {
    const before = await board();
    expect(placeOf(before)).toBe(6);
    for (let cookie = 0; cookie < COOKIES; cookie += 1) {
      const visitor = arena.visitor();
      await consentTo(visitor, slug);
      for (let cast = 0; cast < EACH; ) {
        const { battles } = await draw(visitor, slug, 5);
        expect(battles.length).toBeGreaterThan(0);
        for (const battle of battles.slice(0, EACH - cast)) {
          const says = (slot: 'a' | 'b') => JSON.stringify(battle.answers[slot]).includes(`${TARGET} says`);
          await vote(visitor, battle, says('a') ? 'a' : says('b') ? 'b' : 'tie');
          cast += 1;
        }
      }
    }
    const flooded = await board();
    expect(flooded.counts.votes).toBe(HONEST + COOKIES * EACH);
    // the attack bites
    expect(placeOf(flooded)).toBeLessThan(placeOf(before) - 1);
    const [group, ...others] = await groups();
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      address: expect.stringMatching(/^[0-9a-f]{16}$/),
      voters: COOKIES,
      votes: COOKIES * EACH,
      single_voters: 0,
      quarantined: 0,
    });
    const body = { address: group!.address };
    const filter = { params: { campaign: slug }, body };
    const all = { votes: COOKIES * EACH, voters: COOKIES, changed: COOKIES * EACH };
    expect(await researcher.call('quarantineVotes', { ...filter, body: { ...body, dry_run: true } })).toEqual(
      all,
    );
    expect((await board()).counts.votes).toBe(HONEST + COOKIES * EACH);
    expect(await researcher.call('quarantineVotes', filter)).toEqual(all);
    const clean = await board();
    expect(Math.abs(placeOf(clean) - placeOf(before))).toBeLessThanOrEqual(1);
    expect(clean.people!.models.map(({ rating }) => rating)).toEqual(
      before.people!.models.map(({ rating }) => rating),
    );
    expect((await groups())[0]).toMatchObject({ quarantined: COOKIES * EACH });
    expect(await researcher.call('quarantineVotes', filter)).toEqual({ ...all, changed: 0 });
    expect(
      await researcher.call('quarantineVotes', {
        ...filter,
        body: { ...body, release: true, outcome: 'tie' },
      }),
    ).toMatchObject({ changed: expect.any(Number) });
    expect(arena.logged).toEqual([]);
  }, 240_000);

  it('are found by when they were cast, and by voters who cast few', async () => {
    const find = (body: object) =>
      researcher.call('quarantineVotes', { params: { campaign: slug }, body: { dry_run: true, ...body } });
    const from = new Date(Date.now() - 3_600_000).toISOString();
    expect(await find({ from, most_votes: EACH })).toMatchObject({ voters: COOKIES });
    expect(await find({ from, most_votes: EACH - 1 })).toEqual({ votes: 0, voters: 0, changed: 0 });
    expect(await find({ to: from, address: (await groups())[0]!.address })).toMatchObject({ votes: 0 });
    await expect(find({})).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are slowed down where the campaign says so, and a class that begins at once is not', async () => {
    await researcher.call('changeCampaign', {
      params: { campaign: slug },
      body: { settings: { votes_per_minute: 12 } },
    });
    const codes: string[] = [];
    for (let pupil = 0; pupil < 8; pupil += 1) {
      const visitor = arena.visitor();
      await consentTo(visitor, slug);
      const { battles } = await draw(visitor, slug);
      codes.push(
        await vote(visitor, battles[0]!, 'tie').then(
          () => 'counted',
          ({ code, retryAfterMs }: { code: string; retryAfterMs?: number }) =>
            `${code} ${(retryAfterMs ?? 0) > 0}`,
        ),
      );
    }
    // half a minute's votes at once, whoever casts them
    expect(codes).toEqual([...Array(6).fill('counted'), ...Array(2).fill('rate_limited true')]);
  });
});
