import type { CampaignComparisons, ComparisonStore } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import type { Database } from '../connect.ts';
import {
  type CampaignState,
  type ImportSpan,
  readImports,
  readQuarantine,
  readSpans,
  readState,
} from './campaign-state.ts';
import type { VerdictRange, VoteRange } from './comparison-sql.ts';
import { loadVerdicts, loadVotes } from './load-rows.ts';
import {
  applyRevisions,
  emptyOf,
  type Loaded,
  markGone,
  noteQuarantine,
  present,
  rowOf,
  ruleOf,
  takeQuarantine,
  type VoteRevision,
} from './loaded-campaign.ts';
import { VoteLayout } from './vote-layout.ts';

/** Revisions that are held as rows at a time. */
const BATCH = 5000;
/** Verdicts that are remembered before those are let go that will not be read again. */
const MAX_SEEN = 10_000;

/**
 * Comparisons of a campaign in memory, as columns. The first read streams them in; each later one fetches only what is
 * new: votes by their place in the chain, revisions and judges' verdicts by their sequence (see `SequenceWindow`), what an
 * import brought by the import. Votes lie in the order of the chain; an import has one link of it, and its votes lie there
 * in the order of its file. Rows of an import that was undone are marked as gone, those that come into quarantine or leave
 * it as they are then. Another rule for answers that name their model, and replies that
 * were read again, load anew.
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
    const { naming, readings } = current?.state ?? {};
    if (current !== undefined && naming === state.naming && readings === state.readings) {
      await takeChanges(sql, campaign, current, state, back);
    } else {
      const revision = (lastRevision.get(campaign) ?? 0) + 1;
      lastRevision.set(campaign, revision);
      current = await loadAll(sql, campaign, revision);
    }
    lastRevision.set(campaign, current.revision);
    loaded.set(campaign, current);
    return present(current);
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

async function loadAll(sql: Database['sql'], campaign: CampaignId, revision: number): Promise<Loaded> {
  const state = await readState(sql, campaign, { revisions: 0, verdicts: 0 });
  const current = emptyOf(state, revision);
  const { spans } = await registerImports(sql, campaign, current, state);
  await appendVotes(sql, campaign, current, state, spans, 'all');
  const { judges, names, imports } = current;
  const taken = new Set([0, ...[...imports.values()].map(({ source }) => source)]);
  await loadVerdicts(sql, campaign, judges, names, 'all', (_, source) => taken.has(source), ruleOf(state));
  const rows = revisionsAfter(sql, campaign, 0);
  for await (const batch of rows.cursor(BATCH)) applyRevisions(current, batch);
  settle(current, state, 0);
  return current;
}

/** Brings the columns up to date. */
async function takeChanges(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
  back: Back,
): Promise<void> {
  const { people, judges, names } = current;
  const before = current.state;
  const rule = ruleOf(state);
  const [votes, verdicts] = [people.length, judges.length];
  const looks = before.imports !== state.imports || before.undone !== state.undone;
  const { fresh, spans, undone } = looks ? await registerImports(sql, campaign, current, state) : NONE;
  let changed = false;
  for (const source of undone) changed = markGone(current, source) || changed;
  await appendVotes(sql, campaign, current, state, spans, 'new');
  if (before.quarantine !== state.quarantine) {
    changed = takeQuarantine(current, votes, await readQuarantine(sql, campaign)) || changed;
  }
  const load = (range: VerdictRange, isTaken: (seq: number) => boolean) =>
    loadVerdicts(sql, campaign, judges, names, range, isTaken, rule);
  for (const importId of fresh) await load({ importId }, () => true);
  if (before.verdicts !== state.verdicts) {
    const seen = current.verdictsSeen;
    await load({ after: back.verdicts }, (seq) => !seen.has(seq));
  }
  if (before.revisions !== state.revisions) {
    const rows = await revisionsAfter(sql, campaign, back.revisions);
    const revised = new Set(rows.map((row) => rowOf(current, row)).filter((row) => row >= 0));
    changed = people.change(votes, revised, () => applyRevisions(current, rows)) || changed;
  }
  settle(current, state, verdicts);
  if (changed || people.length !== votes || judges.length !== verdicts) current.revision += 1;
}

