import { readFileSync } from 'node:fs';
import type { JudgeCatalogue } from '@agon/arena';
import { parseJudge } from '@agon/judging';

/** A judge that comes with Agon, which asks probes beside its battles. */
export const PAIR_EXPLAIN = readFileSync(
  new URL('../../judges/pair-explain/judge.md', import.meta.url),
  'utf8',
);
/** The same where calls are counted. */
export const WITHOUT_PROBES = PAIR_EXPLAIN.replace('id: pair-explain\n', 'id: pair-explain\nprobes: []\n');

export const judgesWithoutProbes: JudgeCatalogue = { all: async () => [parseJudge(WITHOUT_PROBES)] };
