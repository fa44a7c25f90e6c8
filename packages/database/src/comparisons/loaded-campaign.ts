import type { CampaignComparisons } from '@agon/arena';
import { OUTCOME_CODES, type Outcome } from '@agon/domain';
import type { CampaignState, QuarantinedVote } from './campaign-state.ts';
import type { ReadRule } from './comparison-sql.ts';
import { CHANGED_AFTER_REVEAL, GrowingBlock, IS_GONE, IS_QUARANTINED, IS_UNDONE } from './growing-block.ts';
import { CampaignNames, reasonOf } from './load-rows.ts';
import { SequenceWindow } from './sequence-window.ts';
import { VoteRuns } from './vote-runs.ts';

/** A campaign's comparisons as they are in memory. */
export type Loaded = {
  revision: number;
  /** Of the last read. */
  state: CampaignState;
  voteSeq: number;
  readonly revisions: SequenceWindow;
  readonly verdicts: SequenceWindow;
  /** Judges' verdicts that may be read again. */
  verdictsSeen: Set<number>;
  /** Imports whose rows are here, by id: as a block's `source` has them, and whether they were undone. */
  readonly imports: Map<string, { readonly source: number; undone: boolean }>;
  /** Rows of votes that are in quarantine. */
  readonly quarantined: Set<number>;
  readonly runs: VoteRuns;
  readonly people: GrowingBlock;
  readonly judges: GrowingBlock;
  readonly names: CampaignNames;
};

export type VoteRevision = {
  readonly id: number;
  readonly seq: number;
  readonly importId: string | null;
  readonly kind: 'undo' | 'recast';
  readonly outcome: Outcome | null;
  /** Cast anew by somebody who knew the names. */
  readonly afterReveal: boolean;
};

export function emptyOf(state: CampaignState, revision: number): Loaded {
  return {
    revision,
    state,
    voteSeq: 0,
    revisions: new SequenceWindow(),
    verdicts: new SequenceWindow(),
    verdictsSeen: new Set(),
    imports: new Map(),
    quarantined: new Set(),
    runs: new VoteRuns(),
    people: new GrowingBlock(revision),
    judges: new GrowingBlock(revision),
    names: new CampaignNames(),
  };
}

export function ruleOf({ naming, quarantined, undone }: CampaignState): ReadRule {
  return { namesItself: naming === 'exclude', quarantine: quarantined, undone: undone > 0 };
}

/** The row of a vote; -1 where it is not here. */
export function rowOf(
  { imports, runs, people }: Loaded,
  { importId, seq }: Pick<QuarantinedVote, 'importId' | 'seq'>,
): number {
  const source = importId === null ? 0 : imports.get(importId)?.source;
  return source === undefined ? -1 : runs.rowOf(source, seq, people.seq);
}

/** Takes out what an import brought. @returns whether rows changed */
export function markGone({ people, judges, runs, names }: Loaded, source: number): boolean {
  const undone = names.undone;
  const verdicts: number[] = [];
  for (let row = 0; row < (judges.source === null ? 0 : judges.length); row += 1)
    if (judges.source![row] === source) verdicts.push(row);
  const marked = [[people, runs.ofImport(source)] as const, [judges, verdicts] as const].map(
    ([block, rows]) =>
      block.change(block.length, rows, () => {
        for (const row of rows) block.flag(row, IS_GONE, true, undone);
      }),
  );
  return marked.includes(true);
}

/** Notes which of the rows from `first` on came in quarantine. */
export function noteQuarantine({ people, quarantined }: Loaded, first: number): void {
  for (let row = first; row < people.length; row += 1)
    if ((people.flags[row]! & IS_QUARANTINED) !== 0) quarantined.add(row);
}

/**
 * Brings the reasons of votes in line with what is in quarantine now.
 * @param seen votes that were there before this read
 * @returns whether rows changed
 */
export function takeQuarantine(current: Loaded, seen: number, found: readonly QuarantinedVote[]): boolean {
  const { people, names, quarantined } = current;
  const undone = names.undone;
  const reasons = new Map<number, string>();
  for (const vote of found) {
    const row = rowOf(current, vote);
    if (row >= 0) reasons.set(row, vote.reason);
  }
  const placeOf = (row: number) => reasonOf(people.flags[row]!, reasons.get(row) ?? null, names);
  const differing: number[] = [];
  for (const row of new Set([...quarantined, ...reasons.keys()])) {
    const isIn = reasons.has(row);
    if (quarantined.has(row) !== isIn || people.reason[row] !== placeOf(row)) differing.push(row);
  }
  return people.change(seen, differing, () => {
    for (const row of differing) {
      people.reason[row] = placeOf(row);
      people.flag(row, IS_QUARANTINED, reasons.has(row), undone);
      if (reasons.has(row)) quarantined.add(row);
      else quarantined.delete(row);
    }
  });
}

/** Applies undone and recast votes, in their order: one that was applied before, with all that came after it, changes nothing. */
export function applyRevisions(current: Loaded, rows: readonly VoteRevision[]): void {
  const { people, names, revisions } = current;
  const undone = names.undone;
  for (const revision of rows) {
    const row = rowOf(current, revision);
    revisions.saw(revision.id);
    if (row < 0) continue;
    if (revision.outcome !== null) people.outcome[row] = OUTCOME_CODES[revision.outcome];
    if (revision.afterReveal) {
      const flags = people.flags[row]! | CHANGED_AFTER_REVEAL;
      people.flags[row] = flags;
      if ((flags & IS_QUARANTINED) === 0) people.reason[row] = reasonOf(flags, null, names);
    }
    people.flag(row, IS_UNDONE, revision.kind === 'undo', undone);
  }
}

export function present({ revision, people, judges, names }: Loaded): CampaignComparisons {
  return {
    revision,
    people: people.present(),
    judges: judges.present(),
    reasons: names.reasons.names,
    categories: names.categories.names,
    languages: names.languages.names,
    raters: names.raters,
    prompts: names.prompts,
    answers: names.answers,
  };
}
