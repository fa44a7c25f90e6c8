import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBoardFits, type ImportSource, importFiles, SYSTEM_ACTOR } from '@agon/arena';
import {
  type BoardQuery,
  boardQuerySchema,
  campaignSettingsSchema,
  type RatingResultJson,
} from '@agon/contract';
import {
  connect,
  createCampaignStore,
  createComparisonStore,
  createContentStore,
  createIds,
  type Database,
} from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ratingsOf, runVerb } from '../../apps/cli/src/verbs/run-verb.ts';
import { readFiles } from '../../packages/database/src/imports/read-files.ts';
import { runImport } from '../../packages/database/src/imports/run-import.ts';
import { type ComparisonFile, comparisonFiles } from './comparison-files.ts';

let testDatabase: TestDatabase;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), 'agon-rates-'));
const clock = { now: () => Date.now() };
const ids = createIds(clock);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Imports the files into a campaign of their own, through the use case; only the process around it is this one. */
async function imported(files: readonly ImportSource[]): Promise<CampaignId> {
  const id = ids.next() as CampaignId;
  const campaigns = createCampaignStore(database, clock.now);
  const settings = campaignSettingsSchema.parse({});
  const texts = { slug: `c-${id}`, title: 'Rates the same', description: '', attribution: null };
  await campaigns.create({ id, ...texts, state: 'draft', settings, createdAtMs: clock.now() }, null);
  const result = await importFiles(
    {
      actor: SYSTEM_ACTOR,
      campaign: texts.slug,
      files,
      create: false,
      onError: 'none',
      dryRun: false,
      unblinded: 'drop',
      oversampled: 'keep',
    },
    {
      campaigns,
      importer: {
        run: (job, watch = {}) => runImport(database.sql, job, readFiles(job.files, watch), watch),
        inspect: () => Promise.reject(new Error('nobody asks')),
      },
      audit: { record: () => Promise.resolve(), list: () => Promise.resolve([]) } as never,
      feed: { changed() {} } as never,
      clock,
      ids,
    },
  );
  expect(result.errors).toEqual([]);
  return id;
}

type Asked = Partial<BoardQuery>;

/** `agon rank FILE` under the switches of a board. */
async function rank(paths: readonly string[], query: BoardQuery) {
  const { source, method, ties, both_bad: bothBad, interval, cluster, reweight, category, language } = query;
  const filters = { category, language, baseline: query.baseline, prior: query.prior };
  const switches = { source, method, ties, 'both-bad': bothBad, cluster, reweight, ...filters, rounds: 400 };
  const shown = { ...switches, interval: method === 'elo' ? 'none' : interval };
  const options = Object.entries(shown).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return ratingsOf(await runVerb('rank', [...paths, ...options, '--json']));
}

/** What of ratings must be the same. */
function told({ models, comparisons, fit, tie_parameter, style }: RatingResultJson) {
  return { models, used: comparisons.used, fit, tie_parameter, style };
}

async function expectSame(
  paths: readonly string[],
  id: CampaignId,
  queries: readonly Asked[],
): Promise<void> {
  const comparisons = createComparisonStore(database);
  const content = createContentStore(database);
  for (const asked of queries) {
    // a later fit of the same counts begins where the last one ended, which is seen in its last bits
    const fits = createBoardFits({ comparisons, content, clock });
    const query = boardQuerySchema.parse({ cluster: 'none', ...asked });
    const { answer } = await fits.ask(id, { kind: 'board', query }, 'exact');
    const found = answer[query.source];
    const expected = await rank(paths, query);
    if ('code' in expected) expect(found, JSON.stringify([query, expected])).toBeNull();
    else {
      expect(found, `${JSON.stringify(query)}: ${answer.empty[query.source]}`).not.toBeNull();
      expect(told(found!), JSON.stringify(query)).toEqual(told(expected));
    }
  }
}

let files = 0;
function written({ name, text }: Pick<ComparisonFile, 'name' | 'text'>): ImportSource {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, text);
  return { name, path, sha256: String(files).padStart(64, '0') };
}

const query: fc.Arbitrary<Asked> = fc.record({
  source: fc.constantFrom('people', 'judges'),
  method: fc.constantFrom('bradley-terry', 'davidson', 'rao-kupper', 'elo', 'glicko2', 'win-rate'),
  ties: fc.constant('half'),
  both_bad: fc.constantFrom('tie', 'drop'),
  interval: fc.constantFrom('sandwich', 'sandwich', 'fisher', 'bootstrap'),
  cluster: fc.constantFrom('none', 'rater', 'prompt', 'rater,prompt'),
  reweight: fc.constantFrom('none', 'none', 'pair'),
} as const);

describe('a campaign rates what its file rated', () => {
  it.each(Object.entries(comparisonFiles))(
    'to the last digit: %s',
    async (_, file) => {
      await fc.assert(
        fc.asyncProperty(file, fc.array(query, { minLength: 3, maxLength: 5 }), async (given, queries) => {
          const source = written(given);
          await expectSame([source.path], await imported([source]), queries);
        }),
        { numRuns: 12 },
      );
    },
    120_000,
  );
});
