import type { VoterAddresses, VoterGroup } from '@agon/arena';
import type { Database } from './connect.ts';
import { RecentMap } from './recent-map.ts';

/** A voter who stays is not written down again with every vote. */
const NOTED_FOR_MS = 3_600_000;

type GroupRow = Omit<VoterGroup, 'firstAtMs' | 'lastAtMs'> & { readonly first: Date; readonly last: Date };

/** @param hash of a campaign and an address, with a key that the database does not hold */
export function createVoterAddresses(
  { sql }: Database,
  hash: (campaign: string, address: string) => string,
): VoterAddresses {
  const noted = new RecentMap<number>(50_000);
  return {
    hash,

    async note(campaign, rater, address, atMs) {
      const key = `${campaign}/${rater}/${address}`;
      const known = noted.get(key);
      if (known !== undefined && atMs - known < NOTED_FOR_MS) return;
      await sql`
        insert into voter_addresses (campaign_id, rater_id, address, first_at, last_at)
        values (${campaign}, ${rater}, ${address}, ${new Date(atMs)}, ${new Date(atMs)})
        on conflict (campaign_id, address, rater_id) do update set last_at = greatest(voter_addresses.last_at, excluded.last_at)`;
      noted.set(key, atMs);
    },

    async groups(campaign, limit) {
      const rows = await sql<GroupRow[]>`
        with cast_by as (
          select v.rater_id, count(*) as votes, count(q.vote_id) as held
          from votes v left join quarantine q on q.vote_id = v.id
          where v.campaign_id = ${campaign} and v.rater_id in (
            select rater_id from voter_addresses where campaign_id = ${campaign}) group by 1)
        select a.address, count(*)::int as voters, coalesce(sum(c.votes), 0)::int as votes,
          (count(*) filter (where c.votes = 1))::int as "singleVoters", coalesce(sum(c.held), 0)::int as quarantined,
          min(a.first_at) as first, max(a.last_at) as last
        from voter_addresses a left join cast_by c on c.rater_id = a.rater_id
        where a.campaign_id = ${campaign} group by 1 order by 3 desc, 2 desc, 1 limit ${limit}`;
      return rows.map(({ first, last, ...group }) => ({
        ...group,
        firstAtMs: first.getTime(),
        lastAtMs: last.getTime(),
      }));
    },

    async forget(beforeMs) {
      const rows = await sql`delete from voter_addresses where last_at < ${new Date(beforeMs)}`;
      return rows.count;
    },
  };
}
