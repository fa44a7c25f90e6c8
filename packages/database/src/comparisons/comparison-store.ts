import type { CampaignComparisons, ComparisonStore } from '@agon/arena';
import { type CampaignId, OUTCOME_CODES, type Outcome } from '@agon/domain';
import type { Database } from '../connect.ts';
import type { ReadRule } from './comparison-sql.ts';
import { GrowingBlock } from './growing-block.ts';
import { CampaignNames, loadVerdicts, loadVotes, UNDONE } from './load-rows.ts';

type Loaded = {
  revision: number;
  /** What must be the same for adding rows to be enough: imports, quarantine, campaign rules. */
  readonly signature: string;
  voteSeq: number;
  revisionId: number;
  verdictSeq: number;
  /** `State` of the last read. */
  revisions: string;
  verdicts: string;
  /** Sequences of verdicts that may be read again. */
  verdictsSeen: Set<number>;
  readonly people: GrowingBlock;
  readonly judges: GrowingBlock;
  readonly names: CampaignNames;
};

/**
 * Sequences are taken before the commit, so a smaller number may appear later than a greater one: each read looks
 * this far back again. Votes need no such look: their places in the chain are given under its lock.
 */
const OVERLAP = 2000;
/** Revisions that are held as rows at a time. */
const BATCH = 5000;

type State = {
  readonly signature: string;
  readonly undone: number;
  readonly quarantined: number;
  readonly names_itself: boolean;
  readonly seq: number;
  /** Say whether a look back would find other rows than last time: rows come, and verdicts get their outcome. */
  readonly revisions: string;
  readonly verdicts: string;
};
type RevisionRow = {
  readonly id: number;
  readonly seq: number;
  readonly kind: 'undo' | 'recast';
  readonly outcome: Outcome | null;
};

/**
 * Comparisons of a campaign in memory, as columns. The first read streams them in; each later one fetches only what
 * was appended since (votes by their place in the chain, revisions and verdicts by their sequence); an import or a
 * changed rule loads anew.
 */
