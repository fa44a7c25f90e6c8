import type { KeptSnapshot, ReportFormat, ReportLocale } from '@agon/contract';

/** Writes reports, outside of the thread that takes votes. */
export interface Reports {
  write(kept: KeptSnapshot, format: ReportFormat, locale: ReportLocale): Promise<Uint8Array>;
}
