import type { OverviewStore } from '@agon/arena';
import type { RunId, SnapshotId } from '@agon/domain';
import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';
import { isViewable } from './viewable-campaigns.ts';

export function createOverviewStore({ sql }: Database): OverviewStore {
  const live = ofStandingImport(sql, 'v');
  return {
    async runsSince(viewer, sinceMs, limit) {
      const rows = await sql<{ id: string }[]>`
        select r.id from runs r left join campaigns c on c.id = r.campaign_id
        where (r.state in ('queued', 'running', 'paused') or r.finished_at >= ${new Date(sinceMs)})
          and (c.id is null or ${isViewable(sql, viewer)})
        order by r.started_at desc limit ${limit}`;
      return rows.map(({ id }) => id as RunId);
    },

    async openCampaigns(viewer) {
      const campaigns = await sql<
        { id: string; campaign: string; title: string; votes: number; target: number | null }[]
      >`
        select c.id, c.slug as campaign, c.title, (c.settings->>'target_votes')::int as target,
          (select count(*)::int from votes v where v.campaign_id = c.id and ${live}) as votes
        from campaigns c where c.state = 'open' and ${isViewable(sql, viewer)} order by c.id desc`;
      const models = await sql<{ campaign_id: string; model: string; votes: number }[]>`
        select cm.campaign_id, m.name as model, coalesce(cast_on.votes, 0)::int as votes
        from campaign_models cm join models m on m.id = cm.model_id
        join campaigns c on c.id = cm.campaign_id and c.state = 'open' and ${isViewable(sql, viewer)}
        left join (
          select b.campaign_id, side.model_id, count(*) as votes
          from votes v join battles b on b.id = v.battle_id
          cross join lateral (values (b.model_a), (b.model_b)) as side(model_id)
          where ${live} group by 1, 2
        ) cast_on on cast_on.campaign_id = cm.campaign_id and cast_on.model_id = cm.model_id
        where exists (select 1 from answers a where a.campaign_id = cm.campaign_id and a.model_id = cm.model_id)
        order by m.name`;
      return campaigns.map(({ id, ...campaign }) => ({
        ...campaign,
        models: models.filter((row) => row.campaign_id === id).map(({ model, votes }) => ({ model, votes })),
      }));
    },

    excludedVotes: (viewer) => sql<{ campaign: string; title: string; count: number }[]>`
      select c.slug as campaign, c.title, count(*)::int as count
      from (select vote_id from quarantine union select vote_id from vote_revisions where after_reveal) q
      join votes v on v.id = q.vote_id join campaigns c on c.id = v.campaign_id
      where ${live} and ${isViewable(sql, viewer)} group by c.id, c.slug, c.title order by 3 desc`,

    async snapshots(viewer, limit) {
      const rows = await sql<
        { id: string; campaign: string; title: string; at: Date; votes: number; verdicts: number }[]
      >`
        select l.id, c.slug as campaign, l.title, l.at, l.votes, l.verdicts
        from snapshots l join campaigns c on c.id = l.campaign_id
        where ${isViewable(sql, viewer)} order by l.id desc limit ${limit}`;
      return rows.map(({ id, at, ...row }) => ({ ...row, id: id as SnapshotId, atMs: at.getTime() }));
    },
  };
}
