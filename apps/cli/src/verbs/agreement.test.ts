import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { command } from './agreement.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-agreement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const row = (prompt_id: string, model_a: string, model_b: string, winner: string) => ({
  prompt_id,
  model_a,
  model_b,
  winner,
  judge: 'gpt',
});
const once = [row('p1', 'x', 'y', 'model_a'), row('p2', 'x', 'y', 'model_a')];
/** The first battle is decided alike in both orders; the second for whoever stands first. */
const exchanged = [row('p1', 'y', 'x', 'model_b'), row('p2', 'y', 'x', 'model_a')];

async function agreement(name: string, rows: readonly object[], ...args: string[]): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, rows.map((each) => JSON.stringify(each)).join('\n'));
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await command().parseAsync([path, ...args], { from: 'user' });
  return written.join('');
}

it('tells position bias where the answers were shown in both orders, and only there', async () => {
  const both = JSON.parse(await agreement('both.jsonl', [...once, ...exchanged], '--json'));
  expect(both.orders).toHaveLength(1);
  expect(both.orders[0]).toMatchObject({
    rater: 'gpt',
    source: 'judges',
    items: 2,
    consistency: 0.5,
    first_slot: 0.75,
    accuracy_both: null,
  });
  expect(JSON.parse(await agreement('once.jsonl', once, '--json')).orders).toBeUndefined();
  expect(await agreement('both.jsonl', [...once, ...exchanged])).toContain('first slot wins');
});
