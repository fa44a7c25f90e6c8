import type { CampaignId } from '@agon/domain';
import type { Database } from '../connect.ts';

/** What one look at the database says of a campaign: enough to know what must be read. */
export type CampaignState = {
  /** The rule for answers that name their model; null where there is no such campaign. */
  readonly naming: string | null;
  /** Both only grow. */
  readonly imports: number;
  readonly undone: number;
  /** Some vote of any campaign is in quarantine. */
  readonly quarantined: boolean;
  /** Only grows: votes came into quarantine, or left it. What an import puts there comes with its rows. */
  readonly quarantine: number;
  /** Only grows: replies of judges were read again, with other verdicts. */
  readonly readings: number;
  /** End of the chain of votes. */
  readonly seq: number;
  /** Say whether a look back would find other rows than last time: rows come, and verdicts get their outcome. */
  readonly revisions: string;
  readonly verdicts: string;
  /** By the clock of the database. */
  readonly atMs: number;
};

const NO_CAMPAIGN: CampaignState = {
  naming: null,
  imports: 0,
  undone: 0,
  quarantined: false,
  quarantine: 0,
  readings: 0,
  seq: 0,
  revisions: '',
  verdicts: '',
  atMs: 0,
};

/** @param back after which revision and which verdict of a judge to look for more */
export async function readState(
  sql: Database['sql'],
  campaign: CampaignId,
  back: { readonly revisions: number; readonly verdicts: number },
): Promise<CampaignState> {
  const [found] = await sql<CampaignState[]>`
    select c.settings->>'self_naming' as naming, i.imports, i.undone,
      exists (select 1 from quarantine) as quarantined, c.quarantine_version as quarantine, c.readings_version as readings,
      coalesce((select seq from vote_chains k where k.campaign_id = c.id), 0) as seq,
      (select concat_ws('/', ${back.revisions}::int8, count(*), max(r.id)) from vote_revisions r
        where r.campaign_id = c.id and r.id > ${back.revisions}) as revisions,
      (select concat_ws('/', ${back.verdicts}::int8, count(*), max(d.seq)) from verdicts d
        where d.campaign_id = c.id and d.seq > ${back.verdicts} and d.import_id is null and d.outcome is not null) as verdicts,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as "atMs"
    from campaigns c,
      lateral (select count(*)::int as imports, (count(*) filter (where undone_at is not null))::int as undone
        from imports where campaign_id = c.id) i
    where c.id = ${campaign}`;
  return found ?? NO_CAMPAIGN;
}

/** In the order in which they came. */
export function readImports(
  sql: Database['sql'],
  campaign: CampaignId,
): Promise<{ id: string; undone: boolean }[]> {
  return sql`select id, undone_at is not null as undone from imports where campaign_id = ${campaign}
    order by chain_seq nulls first, at, id`;
}

/** Votes of one import: its place in the chain, and the least and the greatest number of its votes. */
export type ImportSpan = {
  readonly id: string;
  readonly place: number;
  readonly first: number;
  readonly last: number;
};

/** Of those that have votes. One from before imports had a link of their own stands where its first vote stood. */
export function readSpans(
  sql: Database['sql'],
  campaign: CampaignId,
  imports: readonly string[],
): Promise<ImportSpan[]> {
  return sql<ImportSpan[]>`
    select i.id, coalesce(i.chain_seq, v.first) as place, v.first, v.last
    from imports i, lateral (
      select min(seq) as first, max(seq) as last from votes where campaign_id = ${campaign} and import_id = i.id) v
    where i.id = any(${[...imports]}::uuid[]) and v.first is not null`;
}

export type QuarantinedVote = {
  readonly seq: number;
  readonly importId: string | null;
  readonly reason: string;
};

/** Votes of the campaign that are in quarantine. */
export function readQuarantine(sql: Database['sql'], campaign: CampaignId): Promise<QuarantinedVote[]> {
  return sql<QuarantinedVote[]>`
    select v.seq, v.import_id as "importId", q.reason
    from quarantine q join votes v on v.id = q.vote_id where v.campaign_id = ${campaign}`;
}
