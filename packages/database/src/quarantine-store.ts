import type { QuarantinedVotes, QuarantineStore, VoteFilter, VotesInFilter } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import type { Database } from './connect.ts';
import { pseudonymSql } from './rater-store.ts';

export function createQuarantineStore({ sql }: Database): QuarantineStore {
  const votesOf = (campaign: CampaignId, rater: string) => sql`
    select v.id from votes v join raters r on r.id = v.rater_id
    where v.campaign_id = ${campaign} and ${pseudonymSql(sql)} = ${rater}`;
  /** Boards that are kept in memory look again. */
  const tell = (campaign: CampaignId) => sql`
    update campaigns set quarantine_version = quarantine_version + 1 where id = ${campaign} and exists (select 1 from changed)`;
  const found = (campaign: CampaignId, { address, fromMs, toMs, outcome, mostVotes }: VoteFilter) => sql`
    select v.id, v.rater_id from votes v where v.campaign_id = ${campaign}
    ${
      address === undefined
        ? sql``
        : sql`and v.rater_id in (select rater_id from voter_addresses where campaign_id = ${campaign} and address = ${address})`
    }
    ${fromMs === undefined ? sql`` : sql`and v.at >= ${new Date(fromMs)}`}
    ${toMs === undefined ? sql`` : sql`and v.at < ${new Date(toMs)}`}
    ${outcome === undefined ? sql`` : sql`and v.outcome = ${outcome}`}
    ${
      mostVotes === undefined
        ? sql``
        : sql`and v.rater_id in (
            select rater_id from votes where campaign_id = ${campaign} group by 1 having count(*) <= ${mostVotes})`
    }`;
  /** What a change did, or would do. */
  const counted = sql`select (select count(*)::int from own) as votes, (select count(distinct rater_id)::int from own) as voters,
    (select count(*)::int from changed) as changed`;
  return {
    async putAll(campaign, filter, { reason, by, atMs }, dryRun) {
      const [row] = dryRun
        ? await sql<VotesInFilter[]>`
            with own as (${found(campaign, filter)}),
              changed as (select 1 from own where id not in (select vote_id from quarantine)) ${counted}`
        : await sql<VotesInFilter[]>`
            with own as (${found(campaign, filter)}), changed as (
              insert into quarantine (vote_id, reason, by, at)
              select id, ${reason}, ${by}, ${new Date(atMs)} from own on conflict (vote_id) do nothing returning 1),
            told as (${tell(campaign)}) ${counted}`;
      return { ...row! };
    },

    async liftAll(campaign, filter, dryRun) {
      const [row] = dryRun
        ? await sql<VotesInFilter[]>`
            with own as (${found(campaign, filter)}),
              changed as (select 1 from own where id in (select vote_id from quarantine)) ${counted}`
        : await sql<VotesInFilter[]>`
            with own as (${found(campaign, filter)}), changed as (
              delete from quarantine where vote_id in (select id from own) returning 1),
            told as (${tell(campaign)}) ${counted}`;
      return { ...row! };
    },

    async put(campaign, rater, { reason, by, atMs }) {
      const [row] = await sql<QuarantinedVotes[]>`
        with own as (${votesOf(campaign, rater)}), changed as (
          insert into quarantine (vote_id, reason, by, at)
          select id, ${reason}, ${by}, ${new Date(atMs)} from own
          on conflict (vote_id) do nothing returning 1),
        told as (${tell(campaign)})
        select (select count(*)::int from own) as votes, (select count(*)::int from changed) as changed`;
      return { ...row! };
    },

    async lift(campaign, rater) {
      const [row] = await sql<QuarantinedVotes[]>`
        with own as (${votesOf(campaign, rater)}), changed as (
          delete from quarantine where vote_id in (select id from own) returning 1),
        told as (${tell(campaign)})
        select (select count(*)::int from own) as votes, (select count(*)::int from changed) as changed`;
      return { ...row! };
    },
  };
}
