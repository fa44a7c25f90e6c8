import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connect,
  createContentStore,
  createExportStore,
  createImportStore,
  type Database,
} from '@agon/database';
import type { CampaignId, ImportId, PromptId } from '@agon/domain';
import { writeCsv, writeJsonl } from '@agon/formats';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { allOf } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowOf } from '../../packages/arena/src/data/export-rows.ts';
import { emptyCampaign, importInto } from './import-into.ts';

let testDatabase: TestDatabase;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), 'agon-material-'));

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
const file = (text: string, extension = 'jsonl') => {
  files += 1;
  const path = join(folder, `f${files}.${extension}`);
  writeFileSync(path, text);
  return path;
};
const battle = (more: object) => ({
  ...{ prompt_id: 'p1', prompt: 'Name a prime.', model_a: 'x', model_b: 'y', winner: 'model_a', rater: 'r' },
  ...{ answer_a: '7', answer_b: '8' },
  ...more,
});
const RUBRIC = { name: '', levels: [1, 5].map((score) => ({ score, text: `level ${score}` })) };

/** What judges are given now, by the source's own id of the prompt. */
async function materialOf(campaign: CampaignId) {
  const prompts = await database.sql<{ id: PromptId; key: string }[]>`
    select c.prompt_id as id, c.key from campaign_prompts c left join imports i on i.id = c.import_id
    where c.campaign_id = ${campaign} and i.undone_at is null`;
  const content = createContentStore(database);
  const judged = await content.judgedPrompts(
    campaign,
    prompts.map(({ id }) => id),
  );
  return Object.fromEntries(prompts.map(({ id, key }) => [key, judged.get(id)?.material]));
}

