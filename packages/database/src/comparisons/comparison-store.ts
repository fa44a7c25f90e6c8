import type { CampaignComparisons, ComparisonStore } from '@agon/arena';
import { type CampaignId, OUTCOME_CODES, type Outcome } from '@agon/domain';
import type { Database } from '../connect.ts';
import { type CampaignState, readImports, readQuarantine, readState } from './campaign-state.ts';
import type { ReadRule, VerdictRange } from './comparison-sql.ts';
import { GrowingBlock, IS_GONE, IS_UNDONE } from './growing-block.ts';
import { CampaignNames, loadVerdicts, loadVotes, MOST_IMPORTS, reasonOf } from './load-rows.ts';
import { LookBack } from './look-back.ts';

type Loaded = {
  revision: number;
  /** Of the last read. */
  state: CampaignState;
  voteSeq: number;
  readonly revisions: LookBack;
  readonly verdicts: LookBack;
  /** Judges' verdicts that may be read again. */
  verdictsSeen: Set<number>;
  /** Imports whose rows are here, and whether they were undone. */
  readonly imports: Map<string, boolean>;
  /** Votes that are here and in quarantine: the reason, by place in the chain. */
  readonly quarantined: Map<number, string>;
  readonly people: GrowingBlock;
  readonly judges: GrowingBlock;
  readonly names: CampaignNames;
};

/** Revisions that are held as rows at a time. */
const BATCH = 5000;
/** Verdicts that are remembered before those are let go that will not be read again. */
const MOST_SEEN = 10_000;

type RevisionRow = {
  readonly id: number;
  readonly seq: number;
  readonly kind: 'undo' | 'recast';
  readonly outcome: Outcome | null;
};

/**
 * Comparisons of a campaign in memory, as columns. The first read streams them in; each later one fetches only what is
 * new: votes by their place in the chain, revisions and judges' verdicts by their sequence (see `LookBack`), verdicts of a
 * new import by the import. Rows of an import that was undone are marked as gone, those that come into quarantine or leave
 * it as they are then. Another rule for answers that name their model loads anew, and so does an import that may bring
 * back rows of one that was undone.
 */
export function createComparisonStore({ sql }: Database): ComparisonStore {
  const loaded = new Map<CampaignId, Loaded>();
  /** Revisions go on from here where a campaign is loaded anew. */
  const lastRevision = new Map<CampaignId, number>();
  const reading = new Map<CampaignId, Promise<CampaignComparisons>>();

  async function update(campaign: CampaignId): Promise<CampaignComparisons> {
    let current = loaded.get(campaign);
    const back = backOf(current);
    const state = await readState(sql, campaign, back);
    // not kept while it changes: a read that fails half way begins anew
    loaded.delete(campaign);
    const taken = current !== undefined && (await takeChanges(sql, campaign, current, state, back));
    if (!taken) {
      const revision = (lastRevision.get(campaign) ?? 0) + 1;
      lastRevision.set(campaign, revision);
      current = await loadAll(sql, campaign, revision);
    }
    lastRevision.set(campaign, current!.revision);
    loaded.set(campaign, current!);
    return present(current!);
  }

  return {
    read(campaign) {
      const running = reading.get(campaign);
      if (running !== undefined) return running;
      const promise = update(campaign).finally(() => reading.delete(campaign));
      reading.set(campaign, promise);
      return promise;
    },
  };
}

type Back = { readonly revisions: number; readonly verdicts: number };

function backOf(current: Loaded | undefined): Back {
  const atMs = current?.state.atMs ?? 0;
  return { revisions: current?.revisions.after(atMs) ?? 0, verdicts: current?.verdicts.after(atMs) ?? 0 };
}

function emptyOf(state: CampaignState, revision: number): Loaded {
  return {
    revision,
    state,
    voteSeq: 0,
    revisions: new LookBack(),
    verdicts: new LookBack(),
    verdictsSeen: new Set(),
    imports: new Map(),
    quarantined: new Map(),
    people: new GrowingBlock(revision),
    judges: new GrowingBlock(revision),
    names: new CampaignNames(),
  };
}

