import { createHash } from 'node:crypto';
import type { AppendResult, NewVote, StoredVote, VoteStore } from '@agon/arena';
import type { BattleId, BySlot, CampaignId, Outcome, RaterId, VoteId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Database } from './connect.ts';
import { GroupCommit } from './group-commit.ts';

/** First link of every campaign's chain. */
export const CHAIN_START = '0'.repeat(64);

/** Next link: SHA-256 over the link before and the facts of the vote. Anyone with an export can check it. */
export function chainHash(
  previous: string,
  vote: { seq: number; id: string; battleId: string; raterId: string; outcome: string; atMs: number },
): string {
  const facts = [previous, vote.seq, vote.id, vote.battleId, vote.raterId, vote.outcome, vote.atMs].join(
    '\n',
  );
  return createHash('sha256').update(facts).digest('hex');
}

type VoteRow = {
  id: string;
  battle_id: string;
  rater_id: string;
  campaign_id: string;
  outcome: Outcome;
  idempotency_key: string;
  at: Date;
};
type RevisionRow = {
  vote_id: string;
  kind: 'undo' | 'recast';
  outcome: Outcome | null;
  idempotency_key: string | null;
  at: Date;
};

/** Locks a campaign's chain for the rest of the transaction and returns its end. */
export async function lockChain(
  tx: TransactionSql,
  campaignId: string,
): Promise<{ seq: number; hash: string }> {
  const [chain] = await tx<{ seq: number; hash: string }[]>`
    select seq, hash from vote_chains where campaign_id = ${campaignId} for update`;
  if (chain !== undefined) return chain;
  await tx`insert into vote_chains (campaign_id, seq, hash) values (${campaignId}, 0, ${CHAIN_START}) on conflict do nothing`;
  return lockChain(tx, campaignId);
}

export function createVoteStore({ sql }: Database): VoteStore {
  const appends = new GroupCommit<NewVote, AppendResult>(
    (campaignId, votes) => sql.begin((tx) => appendBatch(tx, campaignId, votes)) as Promise<AppendResult[]>,
  );
  return {
    async append(vote) {
      try {
        return await appends.add(vote.campaignId, vote);
      } catch (error) {
        // this voter used the idempotency key on another battle
        if (isUniqueViolation(error)) return { kind: 'conflict' };
        throw error;
      }
    },

    async find(id) {
      if (!isUuid(id)) return null;
      const [row] = await sql<VoteRow[]>`select * from votes where id = ${id}`;
      if (row === undefined) return null;
      const [last] = await sql<RevisionRow[]>`
        select * from vote_revisions where vote_id = ${id} and kind in ('undo', 'recast') order by id desc limit 1`;
      return { ...asItStands(row, last), undone: last?.kind === 'undo' };
    },

    async findByKey(rater, key) {
      const [row] = await sql<VoteRow[]>`
        select v.* from votes v where v.rater_id = ${rater} and v.idempotency_key = ${key}
        union all
        select v.* from vote_revisions r join votes v on v.id = r.vote_id
        where r.idempotency_key = ${key} and v.rater_id = ${rater} limit 1`;
      return row === undefined ? null : asItStands(row, undefined);
    },

    async undo(id, atMs) {
      await sql.begin(async (tx) => {
        const [vote] = await tx<{ campaign_id: string; battle_id: string }[]>`
          select campaign_id, battle_id from votes where id = ${id} for update`;
        if (vote === undefined) return;
        const [last] = await tx<{ kind: string }[]>`
          select kind from vote_revisions where vote_id = ${id} and kind in ('undo', 'recast') order by id desc limit 1`;
        if (last?.kind === 'undo') return;
        await tx`insert into vote_revisions (vote_id, campaign_id, kind, at)
          values (${id}, ${vote.campaign_id}, 'undo', ${new Date(atMs)})`;
        await tx`update battles set state = 'issued' where id = ${vote.battle_id}`;
      });
    },

    async annotate(id, { tags, note }, atMs) {
      await sql`insert into vote_revisions (vote_id, campaign_id, kind, tags, note, at)
        select id, campaign_id, 'annotate', ${tags === undefined ? null : sql.json(tags as never)}, ${note ?? null}, ${new Date(atMs)}
        from votes where id = ${id}`;
    },

    async countOf(rater, campaign) {
      const [row] = await sql<{ votes: number }[]>`
        select count(*)::int as votes from votes v where v.campaign_id = ${campaign} and v.rater_id = ${rater}
        and not ${undone(sql)}`;
      return row?.votes ?? 0;
    },

    async othersOn(battle, except) {
      const rows = await sql<{ outcome: Outcome; turned: boolean; votes: number }[]>`
        with this as (select * from battles where id = ${battle})
        select coalesce(last.outcome, v.outcome) as outcome, b.model_a <> this.model_a as turned, count(*)::int as votes
        from this
        join battles b on b.campaign_id = this.campaign_id and b.prompt_id = this.prompt_id
          and ((b.model_a = this.model_a and b.model_b = this.model_b) or (b.model_a = this.model_b and b.model_b = this.model_a))
        join votes v on v.battle_id = b.id and v.rater_id <> ${except}
        left join imports i on i.id = v.import_id
        left join lateral (select kind, outcome from vote_revisions r where r.vote_id = v.id and r.kind in ('undo', 'recast')
          order by r.id desc limit 1) last on true
        where coalesce(last.kind, '') <> 'undo' and i.undone_at is null group by 1, 2`;
      const counts = { a: 0, b: 0, tie: 0, both_bad: 0 };
      for (const row of rows) {
        const outcome =
          row.turned && row.outcome === 'a' ? 'b' : row.turned && row.outcome === 'b' ? 'a' : row.outcome;
        counts[outcome] += row.votes;
      }
      return counts;
    },
  };
}

