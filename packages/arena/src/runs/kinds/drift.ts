import { landNowhere } from './land-nowhere.ts';
import type { DriftConfig } from './run-kind.ts';

/** Requests of runs of before, asked again to see whether the model behind a name is still the one that it was. */
export const drift = landNowhere<DriftConfig>('drift');