function ruleOf({ naming, quarantined, undone }: CampaignState): ReadRule {
  return { namesItself: naming === 'exclude', quarantine: quarantined > 0, undone: undone > 0 };
}

async function loadAll(sql: Database['sql'], campaign: CampaignId, revision: number): Promise<Loaded> {
  // before the state: an import that ends between the two is looked at again with the next one, which finds its rows known
  const imports = await readImports(sql, campaign);
  const state = await readState(sql, campaign, { revisions: 0, verdicts: 0 });
  const current = emptyOf(state, revision);
  for (const { id, undone } of imports) current.imports.set(id, undone);
  await appendVotes(sql, campaign, current, state);
  await appendVerdicts(sql, campaign, current, state, 'all', () => false);
  const rows = revisionsAfter(sql, campaign, 0);
  for await (const batch of rows.cursor(BATCH)) applyRevisions(current, batch);
  settle(current, state, 0);
  return current;
}

/** Brings the columns up to date. @returns false where they must be loaded anew */
async function takeChanges(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
  back: Back,
): Promise<boolean> {
  const { people, judges } = current;
  const before = current.state;
  if (before.naming !== state.naming) return false;
  const [votes, verdicts] = [people.length, judges.length];
  let changed = false;
  if (before.imports !== state.imports || before.undone !== state.undone) {
    const known = await takeImports(sql, campaign, current, state);
    if (known === null) return false;
    changed = known;
  }
  await appendVotes(sql, campaign, current, state);
  if (before.quarantine !== state.quarantine) {
    changed = takeQuarantine(current, votes, await readQuarantine(sql, campaign)) || changed;
  }
  if (before.verdicts !== state.verdicts) {
    const seen = current.verdictsSeen;
    await appendVerdicts(sql, campaign, current, state, { after: back.verdicts }, (seq) => seen.has(seq));
  }
  if (before.revisions !== state.revisions) {
    const rows = await revisionsAfter(sql, campaign, back.revisions);
    const revised = new Set(rows.map(({ seq }) => people.rowOf(seq)).filter((row) => row >= 0));
    changed = people.change(votes, revised, () => applyRevisions(current, rows)) || changed;
  }
  settle(current, state, verdicts);
  if (changed || people.length !== votes || judges.length !== verdicts) current.revision += 1;
  return true;
}

/** @param verdicts that were there before the read which has ended */
function settle(current: Loaded, state: CampaignState, verdicts: number): void {
  const { judges } = current;
  current.state = state;
  current.revisions.readAt(state.atMs);
  for (let row = verdicts; row < judges.length; row += 1) {
    // those of imports are found by their import
    if (judges.source[row] === 0) current.verdicts.saw(judges.seq[row]!);
  }
  current.verdicts.readAt(state.atMs);
  const after = current.verdicts.after(state.atMs);
  if (current.verdictsSeen.size > MOST_SEEN) {
    current.verdictsSeen = new Set([...current.verdictsSeen].filter((seq) => seq > after));
  }
  for (let row = verdicts; row < judges.length; row += 1) {
    if (judges.source[row] === 0 && judges.seq[row]! > after) current.verdictsSeen.add(judges.seq[row]!);
  }
}

async function appendVotes(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
): Promise<void> {
  const { people, names, quarantined } = current;
  const range = { after: current.voteSeq, upTo: state.seq };
  await loadVotes(sql, campaign, people, names, range, quarantined, ruleOf(state));
  current.voteSeq = Math.max(current.voteSeq, state.seq);
}

async function appendVerdicts(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
  range: VerdictRange,
  isKnown: (seq: number) => boolean,
): Promise<void> {
  const { judges, names } = current;
  await loadVerdicts(sql, campaign, judges, names, range, isKnown, ruleOf(state));
}

