import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  createBoardFits,
  type ExportCampaign,
  exportCampaign,
  type ImportSource,
  SYSTEM_ACTOR,
} from '@agon/arena';
import { type BoardQuery, boardQuerySchema, type RatingResultJson } from '@agon/contract';
import {
  connect,
  createCampaignStore,
  createComparisonStore,
  createContentStore,
  createExporter,
  createExportStore,
  createImportStore,
  type Database,
  openJobProcesses,
} from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { sampleParquet } from '@agon/testkit/parquet';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ratingsOf, runVerb } from '../../apps/cli/src/verbs/run-verb.ts';
import { comparisonFiles } from './comparison-files.ts';
import { emptyCampaign, importInto } from './import-into.ts';

let testDatabase: TestDatabase;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), 'agon-rates-'));
const clock = { now: () => Date.now() };
const processes = openJobProcesses();

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
});
afterAll(async () => {
  processes.close();
  await database.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Imports the files, through the use case. @param known a campaign that is there */
async function imported(files: readonly ImportSource[], known?: CampaignId): Promise<CampaignId> {
  const id = known ?? (await emptyCampaign(database)).id;
  const result = await importInto(database, `c-${id}`, files);
  expect(result.errors).toEqual([]);
  return id;
}

/** Everything of `what` as a file of the export. */
async function exported(id: CampaignId, what: 'votes' | 'verdicts', as: ExportFormat): Promise<string> {
  const { body, fileName } = await exportCampaign({ actor: SYSTEM_ACTOR, campaign: `c-${id}`, what, as }, {
    campaigns: createCampaignStore(database, clock.now),
    exports: createExportStore(database),
    exporter: createExporter(testDatabase.url, processes),
    clock,
  } as Parameters<typeof exportCampaign>[1]);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return written({ name: fileName, content: Buffer.concat(parts) }).path;
}

type ExportFormat = ExportCampaign['as'];
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
function written({ name, content }: { name: string; content: string | Uint8Array }): ImportSource {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, content);
  return { name, path, sha256: String(files).padStart(64, '0') };
}

const clustered = {
  interval: fc.constantFrom('sandwich', 'sandwich', 'fisher'),
  cluster: fc.constantFrom('none', 'rater', 'prompt', 'rater,prompt'),
} as const;
/** Switches that go together: what they refuse, they refuse of a file, too. */
const switches: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({
    method: fc.constant('bradley-terry' as const),
    ties: fc.constantFrom('half', 'half', 'drop', 'model'),
    reweight: fc.constantFrom('none', 'none', 'pair'),
    ...clustered,
  } as const),
  fc.record({
    method: fc.constant('bradley-terry' as const),
    interval: fc.constant('fisher' as const),
    prior: fc.constant(1),
  }),
  fc.record({ method: fc.constantFrom('davidson', 'rao-kupper'), ...clustered } as const),
  fc.record({ method: fc.constantFrom('elo', 'glicko2'), ties: fc.constantFrom('half', 'drop') } as const),
  fc.record({
    method: fc.constant('win-rate' as const),
    baseline: fc.constantFrom(undefined, 'alpha'),
    ...clustered,
  } as const),
  fc.record({ method: fc.constant('contextual' as const), ...clustered } as const),
);
const filters: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ category: 'writing' }) },
  { weight: 1, arbitrary: fc.constant({ language: 'en' }) },
);
/** Questions to files of these sources. */
const queries = (sources: readonly BoardQuery['source'][]): fc.Arbitrary<Asked[]> =>
  fc.array(
    fc
      .tuple(switches, filters, fc.constantFrom(...sources), fc.constantFrom('tie', 'tie', 'drop'))
      .map(([shown, filter, source, both_bad]): Asked => ({ ...shown, ...filter, source, both_bad })),
    { minLength: 2, maxLength: 4 },
  );
/** A smaller example would cost an import each time. */
const RUNS = { numRuns: 6, endOnFailure: true } as const;

describe('a campaign rates what its file rated', () => {
  it.each(Object.entries(comparisonFiles))(
    'to the last digit: %s',
    async (_, { file, sources }) => {
      await fc.assert(
        fc.asyncProperty(file, queries(sources), async ({ name, text }, asked) => {
          const source = written({ name, content: text });
          await expectSame([source.path], await imported([source]), asked);
        }),
        RUNS,
      );
    },
    120_000,
  );

  it('however the file is packed', async () => {
    const { file, sources } = comparisonFiles['plain JSON lines']!;
    await fc.assert(
      fc.asyncProperty(file, queries(sources), async ({ text }, asked) => {
        const plain = written({ name: 'votes.jsonl', content: text });
        const rows = text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        for (const packed of [
          written({ name: 'votes.jsonl.gz', content: gzipSync(text) }),
          written({ name: 'votes.parquet', content: sampleParquet(rows) }),
        ]) {
          await expectSame([plain.path], await imported([packed]), asked);
          await expectSame([packed.path], await imported([plain]), asked.slice(0, 1));
        }
      }),
      { ...RUNS, numRuns: 3 },
    );
  }, 120_000);

  it('and its exports rate the same again', async () => {
    const { file, sources } = comparisonFiles['plain CSV']!;
    await fc.assert(
      fc.asyncProperty(file, queries(sources), async ({ name, text }, asked) => {
        const id = await imported([written({ name, content: text })]);
        const of = (source: 'people' | 'judges') => asked.map((each) => ({ ...each, source }));
        for (const as of ['jsonl', 'csv', 'parquet'] as const) {
          await expectSame([await exported(id, 'votes', as)], id, of('people'));
          await expectSame([await exported(id, 'verdicts', as)], id, of('judges'));
        }
        // FastChat's rows have no prompt
        const unprompted = of('people').map((each) => ({ ...each, cluster: 'rater' as const }));
        await expectSame([await exported(id, 'votes', 'fastchat')], id, unprompted);
      }),
      { ...RUNS, numRuns: 3 },
    );
  }, 120_000);

  it('after a part of it was there before, was undone, and came again', async () => {
    const { file, sources } = comparisonFiles['plain JSON lines']!;
    await fc.assert(
      fc.asyncProperty(file, queries(sources), async ({ name, text }, asked) => {
        const lines = text.trimEnd().split('\n');
        const whole = written({ name, content: text });
        const part = written({ name, content: lines.slice(0, lines.length / 2).join('\n') });
        const id = await imported([part]);
        const imports = createImportStore(database);
        const [first] = await imports.list(id, { after: null, limit: 1 });
        await imports.undo(first!.id, clock.now());
        await imported([whole], id);
        await expectSame([whole.path], id, asked);
      }),
      { ...RUNS, numRuns: 3 },
    );
  }, 120_000);
});
