import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { command } from './raters.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-raters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const path = join(folder, 'votes.jsonl');
/** Three who look, each battle; one who takes what stands first, whichever that is. */
const votes = Array.from({ length: 60 }, (_, at) => {
  const [model_a, model_b] = at % 2 === 0 ? ['good', 'poor'] : ['poor', 'good'];
  const better = at % 2 === 0 ? 'model_a' : 'model_b';
  const worse = at % 2 === 0 ? 'model_b' : 'model_a';
  const said = (rater: string, winner: string) => ({ model_a, model_b, winner, rater, prompt_id: `p${at}` });
  return [
    said('ann', at % 10 === 0 ? 'tie' : better),
    said('bob', at % 12 === 0 ? worse : better),
    said('cy', better),
    said('first', 'model_a'),
  ];
}).flat();
writeFileSync(path, votes.map((row) => JSON.stringify(row)).join('\n'));

async function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  await command().parseAsync([path, ...args], { from: 'user' });
  return written;
}

it('agon raters tells who looks and who clicks, as JSON', async () => {
  const { raters, without_rater, converged } = JSON.parse((await run('--json')).stdout);
  expect([without_rater, converged]).toEqual([0, true]);
  expect(raters.map(({ votes: n }: { votes: number }) => n)).toEqual([60, 60, 60, 60]);
  const of = (name: string) => raters.find((row: { rater: string }) => row.rater === name);
  expect(of('first')).toMatchObject({ first_slot: 1, tie_share: 0, evidence: { habit: 'always-a' } });
  expect(of('first').reliability).toBeLessThan(of('cy').reliability_low);
  expect(of('cy').dawid_skene.reliability).toBeGreaterThan(0.9);
  expect(of('ann').agreement_battles).toBe(60);
});

it('and for people, with a word about habits', async () => {
  const { stdout, stderr } = await run('--source', 'people');
  expect(stdout.split('\n')[0]).toContain('reliability');
  expect(stderr).toContain('first votes otherwise than the others lead to expect, nearest to "always-a"');
  expect((await run('--source', 'judges', '--json')).stdout).toContain('"raters":[]');
});
