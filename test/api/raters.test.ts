import { seededRandom } from '@agon/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;
const params = { campaign: 'bench' };

/** Strengths in logits: far enough apart that a vote tells of its voter. */
const MODELS = [
  ['strong', 2],
  ['middling', 0],
  ['weak', -2],
] as const;
const HONEST = ['ada', 'bo', 'cy', 'di'];

/** `voters` vote on the answers; `lefty` takes the left one whatever stands there. */
function votes(prompts: number): string {
  const random = seededRandom('voters of a test');
  const lines: string[] = [];
  for (let prompt = 0; prompt < prompts; prompt += 1) {
    for (const rater of [...HONEST, 'lefty']) {
      const first = random.below(3);
      const second = (first + 1 + random.below(2)) % 3;
      const [a, b] = [MODELS[first]!, MODELS[second]!];
      const chance = 1 / (1 + Math.exp(b[1] - a[1]));
      const winner = rater === 'lefty' || random.next() < chance ? 'model_a' : 'model_b';
      lines.push(
        JSON.stringify({ prompt_id: `p${prompt}`, model_a: a[0], model_b: b[0], winner, rater, at: prompt }),
      );
    }
  }
  return lines.join('\n');
}
const bring = (text: string) =>
  researcher.call('createImport', { params, body: { files: [{ name: `${text.length}.jsonl`, text }] } });

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  await researcher.call('createCampaign', { body: { slug: 'bench', title: 'Bench' } });
});
afterAll(() => arena.close());

describe('how far voters can be relied on', () => {
  it('is nothing where nobody has voted', async () => {
    const reports = await researcher.call('getRaters', { params });
    expect(reports).toMatchObject({ votes: 0, of: 0, raters: [] });
  });

  it('names the one who always takes the left answer, under the names of the progress', async () => {
    await bring(votes(60));
    const [reports, progress] = await Promise.all([
      researcher.call('getRaters', { params }),
      researcher.call('getProgress', { params }),
    ]);
    expect(reports).toMatchObject({ votes: 300, of: 300, converged: true });
    expect(reports.raters.map(({ rater }) => rater).sort()).toEqual(
      progress.raters_by_votes.map(({ rater }) => rater).sort(),
    );
    const of = (name: string) => reports.raters.find(({ rater }) => rater === name)!;
    const lefty = of('lefty');
    expect(lefty).toMatchObject({ votes: 60, first_slot: 1, decided: 60, tie_share: 0 });
    expect(lefty.evidence).toMatchObject({ habit: 'always-a' });
    expect(lefty.evidence!.p).toBeLessThan(1e-4);
    expect(lefty.evidence!.p).toBeCloseTo(1 / lefty.evidence!.value, 12);
    expect(lefty.reliability_high!).toBeLessThan(0.5);
    for (const name of HONEST) {
      const { reliability, reliability_low: low, reliability_high: high, evidence } = of(name);
      expect(evidence!.p, name).toBeGreaterThan(0.01);
      expect(reliability!, name).toBeGreaterThan(lefty.reliability_high!);
      expect(low!).toBeLessThan(reliability!);
      expect(high!).toBeGreaterThan(reliability!);
    }
  });

  it('follows a vote, and leaves out what the board leaves out', async () => {
    await bring(
      JSON.stringify({ prompt_id: 'late', model_a: 'weak', model_b: 'strong', winner: 'tie', rater: 'new' }),
    );
    const { raters, of } = await researcher.call('getRaters', { params });
    expect(of).toBe(301);
    expect(raters.at(-1)).toMatchObject({ rater: 'new', votes: 1, tie_share: 1, first_slot: null });
    await arena.database.sql`insert into quarantine (vote_id, reason)
      select v.id, 'test' from votes v join raters r on r.id = v.rater_id where r.external = 'lefty'`;
    await arena.database.sql`update campaigns set quarantine_version = quarantine_version + 1`;
    const without = await researcher.call('getRaters', { params });
    expect(without.of).toBe(241);
    expect(without.raters.map(({ rater }) => rater)).not.toContain('lefty');
  });

  it('is for researchers', async () => {
    for (const visitor of [arena.visitor(), await arena.person('somebody')]) {
      const reply = await visitor.send('GET', '/api/v1/campaigns/bench/raters');
      expect([401, 403]).toContain(reply.status);
      expect(await reply.text()).not.toContain('lefty');
    }
    const missing = await researcher.send('GET', '/api/v1/campaigns/no-such/raters');
    expect(missing.status).toBe(404);
  });
});