export function createComparisonStore({ sql }: Database): ComparisonStore {
  const loaded = new Map<CampaignId, Loaded>();
  /** Revisions go on from here where a campaign is loaded anew. */
  const lastRevision = new Map<CampaignId, number>();
  const reading = new Map<CampaignId, Promise<CampaignComparisons>>();

  async function update(campaign: CampaignId): Promise<CampaignComparisons> {
    let current = loaded.get(campaign);
    const [found] = await readState(sql, campaign, current);
    const state = found ?? NO_CAMPAIGN;
    if (current === undefined || current.signature !== state.signature) {
      const revision = (lastRevision.get(campaign) ?? 0) + 1;
      lastRevision.set(campaign, revision);
      current = emptyOf(state.signature, revision);
    }
    // not kept while it changes: a read that fails half way begins anew
    loaded.delete(campaign);
    if (await append(sql, campaign, current, state)) {
      current.revision += 1;
      lastRevision.set(campaign, current.revision);
    }
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

const NO_CAMPAIGN: State = {
  signature: '',
  undone: 0,
  quarantined: 0,
  names_itself: false,
  seq: 0,
  revisions: '',
  verdicts: '',
};

/** Looks back from where `current` stands. */
function readState(sql: Database['sql'], campaign: CampaignId, current: Loaded | undefined) {
  const [revisionsAfter, verdictsAfter] = [
    (current?.revisionId ?? 0) - OVERLAP,
    (current?.verdictSeq ?? 0) - OVERLAP,
  ];
  return sql<State[]>`
    with found as (
      select c.id, c.settings->>'self_naming' as naming,
        (select count(*) from imports i where i.campaign_id = c.id)::int as imports,
        (select count(*) from imports i where i.campaign_id = c.id and i.undone_at is not null)::int as undone,
        (select max(i.at)::text from imports i where i.campaign_id = c.id) as last_import,
        (select count(*) from quarantine q join votes v on v.id = q.vote_id where v.campaign_id = c.id)::int as quarantined
      from campaigns c where c.id = ${campaign}
    )
    select concat_ws('/', naming, imports, undone, last_import, quarantined) as signature, undone, quarantined,
      coalesce(naming = 'exclude', false) as names_itself,
      coalesce((select seq from vote_chains k where k.campaign_id = found.id), 0) as seq,
      (select concat_ws('/', ${revisionsAfter}::int8, count(*), max(r.id)) from vote_revisions r
        where r.campaign_id = found.id and r.id > ${revisionsAfter}) as revisions,
      (select concat_ws('/', ${verdictsAfter}::int8, count(*), max(d.seq)) from verdicts d
        where d.campaign_id = found.id and d.seq > ${verdictsAfter} and d.outcome is not null) as verdicts
    from found`;
}

function emptyOf(signature: string, revision: number): Loaded {
  return {
    revision,
    signature,
    voteSeq: 0,
    revisionId: 0,
    verdictSeq: 0,
    revisions: '',
    verdicts: '',
    verdictsSeen: new Set(),
    people: new GrowingBlock(revision),
    judges: new GrowingBlock(revision),
    names: new CampaignNames(),
  };
}

/** Brings the columns up to date. @returns whether anything changed */
async function append(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  state: State,
): Promise<boolean> {
  const { people, judges, names } = current;
  const [votesBefore, verdictsBefore] = [people.length, judges.length];
  const rule: ReadRule = {
    namesItself: state.names_itself,
    quarantine: state.quarantined > 0,
    undone: state.undone > 0,
  };
  await loadVotes(sql, campaign, people, names, { after: current.voteSeq, upTo: state.seq }, rule);
  current.voteSeq = Math.max(current.voteSeq, state.seq);
  const seen = current.verdictsSeen;
  if (state.verdicts !== current.verdicts) {
    const after = current.verdictSeq - OVERLAP;
    await loadVerdicts(sql, campaign, judges, names, { after, isKnown: (seq) => seen.has(seq) }, rule);
  }
  for (let row = verdictsBefore; row < judges.length; row += 1) {
    seen.add(judges.seq[row]!);
    current.verdictSeq = Math.max(current.verdictSeq, judges.seq[row]!);
  }
  if (seen.size > 4 * OVERLAP) {
    current.verdictsSeen = new Set([...seen].filter((seq) => seq > current.verdictSeq - OVERLAP));
  }
  const revised =
    state.revisions !== current.revisions && (await revise(sql, campaign, current, votesBefore));
  // a look back from further on finds other rows, so it is taken for another state until it was seen once
  current.revisions = state.revisions;
  current.verdicts = state.verdicts;
  if (revised) people.rewritten += 1;
  return revised || people.length !== votesBefore || judges.length !== verdictsBefore;
}

/**
 * Applies undone and recast votes, in their order.
 * @returns whether a vote that was there before is another one now: a revision that was read again changes nothing; one
 * that committed late does, whatever its number
 */
async function revise(
  sql: Database['sql'],
  campaign: CampaignId,
  current: Loaded,
  votesBefore: number,
): Promise<boolean> {
  const { people, names } = current;
  const was = new Map<number, number>();
  const stateOf = (row: number) => people.outcome[row]! * 256 + people.excluded[row]!;
  const rows = sql<RevisionRow[]>`
    select r.id, v.seq, r.kind, r.outcome from vote_revisions r join votes v on v.id = r.vote_id
    where r.campaign_id = ${campaign} and r.id > ${current.revisionId - OVERLAP} and r.kind in ('undo', 'recast')
    order by r.id`;
  for await (const batch of rows.cursor(BATCH)) {
    for (const revision of batch) {
      current.revisionId = Math.max(current.revisionId, revision.id);
      const row = people.rowOf(revision.seq);
      if (row < 0) continue;
      if (row < votesBefore && !was.has(row)) was.set(row, stateOf(row));
      if (revision.outcome !== null) people.outcome[row] = OUTCOME_CODES[revision.outcome];
      people.excluded[row] =
        revision.kind === 'undo' ? names.reasons.codeOf(UNDONE) + 1 : people.reason[row]!;
    }
  }
  return [...was].some(([row, before]) => stateOf(row) !== before);
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
