import type { EXPORT_WHATS } from '@agon/contract';
import type { CampaignId } from '@agon/domain';

/** What a campaign has as stored rows; a board is fitted from them. */
export type StoredKind = Exclude<(typeof EXPORT_WHATS)[number], 'board' | 'completions'>;

/** A file that is there until it was read, or its reader turned away. */
export type ExportedFile = {
  readonly byteLength: number;
  /** To be read once: to its end, or until `return`. */
  readonly body: AsyncIterableIterator<Uint8Array, undefined>;
};

/** Makes files that take long to make, outside of the thread that takes votes. */
export interface Exporter {
  /**
   * All rows of `what` as a Parquet file, once it is whole. Aborted: nothing of it stays, and it rejects with the
   * signal's reason.
   */
  parquet(campaign: CampaignId, what: StoredKind, signal?: AbortSignal): Promise<ExportedFile>;
}