/** Whether vote `v` is undone: for use in a where clause. */
function undone(sql: Database['sql']) {
  return sql`coalesce((select kind = 'undo' from vote_revisions r
    where r.vote_id = v.id and r.kind in ('undo', 'recast') order by r.id desc limit 1), false)`;
}

function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}

function asItStands(row: VoteRow, last: RevisionRow | undefined): StoredVote {
  return {
    id: row.id as VoteId,
    battleId: row.battle_id as BattleId,
    raterId: row.rater_id as RaterId,
    campaignId: row.campaign_id as CampaignId,
    outcome: last?.kind === 'recast' ? (last.outcome ?? row.outcome) : row.outcome,
    atMs: (last?.kind === 'recast' ? last.at : row.at).getTime(),
  };
}

/** One transaction: the chain's lock, what is there already, the new rows, the end of the chain. */
async function appendBatch(
  tx: TransactionSql,
  campaignId: string,
  votes: readonly NewVote[],
): Promise<AppendResult[]> {
  const chain = await lockChain(tx, campaignId);
  const battleIds = [...new Set(votes.map((vote) => vote.battleId))];
  const raterIds = [...new Set(votes.map((vote) => vote.raterId))];
  const [battles, earlier, counts] = await Promise.all([
    tx<{ id: string; rater_id: string | null; state: string; a: string; b: string }[]>`
      select b.id, b.rater_id, b.state, ma.name as a, mb.name as b from battles b
      join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
      where b.campaign_id = ${campaignId} and b.id = any(${battleIds})`,
    tx<
      VoteRow[]
    >`select * from votes where campaign_id = ${campaignId} and battle_id = any(${battleIds}) and rater_id = any(${raterIds})`,
    tx<{ rater_id: string; votes: number }[]>`
      select v.rater_id, count(*)::int as votes from votes v
      where v.campaign_id = ${campaignId} and v.rater_id = any(${raterIds})
      and not coalesce((select kind = 'undo' from vote_revisions r
        where r.vote_id = v.id and r.kind in ('undo', 'recast') order by r.id desc limit 1), false)
      group by v.rater_id`,
  ]);
  const revisions =
    earlier.length === 0
      ? []
      : await tx<RevisionRow[]>`select * from vote_revisions
          where vote_id = any(${earlier.map((row) => row.id)}) and kind in ('undo', 'recast') order by id`;
  const namesOf = new Map(battles.map((row) => [row.id, { a: row.a, b: row.b } as BySlot<string>]));
  const ownerOf = new Map(battles.map((row) => [row.id, row.rater_id]));
  const skipped = new Set(battles.flatMap((row) => (row.state === 'skipped' ? [row.id] : [])));
  const standing = new Map<string, { row: VoteRow; history: RevisionRow[] }>(
    earlier.map((row) => [
      `${row.battle_id}/${row.rater_id}`,
      { row, history: revisions.filter((revision) => revision.vote_id === row.id) },
    ]),
  );
  const votesOf = new Map(counts.map((row) => [row.rater_id, row.votes]));
  const inserts: Record<string, unknown>[] = [];
  const recasts: Record<string, unknown>[] = [];
  const results: AppendResult[] = [];
  let { seq, hash } = chain;
  for (const vote of votes) {
    const models = namesOf.get(vote.battleId);
    if (models === undefined || ownerOf.get(vote.battleId) !== vote.raterId) {
      results.push({ kind: 'unknown_battle' });
      continue;
    }
    if (skipped.has(vote.battleId)) {
      results.push({ kind: 'conflict' });
      continue;
    }
    const slot = `${vote.battleId}/${vote.raterId}`;
    const before = standing.get(slot);
    const count = (by: number) => {
      const votesOfRater = (votesOf.get(vote.raterId) ?? 0) + by;
      votesOf.set(vote.raterId, votesOfRater);
      return votesOfRater;
    };
    if (before === undefined) {
      seq += 1;
      const previous = hash;
      hash = chainHash(previous, { ...vote, seq });
      const at = new Date(vote.atMs);
      inserts.push({
        id: vote.id,
        campaign_id: campaignId,
        seq,
        battle_id: vote.battleId,
        rater_id: vote.raterId,
        outcome: vote.outcome,
        idempotency_key: vote.idempotencyKey,
        shown_ms: vote.shownMs,
        at,
        previous_hash: previous,
        hash,
      });
      const row: VoteRow = {
        id: vote.id,
        battle_id: vote.battleId,
        rater_id: vote.raterId,
        campaign_id: campaignId,
        outcome: vote.outcome,
        idempotency_key: vote.idempotencyKey,
        at,
      };
      standing.set(slot, { row, history: [] });
      results.push({ kind: 'appended', vote: asItStands(row, undefined), models, votesOfRater: count(1) });
      continue;
    }
    const last = before.history.at(-1);
    const lastKey = last?.kind === 'recast' ? last.idempotency_key : before.row.idempotency_key;
    if (last?.kind !== 'undo') {
      const same = lastKey === vote.idempotencyKey;
      results.push(
        same
          ? { kind: 'replayed', vote: asItStands(before.row, last), models, votesOfRater: count(0) }
          : { kind: 'conflict' },
      );
      continue;
    }
    const usedBefore =
      before.row.idempotency_key === vote.idempotencyKey ||
      before.history.some((revision) => revision.idempotency_key === vote.idempotencyKey);
    if (usedBefore) {
      // the request of the vote that was taken back, delivered once more: it must not undo the undo
      results.push({ kind: 'conflict' });
      continue;
    }
    const recast: RevisionRow = {
      vote_id: before.row.id,
      kind: 'recast',
      outcome: vote.outcome,
      idempotency_key: vote.idempotencyKey,
      at: new Date(vote.atMs),
    };
    recasts.push({ ...recast, campaign_id: campaignId });
    before.history.push(recast);
    results.push({ kind: 'appended', vote: asItStands(before.row, recast), models, votesOfRater: count(1) });
  }
  if (inserts.length > 0) await tx`insert into votes ${tx(inserts)}`;
  if (recasts.length > 0) await tx`insert into vote_revisions ${tx(recasts)}`;
  const voted = results.flatMap((result) =>
    result.kind === 'appended' ? [result.vote.battleId as string] : [],
  );
  if (voted.length > 0) await tx`update battles set state = 'voted' where id = any(${voted})`;
  if (seq !== chain.seq)
    await tx`update vote_chains set seq = ${seq}, hash = ${hash} where campaign_id = ${campaignId}`;
  return results;
}
