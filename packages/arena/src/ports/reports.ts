import type { KeptSnapshot, ReportFormat, ReportLocale } from '@agon/contract';

/** Writes reports, outside of the thread that takes votes. */
export interface Reports {
  /** @param hash SHA-256 of what was kept, hex */
  write(kept: KeptSnapshot, hash: string, format: ReportFormat, locale: ReportLocale): Promise<Uint8Array>;
}