/** Takes new imports in, and marks rows of those that were undone. @returns whether rows changed; null: load anew */
async function takeImports(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
): Promise<boolean | null> {
  const found = await readImports(sql, campaign);
  const fresh = found.filter(({ id }) => !current.imports.has(id));
  // rows of an undone import that another one brings again change where they stand
  if (fresh.length > 0 && found.some(({ undone }) => undone)) return null;
  const undone = found.filter((each) => each.undone && current.imports.get(each.id) === false);
  let changed = false;
  for (const { id } of undone) {
    const marked = markGone(current, id);
    if (marked === null) return null;
    changed = marked || changed;
  }
  for (const { id } of fresh) {
    const known = new Set(
      rowsOfImport(current.judges, placeOfImport(current, id)).map((row) => current.judges.seq[row]!),
    );
    await appendVerdicts(sql, campaign, current, state, { importId: id }, (seq) => known.has(seq));
  }
  for (const each of found) current.imports.set(each.id, each.undone);
  return changed;
}

/** As a block's `source` has it; -1 where no row came by the import. */
function placeOfImport({ names }: Loaded, id: string): number {
  for (let code = 0; code < names.imports.size; code += 1) {
    if (names.imports.nameOf(code) === id) return code + 1;
  }
  return -1;
}

function rowsOfImport({ source, length }: GrowingBlock, place: number): number[] {
  const rows: number[] = [];
  if (place > 0) for (let row = 0; row < length; row += 1) if (source[row] === place) rows.push(row);
  return rows;
}

/** @returns whether rows changed; null where it is not known which came by the import */
function markGone(current: Loaded, id: string): boolean | null {
  const place = placeOfImport(current, id);
  if (place >= MOST_IMPORTS) return null;
  const undone = current.names.undone;
  const marked = [current.people, current.judges].map((block) => {
    const rows = rowsOfImport(block, place);
    return block.change(block.length, rows, () => {
      for (const row of rows) block.flag(row, IS_GONE, true, undone);
    });
  });
  return marked.includes(true);
}

/** @param seen votes that were there before this read */
function takeQuarantine(current: Loaded, seen: number, found: ReadonlyMap<number, string>): boolean {
  const { people, names, quarantined } = current;
  const undone = names.undone;
  const differing = new Map<number, number>();
  for (const seq of new Set([...quarantined.keys(), ...found.keys()])) {
    const row = people.rowOf(seq);
    if (row >= 0 && quarantined.get(seq) !== found.get(seq)) differing.set(seq, row);
  }
  return people.change(seen, differing.values(), () => {
    for (const [seq, row] of differing) {
      const reason = found.get(seq) ?? null;
      people.reason[row] = reasonOf(people.flags[row]!, reason, names);
      people.exclude(row, undone);
      if (reason === null) quarantined.delete(seq);
      else quarantined.set(seq, reason);
    }
  });
}

function revisionsAfter(sql: Database['sql'], campaign: CampaignId, after: number) {
  return sql<RevisionRow[]>`
    select r.id, v.seq, r.kind, r.outcome from vote_revisions r join votes v on v.id = r.vote_id
    where r.campaign_id = ${campaign} and r.id > ${after} and r.kind in ('undo', 'recast')
    order by r.id`;
}

/** Applies undone and recast votes, in their order: one that was applied before, with all that came after it, changes nothing. */
function applyRevisions({ people, names, revisions }: Loaded, rows: readonly RevisionRow[]): void {
  const undone = names.undone;
  for (const revision of rows) {
    const row = people.rowOf(revision.seq);
    revisions.saw(revision.id);
    if (row < 0) continue;
    if (revision.outcome !== null) people.outcome[row] = OUTCOME_CODES[revision.outcome];
    people.flag(row, IS_UNDONE, revision.kind === 'undo', undone);
  }
}

function present({ revision, people, judges, names }: Loaded): CampaignComparisons {
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
