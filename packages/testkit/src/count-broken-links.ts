import { createHash } from 'node:crypto';
import { CHAIN_START, type Database } from '@agon/database';

type LinkRow = {
  readonly campaign: string;
  readonly seq: number;
  /** What the link is made of beyond the link before and its place, line by line. */
  readonly facts: readonly string[];
  readonly hash: string;
};

/**
 * Works every campaign's hash chain out anew from what the database holds: a link for each live vote, and one for each
 * import with votes, over what these say in their order.
 * @returns links, ends of chains and digests of imports that are not what they must be
 */
export async function countBrokenLinks({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const links = await sql<LinkRow[]>`
    select campaign_id as campaign, seq::int8, hash,
      array[id::text, battle_id::text, rater_id::text, outcome, floor(extract(epoch from at) * 1000)::int8::text] as facts
    from votes where import_id is null
    union all
    select i.campaign_id, i.chain_seq::int8, i.chain_hash, array['import', i.id::text, i.votes::text, d.digest]
    from imports i cross join lateral (
      select encode(sha256(string_agg(uuid_send(v.identity), ''::bytea order by v.seq)), 'hex') as digest
      from votes v where v.import_id = i.id) d
    where i.votes > 0 order by 1, 2`;
  const ends = await sql<{ campaign: string; seq: number; hash: string }[]>`
    select campaign_id as campaign, seq::int8, hash from vote_chains`;
  const chains = new Map<string, LinkRow[]>();
  for (const link of links) {
    const chain = chains.get(link.campaign);
    if (chain === undefined) chains.set(link.campaign, [link]);
    else chain.push(link);
  }
  let broken = 0;
  for (const chain of chains.values()) {
    let previous = CHAIN_START;
    for (const [i, link] of chain.entries()) {
      const said = [previous, i + 1, ...link.facts].join('\n');
      const isWhole =
        Number(link.seq) === i + 1 && link.hash === createHash('sha256').update(said).digest('hex');
      if (!isWhole) broken += 1;
      previous = link.hash;
    }
  }
  for (const end of ends) {
    const chain = chains.get(end.campaign) ?? [];
    if (Number(end.seq) !== chain.length || end.hash !== (chain.at(-1)?.hash ?? CHAIN_START)) broken += 1;
  }
  return broken;
}
