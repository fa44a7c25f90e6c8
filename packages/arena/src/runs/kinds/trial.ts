import { landNowhere } from './land-nowhere.ts';
import type { TrialConfig } from './run-kind.ts';

/** A dry run. */
export const trial = landNowhere<TrialConfig>('trial');
