import type { FileInspection, ImportResult } from '@agon/contract';
import type { CampaignId, EpochMs, ImportId } from '@agon/domain';
import type { ReadOptions } from '@agon/formats';

export type ImportedModel = {
  readonly name: string;
  readonly title: string;
  readonly provider: string | null;
  readonly licence: string | null;
  readonly openWeights: boolean | null;
  readonly aliases: readonly string[];
};

/** A file that lies where the importer can read it. */
export type ImportSource = ReadOptions & {
  readonly name: string;
  readonly path: string;
  /** Of its bytes, as hexadecimal digits. */
  readonly sha256: string;
};

/** One import: what to read, where it belongs, and by which rules. */
export type ImportJob = {
  readonly id: ImportId;
  /** Null: a preview of a campaign that is not there yet. */
  readonly campaignId: CampaignId | null;
  readonly files: readonly ImportSource[];
  readonly unblinded: 'drop' | 'keep';
  readonly oversampled: 'keep' | 'drop';
  /** Rows with faults: the good ones are taken, or nothing is. */
  readonly onError: 'good' | 'none';
  /** Everything is read and compared with what is there, nothing is written. */
  readonly dryRun: boolean;
  /** Exchange the slots of battles by a seeded coin: for sources whose side order is confounded with the model. */
  readonly shuffleSides: boolean;
  readonly seed: number;
  /** What is known of models beyond their names. */
  readonly models: readonly ImportedModel[];
  readonly by: string | null;
  readonly atMs: EpochMs;
};

/** How far an import is: imports before it, bytes read of all, or rows written of all. */
export type ImportProgress = {
  readonly stage: 'waiting' | 'reading' | 'writing';
  readonly done: number;
  readonly total: number;
};

export type ImportWatch = {
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Aborted: nothing of the import stays, and `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** What an import did, or would do. `written`: something new is there now. */
export type ImportOutcome = Omit<ImportResult, 'id' | 'campaign'> & { readonly written: boolean };

/** Reads and writes whole imports, outside of the thread that takes votes. */
export interface Importer {
  /** @throws ArenaError unknown_format, invalid_file, unknown_option where a file cannot be read at all */
  run(job: ImportJob, watch?: ImportWatch): Promise<ImportOutcome>;
  /** What a file is, by its first rows. */
  inspect(file: Pick<ImportSource, 'name' | 'path'>): Promise<FileInspection>;
}

export type ImportRecord = {
  readonly id: ImportId;
  readonly campaignId: CampaignId;
  readonly format: string;
  readonly files: readonly string[];
  readonly rows: ImportResult['rows'];
  readonly atMs: EpochMs;
  readonly undoneAtMs: EpochMs | null;
};

export interface ImportStore {
  list(
    campaign: CampaignId,
    page: { readonly after: ImportId | null; readonly limit: number },
  ): Promise<readonly ImportRecord[]>;
  find(id: ImportId): Promise<ImportRecord | null>;
  /** Its rows stay and every reader leaves them out. */
  undo(id: ImportId, atMs: EpochMs): Promise<ImportRecord>;
}