/** @param verdicts that were there before the read which has ended */
function settle(current: Loaded, state: CampaignState, verdicts: number): void {
  const { judges } = current;
  const isJudged = (row: number) => judges.source === null || judges.source[row] === 0;
  current.state = state;
  current.revisions.readAt(state.atMs);
  for (let row = verdicts; row < judges.length; row += 1) {
    // those of imports are found by their import
    if (isJudged(row)) current.verdicts.saw(judges.seq[row]!);
  }
  current.verdicts.readAt(state.atMs);
  const after = current.verdicts.after(state.atMs);
  if (current.verdictsSeen.size > MAX_SEEN) {
    current.verdictsSeen = new Set([...current.verdictsSeen].filter((seq) => seq > after));
  }
  for (let row = verdicts; row < judges.length; row += 1) {
    if (isJudged(row) && judges.seq[row]! > after) current.verdictsSeen.add(judges.seq[row]!);
  }
}

type Registered = {
  /** Imports whose rows are to be read. */
  readonly fresh: readonly string[];
  /** Of those with votes: where these stand. */
  readonly spans: readonly ImportSpan[];
  /** As a block's `source` has them, those that were undone since. */
  readonly undone: readonly number[];
};
const NONE: Registered = { fresh: [], spans: [], undone: [] };

/** Looks for imports. One that came after `state` was read waits for the next read: votes before it are not here yet. */
async function registerImports(
  sql: Database['sql'],
  campaign: CampaignId,
  { imports, names }: Loaded,
  state: CampaignState,
): Promise<Registered> {
  const found = await readImports(sql, campaign);
  const unknown = found.filter(({ id, undone }) => !undone && !imports.has(id)).map(({ id }) => id);
  const spans = unknown.length === 0 ? [] : await readSpans(sql, campaign, unknown);
  const late = new Set(spans.filter(({ place }) => place > state.seq).map(({ id }) => id));
  const gone: number[] = [];
  for (const { id, undone } of found) {
    const known = imports.get(id);
    if (known === undefined) {
      if (!late.has(id)) imports.set(id, { source: names.imports.codeOfName(id) + 1, undone });
    } else if (undone && !known.undone) {
      known.undone = true;
      gone.push(known.source);
    }
  }
  const isInTime = (id: string) => !late.has(id);
  return { fresh: unknown.filter(isInTime), spans: spans.filter(({ id }) => isInTime(id)), undone: gone };
}

/** @param read `all`: nothing is here yet, and one pass finds everything */
async function appendVotes(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: CampaignState,
  spans: readonly ImportSpan[],
  read: 'all' | 'new',
): Promise<void> {
  const { people, names, imports, runs } = current;
  const chain = { after: current.voteSeq, upTo: Math.max(current.voteSeq, state.seq) };
  const ranges: VoteRange[] = [];
  if (read === 'all' && spans.length > 0) ranges.push({ allUpTo: chain.upTo });
  else {
    if (chain.upTo > chain.after) ranges.push(chain);
    for (const { id } of spans) ranges.push({ importId: id });
  }
  if (ranges.length === 0) return;
  const before = people.length;
  const laid = spans.map(({ id, ...span }) => ({ ...span, source: imports.get(id)!.source }));
  const layout = new VoteLayout(before, chain, laid);
  await loadVotes(sql, campaign, people, names, ranges, layout, ruleOf(state));
  runs.add(layout.runs, people.length);
  noteQuarantine(current, before);
  current.voteSeq = chain.upTo;
}

function revisionsAfter(sql: Database['sql'], campaign: CampaignId, after: number) {
  return sql<VoteRevision[]>`
    select r.id, v.seq, v.import_id as "importId", r.kind, r.outcome, r.after_reveal as "afterReveal"
    from vote_revisions r join votes v on v.id = r.vote_id
    where r.campaign_id = ${campaign} and r.id > ${after} and r.kind in ('undo', 'recast')
    order by r.id`;
}
