import { randomUUID } from 'node:crypto';
import type { RaterStore } from '@agon/arena';
import type { RaterId } from '@agon/domain';
import type { Database } from './connect.ts';
import { RecentMap } from './recent-map.ts';

/** How a rater `r` is named to researchers. */
export const pseudonymSql = (sql: Database['sql']) =>
  sql`coalesce(r.external, substr(md5(r.id::text), 1, 8))`;

export function createRaterStore({ sql }: Database): RaterStore {
  const raterByUser = new RecentMap<RaterId>(50_000);
  const consented = new RecentMap<true>(50_000);
  return {
    async raterOf(user) {
      const known = raterByUser.get(user);
      if (known !== undefined) return known;
      const [row] = await sql<{ id: string }[]>`
        insert into raters (id, user_id) values (${randomUUID()}, ${user})
        on conflict (user_id) do update set user_id = excluded.user_id returning id`;
      const rater = row!.id as RaterId;
      raterByUser.set(user, rater);
      return rater;
    },

    async pseudonymsOf(ids) {
      const rows = await sql<{ id: string; rater: string }[]>`
        select r.id, ${pseudonymSql(sql)} as rater from raters r where r.id = any(${[...ids]})`;
      return new Map(rows.map(({ id, rater }) => [id as RaterId, rater]));
    },

    async finishersOf(campaign, quota) {
      const rows = await sql<{ rater: string; name: string; votes: number }[]>`
        select r.id as rater, ${pseudonymSql(sql)} as name, p.votes
        from voter_progress p join raters r on r.id = p.rater_id
        where p.campaign_id = ${campaign} and p.votes >= ${quota} order by name, r.id`;
      return rows.map(({ rater, name, votes }) => ({ rater: rater as RaterId, name, votes }));
    },

    async giveConsent(rater, campaign, version, language, atMs) {
      await sql`
        with progress as (
          insert into voter_progress (campaign_id, rater_id) values (${campaign}, ${rater}) on conflict do nothing)
        insert into consents (rater_id, campaign_id, version, language, at)
        values (${rater}, ${campaign}, ${version}, ${language}, ${new Date(atMs)}) on conflict do nothing`;
      consented.set(`${rater}/${campaign}/${version}`, true);
    },

    async hasConsent(rater, campaign, version) {
      const key = `${rater}/${campaign}/${version}`;
      if (consented.get(key)) return true;
      const rows = await sql`select 1 from consents
        where rater_id = ${rater} and campaign_id = ${campaign} and version = ${version}`;
      if (rows.length > 0) consented.set(key, true);
      return rows.length > 0;
    },
  };
}