describe('what an import has for judges', () => {
  it('comes with battles, from CSV as from JSON lines, and once', async () => {
    const rows = [
      battle({ reference: '7', checklist: 'is prime\nis short' }),
      battle({ reference: '7', checklist: 'is prime\nis short', rater: 's' }),
      battle({ prompt_id: 'p2', prompt: 'And an even one?', context: 'Even: 2, 4.' }),
    ];
    const { id, slug } = await emptyCampaign(database);
    const csv = file(writeCsv(rows), 'csv');
    expect(await importInto(database, slug, [csv], { dryRun: true })).toMatchObject({
      material: 3,
      preview: {
        battles: [
          {
            material: [
              { kind: 'reference', text: '7' },
              { kind: 'checklist', text: 'is prime\nis short' },
            ],
          },
          {},
          { material: [{ kind: 'context', text: 'Even: 2, 4.' }] },
        ],
      },
    });
    expect(await importInto(database, slug, [csv])).toMatchObject({ votes: 3, material: 3, errors_total: 0 });
    const said = {
      p1: { reference: ['7'], checklist: ['is prime', 'is short'] },
      p2: { context: ['Even: 2, 4.'] },
    };
    expect(await materialOf(id)).toEqual(said);
    const again = await importInto(database, slug, [file(writeJsonl(rows))]);
    expect(again).toMatchObject({ id: null, material: 0, votes: 0, rows: { duplicates: 3, imported: 0 } });
    expect(await materialOf(id)).toEqual(said);
  });

  it('fills what a prompt did not have; of another campaign with the same prompt nothing changes', async () => {
    const plain = file(writeJsonl([battle({})]));
    const [mine, other] = [await emptyCampaign(database), await emptyCampaign(database)];
    for (const { slug } of [mine, other]) await importInto(database, slug, [plain]);
    // by its text, by its id alone, and in a row of its own
    const more = [
      { prompt_id: 'p1', prompt: 'Name a prime.', reference: '7' },
      { prompt_id: 'p1', prompt: 'Name a prime.', rubric: RUBRIC },
    ];
    const filled = await importInto(database, mine.slug, [file(writeJsonl(more))]);
    expect(filled).toMatchObject({ prompts: 0, material: 2, rows: { imported: 2, refused: 0 } });
    const checked = { prompt_id: 'p1', model_a: 'x', model_b: 'y', winner: 'tie', checklist: ['is prime'] };
    expect(await importInto(database, mine.slug, [file(writeJsonl([checked]))])).toMatchObject({
      material: 1,
    });
    expect(await materialOf(mine.id)).toEqual({
      p1: { reference: ['7'], rubric: RUBRIC, checklist: ['is prime'] },
    });
    expect(await materialOf(other.id)).toEqual({ p1: {} });

    const store = createImportStore(database);
    await store.undo(filled.id as ImportId, Date.now());
    expect(await materialOf(mine.id)).toEqual({ p1: { checklist: ['is prime'] } });
    const other7 = file(writeJsonl([{ ...more[0], reference: 'seven' }]));
    expect(await importInto(database, mine.slug, [other7])).toMatchObject({ material: 1, errors_total: 0 });
    expect(await materialOf(mine.id)).toEqual({ p1: { checklist: ['is prime'], reference: ['seven'] } });
  });

  it('is refused where it says something else, with line, column and value; the rest is taken', async () => {
    const { id, slug } = await emptyCampaign(database);
    const first = file(writeJsonl([battle({ reference: '7' }), battle({ reference: '5', rater: 's' })]));
    expect(await importInto(database, slug, [first], { onError: 'good' })).toMatchObject({
      votes: 1,
      errors: [
        {
          ...{ line: 2, column: 'reference', value: '["5"]' },
          reason: expect.stringContaining('another reference in line 1'),
        },
      ],
    });
    const second = file(
      writeJsonl([
        battle({ reference: '11', rater: 't' }),
        battle({ prompt_id: 'p3', prompt: 'Another.', reference: '3' }),
        { prompt_id: 'p9', model_a: 'x', model_b: 'y', winner: 'tie', reference: '1' },
      ]),
    );
    expect(await importInto(database, slug, [second], { onError: 'good' })).toMatchObject({
      votes: 1,
      material: 1,
      rows: { imported: 1, refused: 2 },
      errors: [
        {
          ...{ line: 1, column: 'reference', value: '["11"]' },
          reason: 'the campaign has another reference for the prompt "p1"',
        },
        { line: 3, column: 'reference', reason: expect.stringContaining('no prompt "p9"') },
      ],
    });
    expect(await materialOf(id)).toEqual({ p1: { reference: ['7'] }, p3: { reference: ['3'] } });
  });

  it('tells prompts of one text apart, as summaries of several contexts are', async () => {
    const { id, slug } = await emptyCampaign(database);
    const rows = ['one', 'two'].map((context) => ({ prompt_id: context, prompt: 'Summarise.', context }));
    expect(await importInto(database, slug, [file(writeJsonl(rows))])).toMatchObject({
      prompts: 2,
      material: 2,
    });
    expect(await materialOf(id)).toEqual({ one: { context: ['one'] }, two: { context: ['two'] } });
  });

  it('comes to battles that were imported without it, undone, and imported with it', async () => {
    const { id, slug } = await emptyCampaign(database);
    const { id: without } = await importInto(database, slug, [file(writeJsonl([battle({})]))]);
    await createImportStore(database).undo(without as ImportId, Date.now());
    await importInto(database, slug, [file(writeJsonl([battle({ checklist: ['is prime'] })]))]);
    const rows = await database.sql`
      select m.value from battles b join prompt_material m on m.prompt_id = b.prompt_id and m.campaign_id = b.campaign_id
      where b.campaign_id = ${id}`;
    expect(rows).toEqual([{ value: ['is prime'] }]);
  });

  it('is in exports, which another campaign imports', async () => {
    const { id, slug } = await emptyCampaign(database);
    const material = {
      ...{ reference: ['7'], rubric: RUBRIC, checklist: ['is prime'], context: ['a', 'b'] },
      criteria: [{ id: 'c', text: 'd', weight: 2 }],
    };
    await importInto(database, slug, [file(writeJsonl([battle(material)]))]);
    const store = createExportStore(database);
    expect((await allOf(store.battles(id))).map((each) => each.material)).toEqual([material]);
    const written = [
      ['prompts', (await allOf(store.prompts(id))).map(rowOf.prompts)],
      ['answers', (await allOf(store.answers(id))).map(rowOf.answers)],
    ] as const;
    for (const [format, rows] of written) {
      for (const [write, extension] of [
        [writeJsonl, 'jsonl'],
        [writeCsv, 'csv'],
      ] as const) {
        const copy = await emptyCampaign(database);
        const result = await importInto(database, copy.slug, [file(write(rows), extension)]);
        expect(result).toMatchObject({ format, material: 5, errors_total: 0 });
        expect(await materialOf(copy.id)).toEqual({ p1: material });
      }
    }
  });
});
