import type { QuarantinedVotes, QuarantineStore } from '@agon/arena';
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
  return {
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
