import type { ImportResult } from '@agon/contract';
import type { CampaignId, EpochMs, ImportId, Outcome } from '@agon/domain';
import type { SelfNamingSpan } from './content-store.ts';

export type ImportedModel = {
  readonly name: string;
  readonly title: string;
  readonly provider: string | null;
  readonly licence: string | null;
  readonly openWeights: boolean | null;
  readonly aliases: readonly string[];
};

/** Everything that one import adds, with the names that join its parts. */
export type ImportBundle = {
  readonly id: ImportId;
  readonly campaignId: CampaignId;
  readonly format: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly rows: ImportResult['rows'];
  readonly errors: ImportResult['errors'];
  readonly by: string | null;
  readonly atMs: EpochMs;
  readonly models: readonly ImportedModel[];
  readonly prompts: readonly {
    readonly key: string;
    readonly contentHash: string;
    readonly turns: readonly string[];
    readonly category: string | null;
    readonly language: string | null;
    readonly reference: readonly string[] | null;
  }[];
  readonly answers: readonly {
    readonly promptKey: string;
    readonly model: string;
    readonly turns: readonly string[];
    readonly contentHash: string;
    readonly selfNaming: readonly (readonly SelfNamingSpan[])[] | null;
  }[];
  readonly battles: readonly {
    readonly key: string;
    readonly promptKey: string | null;
    readonly modelA: string;
    readonly modelB: string;
    readonly turns: number | null;
    readonly category: string | null;
    readonly language: string | null;
  }[];
  readonly votes: readonly {
    readonly battleKey: string;
    /** The source's name of the rater, or one made from the row where it names none. */
    readonly rater: string;
    readonly outcome: Outcome;
    readonly key: string;
    readonly atMs: EpochMs;
  }[];
  readonly verdicts: readonly {
    readonly battleKey: string;
    readonly judge: string;
    readonly outcome: Outcome;
    readonly shareA: number | null;
    readonly repeat: number;
    readonly atMs: EpochMs;
  }[];
  readonly scores: readonly {
    readonly model: string;
    readonly benchmark: string;
    readonly score: number;
    readonly n: number | null;
    readonly source: string;
  }[];
};

export type ImportCounts = Pick<
  ImportResult,
  'models' | 'prompts' | 'answers' | 'votes' | 'verdicts' | 'scores'
>;

export type ImportRecord = {
  readonly id: ImportId;
  readonly campaignId: CampaignId;
  readonly format: string;
  readonly files: readonly string[];
  readonly rows: ImportResult['rows'];
  readonly atMs: EpochMs;
  readonly undoneAtMs: EpochMs | null;
};

export type ImportWatch = {
  /** Rows of the bundle that were handed to the database so far, and all of them. */
  readonly onRows?: (done: number, total: number) => void;
  /** Aborted: the transaction is rolled back and `write` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

export interface ImportStore {
  /** One transaction. What is there already is left as it is; returns what was new. */
  write(bundle: ImportBundle, watch?: ImportWatch): Promise<ImportCounts>;
  list(
    campaign: CampaignId,
    page: { readonly after: ImportId | null; readonly limit: number },
  ): Promise<readonly ImportRecord[]>;
  find(id: ImportId): Promise<ImportRecord | null>;
  /** Its rows stay and every reader leaves them out; importing the same again brings them back. */
  undo(id: ImportId, atMs: EpochMs): Promise<ImportRecord>;
}
