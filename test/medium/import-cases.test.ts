import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportSource } from '@agon/arena';
import type { ImportResult } from '@agon/contract';
import { connect, createExportStore, createImportStore, type Database } from '@agon/database';
import { type CampaignId, type ImportId, isArenaError } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { allOf } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseFile } from '../golden/cases/case-file.ts';
import { dataFolder, whyNoData } from '../golden/open-data.ts';
import { emptyCampaign, importInto } from './import-into.ts';

let testDatabase: TestDatabase;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), 'agon-cases-'));

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

function expectAccounted({ rows, errors, errors_total: total }: ImportResult): void {
  expect(rows.read).toBe(rows.imported + rows.refused + rows.duplicates);
  for (const count of Object.values(rows)) expect(count).toBeGreaterThanOrEqual(0);
  expect(errors.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(total);
}

const counted = ({ prompts, answers, votes, verdicts }: ImportResult) => ({
  prompts,
  answers,
  votes,
  verdicts,
});
const NOTHING = { prompts: 0, answers: 0, votes: 0, verdicts: 0 };

/** Imports into a new campaign, then the same again, which must add nothing. */
async function importTwice(
  files: readonly (string | (Partial<ImportSource> & { readonly path: string }))[],
  options: Parameters<typeof importInto>[3] = {},
): Promise<{ readonly result: ImportResult; readonly id: CampaignId; readonly slug: string }> {
  const { id, slug } = await emptyCampaign(database);
  const result = await importInto(database, slug, files, options);
  expectAccounted(result);
  const again = await importInto(database, slug, files, options);
  expectAccounted(again);
  expect(counted(again)).toEqual(NOTHING);
  expect(again.rows.imported).toBe(0);
  // a row of which a part is refused adds nothing any more, so that the refusal is all that is left of it
  if (result.errors_total === result.rows.refused)
    expect(again.rows.duplicates).toBe(result.rows.imported + result.rows.duplicates);
  expect(again.id).toBeNull();
  return { result, id, slug };
}

const what = (prompts: number, answers: number, votes: number, verdicts = 0) => ({
  prompts,
  answers,
  votes,
  verdicts,
});

describe('imports of files as the field ships them', () => {
  // counts by hand from the files: rows, distinct texts, votes a row
  it.each<readonly [file: string, read: number, added: ReturnType<typeof what>]>([
    ['B68d_ids_repeated.csv', 12, what(0, 0, 12)],
    ['B74_big_ids.jsonl', 12, what(0, 0, 12)],
    ['B09_mtbench_human_hf.jsonl', 25, what(3, 8, 25)],
    ['B31_arena_hard_twice.jsonl', 5, what(0, 0, 0, 10)],
    ['B121_pandalm_small.json', 6, what(2, 6, 18)],
    ['B98_same_prompt_asked_again.jsonl', 12, what(1, 24, 12)],
    ['B106_weights_plain.jsonl', 12, what(0, 0, 12)],
    ['B94_plain_with_tstamp.csv', 12, what(0, 0, 12)],
    ['B01_anony_false.json', 20, what(0, 0, 20)],
    ['B02_dedup_tag.json', 20, what(0, 0, 20)],
    ['B05_33k.jsonl', 12, what(12, 24, 12)],
    ['B05_33k_jsoncell.csv', 12, what(12, 24, 12)],
    ['B05_33k_pandas_list.csv', 12, what(12, 24, 12)],
    ['B13_140k_image_prompt.jsonl', 12, what(11, 24, 12)],
    ['B124_alpaca_whitespace_losses.json', 4, what(4, 8, 0, 4)],
    ['B124b_alpaca_empty_losses.json', 4, what(4, 8, 0, 4)],
    ['B110_answers.jsonl', 9, what(3, 9, 0)],
    ['B100_kaggle_nul_in_list.csv', 12, what(12, 24, 12)],
    ['B19_55k_surrogate_nul.csv', 12, what(12, 24, 12)],
    ['B20_55k_python_lists.csv', 12, what(12, 24, 12)],
    ['B99f_tstamp_ms.json', 12, what(0, 0, 12)],
    ['B99d_times_us_only.jsonl', 12, what(0, 0, 12)],
    ['B43.csv.gz', 12, what(0, 0, 12)],
    ['B43.zip', 12, what(0, 0, 12)],
    ['B112_base.parquet', 12, what(0, 0, 12)],
    ['B112_advice.arrow', 12, what(0, 0, 12)],
    ['B17_55k_labels_only.csv', 12, what(0, 0, 12)],
    ['B18_55k_bools.csv', 12, what(12, 24, 12)],
    ['B53e_orient_columns.json', 12, what(0, 0, 12)],
    ['B53g_wrapped.json', 12, what(0, 0, 12)],
    ['B53m_concat_bom.jsonl', 12, what(0, 0, 12)],
    ['B48_excel_sep_line.csv', 12, what(0, 0, 12)],
    ['B51f_pipe.csv', 12, what(0, 0, 12)],
  ])('%s: %i rows', async (file, read, added) => {
    const { result } = await importTwice([caseFile(file)]);
    expect(result.rows).toEqual({ read, imported: read, refused: 0, duplicates: 0 });
    expect(counted(result)).toEqual(added);
  });

  it('shows each battle with the two texts that its voter saw', async () => {
    const { id } = await importTwice([caseFile('B98_same_prompt_asked_again.jsonl')]);
    const shown = await database.sql<{ a: string[]; b: string[] }[]>`
      select a.turns as a, b.turns as b from votes v join battles t on t.id = v.battle_id
      join answers a on a.id = t.answer_a join answers b on b.id = t.answer_b where v.campaign_id = ${id} order by v.seq`;
    expect(shown.map((row) => [row.a[0]!.split(' ').at(-1), row.b[0]!.split(' ').at(-1)])).toEqual(
      Array.from({ length: 12 }, (_, vote) => [String(vote), `${vote}b`]),
    );
  });

  it('keeps both ids of one text as keys of one prompt', async () => {
    const { id } = await importTwice([
      write('prompts.jsonl', '{"prompt_id":"p1","prompt":"same"}\n{"prompt_id":"p2","prompt":"same"}\n'),
      write(
        'answers.jsonl',
        '{"prompt_id":"p1","model":"m","answer":"x"}\n{"prompt_id":"p2","model":"m","answer":"x"}\n',
      ),
    ]);
    const keys = await database.sql<{ key: string; prompt_id: string }[]>`
      select key, prompt_id from campaign_prompts where campaign_id = ${id} order by key`;
    expect(keys.map(({ key }) => key)).toEqual(['p1', 'p2']);
    expect(keys[0]!.prompt_id).toBe(keys[1]!.prompt_id);
    expect(await allOf(createExportStore(database).answers(id))).toHaveLength(1);
  });

  it('keeps votes that were not blind in quarantine, and counts them where that is asked for', async () => {
    const file = caseFile('B01_anony_false.json');
    const held = async (id: CampaignId) =>
      (
        await database.sql`select 1 from quarantine q join votes v on v.id = q.vote_id
        where v.campaign_id = ${id} and q.reason = 'not_blind'`
      ).length;
    const dropped = await importTwice([file]);
    expect(await held(dropped.id)).toBe(8);
    expect(dropped.result.warnings.map(({ code }) => code)).toContain('not_blind');
    const kept = await importTwice([file], { unblinded: 'keep' });
    expect(await held(kept.id)).toBe(0);
  });

  it('refuses what is no vote, row by row, and takes the rest', async () => {
    const { result: weights } = await importTwice([caseFile('B61_weights.csv')], { onError: 'good' });
    expect(weights.rows).toEqual({ read: 12, imported: 6, refused: 6, duplicates: 0 });
    const { result: times } = await importTwice([caseFile('B60b_bad_times.csv')], { onError: 'good' });
    expect(times.errors.map(({ line }) => line)).toEqual([2, 3, 4, 5, 7, 8, 9, 12, 13]);
    const { result: hard } = await importTwice([caseFile('B28_arena_hard_v2.jsonl')], { onError: 'good' });
    expect(hard.rows).toEqual({ read: 8, imported: 7, refused: 1, duplicates: 0 });
    expect(hard).toMatchObject({ verdicts: 12, errors_total: 3 });
  });

  it('refuses a row that is nested too deep and takes the others', async () => {
    const vote = '{"model_a": "alpha", "model_b": "beta", "winner": "model_a"}\n';
    const deep = `{"model_a": "x", "model_b": "y", "winner": ${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`;
    const { result } = await importTwice([write('deep.jsonl', vote + deep + vote)], { onError: 'good' });
    expect(result.rows).toEqual({ read: 3, imported: 2, refused: 1, duplicates: 0 });
    expect(result.errors).toMatchObject([{ line: 2, count: 1 }]);
  });

  it.each([
    ['B39_label_studio_min.json', 'unknown_format', 'pw'],
    ['B43_lfs.jsonl', 'unknown_format', 'LFS'],
    ['B43_html.json', 'unknown_format', 'web page'],
  ])('says what %s is, and imports nothing', async (file, code, word) => {
    const { slug } = await emptyCampaign(database);
    const error: unknown = await importInto(database, slug, [caseFile(file)]).catch(
      (reason: unknown) => reason,
    );
    if (!isArenaError(error)) throw error;
    expect(`${error.message} ${error.hint}`).toContain(word);
    expect([code, 'invalid_file']).toContain(error.code);
  });

  it('reads a preference export by its mapped column', async () => {
    const path = caseFile('B39_label_studio_min.json');
    const { result } = await importTwice([{ path, map: { pw: 'winner' } }], { onError: 'good' });
    // two of its rows have no choice
    expect(result).toMatchObject({ votes: 10, rows: { read: 12, imported: 10, refused: 2 } });
    expect(result.errors).toMatchObject([{ column: 'winner', reason: 'missing', count: 2 }]);
  });

  it('previews a campaign that is not there, and makes nothing', async () => {
    const result = await importInto(database, 'not-yet-there', [caseFile('B00_base_clean_battle.json')], {
      create: true,
      dryRun: true,
    });
    expect(result).toMatchObject({ id: null, votes: 12, models: 3, rows: { read: 12, imported: 12 } });
    expect(result.preview?.battles).toHaveLength(5);
    expect(await database.sql`select 1 from campaigns where slug = 'not-yet-there'`).toHaveLength(0);
  });

  it('reads own labels, and passes over those that say nothing', async () => {
    const path = write('own.csv', 'left,right,label\nx,y,1\nx,y,2\ny,z,3\nx,z,-1\nz,x,A++\n');
    const labels = {
      1: { outcome: 'a', strength: 1 },
      2: { outcome: 'b', strength: 1 },
      3: { outcome: 'tie', strength: 1 },
      '-1': 'skip',
      'A++': { outcome: 'a', strength: 3 },
    } as const;
    const map = { left: 'model_a', right: 'model_b', label: 'winner' };
    const { result, id } = await importTwice([{ path, map, labels }]);
    expect(result).toMatchObject({ votes: 4, rows: { read: 4, imported: 4 } });
    const votes = await allOf(createExportStore(database).votes(id));
    expect(votes.map(({ outcome }) => outcome)).toEqual(['a', 'b', 'tie', 'a']);
    const weights = await database.sql<{ weight: number | null }[]>`
      select weight from votes where campaign_id = ${id} order by seq`;
    expect(weights.map(({ weight }) => weight)).toEqual([null, null, null, 3]);
  });

  it('reads a sheet of one row a prompt and one column a model', async () => {
    const path = write('sheet.csv', 'question,alpha,beta\n"What, now?",this,that\nAnd then?,,nothing\n');
    const { result, id } = await importTwice([path]);
    expect(counted(result)).toEqual(what(2, 4, 0));
    expect(result.files[0]!.models).toEqual(['alpha', 'beta']);
    const blank = await database.sql`select 1 from answers where campaign_id = ${id} and blank`;
    expect(blank).toHaveLength(1);
  });

  it('never attaches an answer to another text in silence', async () => {
    const { slug } = await importTwice([
      write('first.jsonl', '{"prompt_id":"p","prompt":"old","model":"m","answer":"x"}\n'),
    ]);
    const second = write(
      'second.jsonl',
      '{"prompt_id":"p","prompt":"new","model":"m","answer":"y"}\n{"prompt_id":"q","prompt":"other","model":"m","answer":"z"}\n',
    );
    const result = await importInto(database, slug, [second], { onError: 'good' });
    expectAccounted(result);
    expect(result).toMatchObject({ answers: 1, rows: { read: 2, imported: 1, refused: 1 } });
    expect(result.errors).toMatchObject([{ line: 1, column: 'prompt', value: 'p', count: 1 }]);
    const alone = await importInto(
      database,
      slug,
      [
        write(
          'third.jsonl',
          '{"prompt_id":"r","prompt":"a","model":"m","answer":"y"}\n{"prompt_id":"r","prompt":"b","model":"m","answer":"y"}\n',
        ),
      ],
      { onError: 'good' },
    );
    expect(alone.rows).toEqual({ read: 2, imported: 1, refused: 1, duplicates: 0 });
  });

  it('groups equal refusals, and says of an empty file that it is', async () => {
    const { slug } = await emptyCampaign(database);
    const rows = Array.from({ length: 5000 }, () => 'x,y,neither\n').join('');
    const result = await importInto(
      database,
      slug,
      [write('wrong.csv', `model_a,model_b,winner\n${rows}x,y,model_a\n`)],
      {
        onError: 'good',
      },
    );
    expect(result.errors).toMatchObject([{ line: 2, value: 'neither', count: 5000 }]);
    expect(result).toMatchObject({ errors_total: 5000, votes: 1, rows: { imported: 1, refused: 5000 } });
    for (const text of ['', ' \n', 'model_a,model_b,winner\n']) {
      await expect(importInto(database, slug, [write('empty.csv', text)])).rejects.toMatchObject({
        code: 'invalid_file',
      });
    }
  });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(dataFolder === null)(`the field's own files (${whyNoData})`, () => {
  const data = (path: string) => join(dataFolder ?? '', path);
  const outputs = dataFolder === null ? [] : readdirSync(data('alpaca_eval/outputs')).sort();
  // counts as the SOURCE.md of each folder states them; alpaca_eval: 11 files of 805, one of them 804, and 803 raw ones
  it.each<readonly [title: string, files: readonly string[], ReturnType<typeof what>]>([
    [
      'mtbench_human',
      ['question.jsonl', 'answers.jsonl', 'votes_human.jsonl', 'votes_gpt4_pair.jsonl'].map(
        (name) => `mtbench_human/${name}`,
      ),
      what(80, 465, 1751, 1240),
    ],
    ['pandalm', ['pandalm/testset-v1.json'], what(170, 800, 2997)],
    ['llmfao votes', ['llmfao/crowd-comparisons.csv'], what(0, 0, 8931)],
    [
      'llmfao',
      ['prompts.jsonl', 'results.jsonl', 'crowd-comparisons.csv'].map((name) => `llmfao/${name}`),
      what(19, 1133, 8931),
    ],
    [
      'alpaca_eval answers',
      [
        'alpaca_eval/instructions.jsonl',
        ...outputs.map((name) => `alpaca_eval/outputs/${name}`),
        'alpaca_eval/raw/text_davinci_001/model_outputs.json',
      ],
      what(805, 9657, 0),
    ],
    [
      'alpaca_eval annotations',
      ['alpaca_eval/raw/text_davinci_001/annotations.weighted_alpaca_eval_gpt4_turbo.json'],
      what(803, 1606, 0, 803),
    ],
  ])('%s, undone and imported again', async (_, files, added) => {
    const paths = files.map(data);
    const { result, slug, id } = await importTwice(paths, { onError: 'good' });
    expect(result.errors.slice(0, 3)).toEqual([]);
    expect(counted(result)).toEqual(added);
    await createImportStore(database).undo(result.id as ImportId, Date.now());
    const exports = createExportStore(database);
    expect(await allOf(exports.answers(id))).toEqual([]);
    const again = await importInto(database, slug, paths, { onError: 'good' });
    expectAccounted(again);
    expect(counted(again)).toEqual(added);
  });

  // rows, verdicts without a preference, and the baseline against itself: counted apart by another program
  it.each<readonly [file: string, verdicts: number, refused: number, itself: number]>([
    ['annotations_weighted_gpt4_turbo.dev.csv', 20_117, 0, 805],
    ['annotations_gpt4_vs_davinci003.dev.csv', 16_083, 17, 0],
    ['annotations_cot_gpt4_turbo_fn.dev.jsonl', 4830, 0, 0],
  ])('alpaca_eval %s: %i verdicts', async (file, verdicts, refused, itself) => {
    const { result } = await importTwice([data(`alpaca_eval/${file}`)], { onError: 'good' });
    expect(counted(result)).toEqual(what(0, 0, 0, verdicts));
    expect(result.rows).toEqual({ read: verdicts + refused, imported: verdicts, refused, duplicates: 0 });
    const passed = result.warnings.find(({ code }) => code === 'passed_over')?.count ?? 0;
    expect(passed).toBe(itself);
  });
});
