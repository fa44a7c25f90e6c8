import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { consentTo, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
const slug = 'paid';
const codes: string[] = [];

beforeAll(async () => {
  arena = await openArena();
  await seedCampaign(arena, { slug, settings: { quota: 2, completion_code: 'STUDY' } });
  for (let i = 0; i < 3; i += 1) {
    const voter = arena.visitor();
    await consentTo(voter, slug);
    const first = await vote(voter, await drawOne(voter, slug), 'a');
    expect(first.progress).toMatchObject({ done: false, completion_code: null });
    // the last one stops before the end
    if (i === 2) continue;
    const last = await vote(voter, await drawOne(voter, slug), 'a');
    codes.push(last.progress.completion_code!);
    const { progress } = await voter.call('giveConsent', {
      params: { campaign: slug },
      body: { version: 1, language: 'en' },
    });
    expect(progress.completion_code).toBe(codes[i]);
  }
});
afterAll(() => arena.close());

describe('completion codes', () => {
  it('are one a voter, and begin with the campaign’s', () => {
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^STUDY-[0-9A-HJKMNP-TV-Z]{10}$/);
  });

  it('are told to researchers with the voter whose they are', async () => {
    const { raters } = await arena.owner().call('getRaters', { params: { campaign: slug } });
    const told = raters.map(({ votes, completion_code }) => [votes, completion_code]);
    expect(told.filter(([, code]) => code !== null)).toHaveLength(2);
    expect(told).toEqual(expect.arrayContaining([[1, null], ...codes.map((code) => [2, code])]));
  });

  it.each(['csv', 'jsonl', 'parquet'])('are exported as %s', async (as) => {
    const path = `/api/v1/campaigns/${slug}/export?what=completions&as=${as}`;
    const response = await arena.owner().send('GET', path);
    expect(response.status).toBe(200);
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
    for (const code of codes) expect(text).toContain(code);
    if (as === 'csv') expect(text.trim().split('\n')).toHaveLength(3);
  });

  it('are of one campaign', async () => {
    const { id } = await seedCampaign(arena, { slug: 'other' });
    const { ports, database } = arena;
    const [row] = await database.sql<{ id: string }[]>`select id from raters limit 1`;
    const campaign = (await ports.campaigns.find(slug))!;
    const rater = row!.id as never;
    expect(ports.completionCodes.of(id, rater)).not.toBe(ports.completionCodes.of(campaign.id, rater));
  });
});
