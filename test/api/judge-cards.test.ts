import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoCampaign } from '../../apps/api/src/load-demo-campaign.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';

const GPT4 = 'gpt-4 (MT-bench pairwise)';

let arena: ArenaUnderTest;
let owner: Visitor;
let campaign: string;

beforeAll(async () => {
  arena = await openArena();
  await loadDemoCampaign(arena.ports);
  owner = arena.owner();
  const { items } = await owner.call('listCampaigns');
  campaign = items[0]!.slug;
});
afterAll(() => arena.close());

const card = () => owner.call('getJudgeCard', { params: { campaign, judge: GPT4 } });

describe('a report card', () => {
  it('holds an imported judge against people, with controls below and two people above', async () => {
    const found = await card();
    console.log(JSON.stringify(found, null, 1));
    expect(found).toMatchObject({ judge: GPT4, origin: 'imported', model: '' });
  });

  it('names the judges there are where somebody asks for another', async () => {
    await expect(owner.call('getJudgeCard', { params: { campaign, judge: 'nobody' } })).rejects.toMatchObject(
      { code: 'not_found', hint: expect.stringContaining(GPT4) },
    );
  });
});
