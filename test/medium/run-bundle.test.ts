import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportRunBundle, SYSTEM_ACTOR } from '@agon/arena';
import { type BundleRow, readBundleHeader, replayRow } from '@agon/judging';
import { nonceOf, type ScriptedRequest } from '@agon/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PAIR_EXPLAIN } from '../crash/without-probes.ts';
import { RunsUnderTest } from './runs-under-test.ts';

const AGON = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const run = promisify(execFile);
let arena: RunsUnderTest;
let folder: string;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
  folder = mkdtempSync(join(tmpdir(), 'agon-bundle-'));
});
afterEach(async () => {
  await arena.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Some verdicts, some replies that cannot be read; about the texts alone. */
const says = (request: ScriptedRequest) => {
  const nonce = nonceOf(request);
  const text = request.messages
    .map(({ content }) => content)
    .join()
    .replaceAll(nonce, '');
  const label = ['A', 'B', 'tie', 'A or B'][text.length % 4]!;
  return { kind: 'text' as const, text: `Because.\n<v-${nonce}>${label}</v-${nonce}>` };
};

const bundleOf = async (id: string, deps: Parameters<typeof exportRunBundle>[1]): Promise<string> => {
  const { body } = await exportRunBundle({ actor: SYSTEM_ACTOR, run: id }, deps);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

it('writes a run to one file from which every reply is read again to the same verdicts', async () => {
  const judged = await arena.judge(says, {}, PAIR_EXPLAIN);
  await judged.work();
  await judged.server.stop();
  const text = await bundleOf(judged.id, judged.deps);
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const opened = readBundleHeader(head, 'bundle.jsonl');
  expect(opened.header).toMatchObject({ judge: 'pair-explain', model: 'scripted', campaign: 'judged' });
  const rows = lines.map((line) => JSON.parse(line) as BundleRow);
  const verdicts = await arena.database.sql<{ outcome: string | null }[]>`
    select outcome from verdicts where run_id = ${judged.id}`;
  expect(rows).toHaveLength(verdicts.length);
  const replayed = rows.map((row) => replayRow(opened, row));
  expect(replayed.filter(({ requestDiffers, verdictDiffers }) => requestDiffers || verdictDiffers)).toEqual(
    [],
  );
  expect(replayed.filter(({ verdict }) => verdict !== null)).toHaveLength(
    verdicts.filter(({ outcome }) => outcome !== null).length,
  );
  // what was written is what was sent
  const sent = new Set(judged.server.requests.map(({ messages }) => messages.at(-1)!.content));
  for (const { request } of rows) if (request !== null) expect(sent).toContain(request.user);

  // an answer that was changed, a label that was changed, a judge that was changed
  const changed = rows.find(({ outcome }) => outcome === 'a')!;
  expect(replayRow(opened, { ...changed, answer_a: ['another text'] })).toMatchObject({
    requestDiffers: true,
  });
  expect(replayRow(opened, { ...changed, outcome: 'b' })).toMatchObject({ verdictDiffers: true });
  expect(() => readBundleHeader(head.replaceAll('five', 'six'), 'bundle.jsonl')).toThrowError(
    expect.objectContaining({ code: 'invalid_file' }),
  );
});

it('gives another arena the same board', async () => {
  const judged = await arena.judge(says, {}, PAIR_EXPLAIN);
  await judged.work();
  await judged.server.stop();
  const file = join(folder, 'bundle.jsonl');
  writeFileSync(file, await bundleOf(judged.id, judged.deps));
  const data = join(folder, 'data');
  const agon = async (...args: string[]) =>
    JSON.parse((await run(process.execPath, [AGON, ...args, '--data', data, '--json'])).stdout) as Record<
      string,
      unknown
    >;
  const replayed = await agon('runs', 'replay', file, '--campaign', 'again', '--create');
  const [stored] = await arena.database.sql<{ scored: number; all: number }[]>`
    select count(outcome)::int as scored, count(*)::int as all from verdicts where run_id = ${judged.id}`;
  expect(replayed).toMatchObject({
    read: stored!.all,
    scored: stored!.scored,
    imported: stored!.scored,
    requests_differ: 0,
    verdicts_differ: 0,
  });
  // twice adds nothing
  expect(await agon('runs', 'replay', file, '--campaign', 'again')).toMatchObject({ imported: 0 });
  const out = join(folder, 'verdicts.jsonl');
  await run(process.execPath, [
    AGON,
    'export',
    '--campaign',
    'again',
    '--what',
    'verdicts',
    '--as',
    'jsonl',
    '--out',
    out,
    '--data',
    data,
  ]);
  const countsOf = (rows: readonly { model_a: string; model_b: string; winner: string }[]) =>
    rows
      .map(({ model_a: a, model_b: b, winner }) =>
        a < b
          ? `${a} ${b} ${winner}`
          : `${b} ${a} ${{ model_a: 'model_b', model_b: 'model_a' }[winner] ?? winner}`,
      )
      .sort();
  const here = await arena.database.sql<{ model_a: string; model_b: string; winner: string }[]>`
    select ma.name as model_a, mb.name as model_b,
      case d.outcome when 'a' then 'model_a' when 'b' then 'model_b' else d.outcome end as winner
    from verdicts d join battles b on b.id = d.battle_id join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    where d.run_id = ${judged.id} and d.outcome is not null`;
  const there = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { model_a: string; model_b: string; winner: string });
  expect(countsOf(there)).toEqual(countsOf(here));
}, 300_000);
