import type { ImportedModel, ImportJob, ImportOutcome, ImportStore, ImportWatch } from '@agon/arena';
import { createImportStore, type Database, type ReadSource, runImport } from '@agon/database';
import type { CampaignId, EpochMs, ImportId, Outcome } from '@agon/domain';
import { RowFault } from '@agon/formats';

/** Battles that say what they are about; votes and verdicts name one by its `key`. A battle that nothing compares is not there. */
type BundledBattle = {
  readonly key: string;
  readonly promptKey: string | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly turns: number | null;
  readonly category: string | null;
  readonly language: string | null;
};

type BundledComparison = {
  readonly battleKey: string;
  readonly outcome: Outcome;
  readonly shareA?: number | null;
  readonly weight?: number;
  /** The source's own id. */
  readonly key?: string;
  readonly atMs: EpochMs | null;
};

/** An import as a test says it: the rows of one file, record by record. */
export type ImportBundle = {
  readonly id: ImportId;
  readonly campaignId: CampaignId;
  readonly format: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly by: string | null;
  readonly atMs: EpochMs;
  readonly models: readonly ImportedModel[];
  readonly prompts: readonly {
    readonly key: string;
    readonly turns: readonly string[];
    readonly category: string | null;
    readonly language: string | null;
  }[];
  readonly answers: readonly {
    readonly promptKey: string;
    readonly model: string;
    readonly turns: readonly string[];
  }[];
  readonly battles: readonly BundledBattle[];
  readonly votes: readonly (BundledComparison & { readonly rater: string | null })[];
  readonly verdicts: readonly (BundledComparison & { readonly judge: string })[];
  readonly scores: readonly {
    readonly model: string;
    readonly benchmark: string;
    readonly score: number;
    readonly n: number | null;
    readonly source: string;
    readonly chance?: number | null;
  }[];
};

/** What a test may ask of the import beyond its rows. */
export type BundleRules = Partial<Pick<ImportJob, 'onError' | 'dryRun' | 'unblinded' | 'oversampled'>>;

/** Imports as they were, and new ones out of bundles. */
export type WritableImports = ImportStore & {
  write(bundle: ImportBundle, watch?: ImportWatch, rules?: BundleRules): Promise<ImportOutcome>;
};

export function writableImports(database: Database): WritableImports {
  return {
    ...createImportStore(database),
    write: (bundle, watch, rules) => writeBundle(database, bundle, watch, rules),
  };
}

/** Imports what the bundle says, in this process, as an importer does with what files say. */
export function writeBundle(
  database: Pick<Database, 'sql'>,
  bundle: ImportBundle,
  watch: ImportWatch = {},
  rules: BundleRules = {},
): Promise<ImportOutcome> {
  const { id, campaignId, by, atMs, models } = bundle;
  const files = bundle.files.map((file) => ({ ...file, path: file.name }));
  const job: ImportJob = {
    id,
    campaignId,
    files,
    unblinded: 'drop',
    oversampled: 'keep',
    onError: 'none',
    dryRun: false,
    shuffleSides: false,
    seed: 1,
    models,
    by,
    atMs,
    ...rules,
  };
  return runImport(database.sql, job, rowsOf(bundle), watch);
}

function rowsOf(bundle: ImportBundle): ReadSource {
  return async (sink, flush) => {
    const name = bundle.files[0]?.name ?? '';
    let line = 0;
    const each = <R extends object>(
      records: readonly R[],
      say: (at: { file: string; line: number }, record: R) => void,
    ) => {
      for (const record of records) {
        line += 1;
        const at = { file: name, line };
        sink.startRow(record as Readonly<Record<string, unknown>>);
        try {
          say(at, record);
        } catch (fault) {
          if (!(fault instanceof RowFault)) throw fault;
          sink.refuse(at, fault.message, fault.column, fault.value);
        }
      }
    };
    sink.startFile(1);
    each(bundle.prompts, (at, { key, turns, category, language }) => {
      sink.prompt(at, { key, turns, ...present({ category, language }) });
    });
    each(bundle.answers, (at, answer) => sink.answer(at, answer));
    const battles = new Map(bundle.battles.map((battle) => [battle.key, battle]));
    each(bundle.votes, (at, { rater, ...vote }) => {
      sink.comparison(at, { ...comparisonOf(battles, vote), source: 'people', ...present({ rater }) });
    });
    each(bundle.verdicts, (at, { judge, ...verdict }) => {
      sink.comparison(at, { ...comparisonOf(battles, verdict), source: 'judges', rater: judge });
    });
    each(bundle.scores, (at, score) => sink.score(at, { chance: null, ...score }));
    await flush();
    return [{ name, format: bundle.format, rows: line, unused: [], models: [], labels: [] }];
  };
}

function comparisonOf(
  battles: ReadonlyMap<string, BundledBattle>,
  { battleKey, outcome, shareA = null, weight, key, atMs }: BundledComparison,
) {
  const battle = battles.get(battleKey);
  if (battle === undefined) throw new Error(`The bundle has no battle ${battleKey}.`);
  const { promptKey, modelA, modelB, turns: turn, category, language } = battle;
  return {
    modelA,
    modelB,
    outcome,
    ...present({ promptKey, turn, category, language, shareA, atMs }),
    ...(weight === undefined ? {} : { weight }),
    ...(key === undefined ? {} : { key }),
  };
}

type Present<Fields> = { readonly [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** A source leaves out what it does not know. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<Fields>;
}
