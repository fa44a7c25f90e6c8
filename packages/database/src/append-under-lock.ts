import type { AppendResult, FinalVote, NewVote, StoredVote } from '@agon/arena';
import type { BattleId, BySlot, CampaignId, Outcome, RaterId, VoteId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import { type ChainEnd, chainHash, lockChain } from './vote-chain.ts';

export type VoteRow = {
  id: string;
  battle_id: string;
  rater_id: string;
  campaign_id: string;
  outcome: Outcome;
  idempotency_key: string;
  revealed: boolean;
  at: Date;
};
export type RevisionRow = {
  vote_id: string;
  kind: 'undo' | 'recast';
  outcome: Outcome | null;
  idempotency_key: string | null;
  at: Date;
};

/** A vote after its last cast. */
export function currentVote(row: VoteRow, last: RevisionRow | undefined): StoredVote {
  return {
    id: row.id as VoteId,
    battleId: row.battle_id as BattleId,
    raterId: row.rater_id as RaterId,
    campaignId: row.campaign_id as CampaignId,
    outcome: last?.kind === 'recast' ? (last.outcome ?? row.outcome) : row.outcome,
    revealed: row.revealed,
    atMs: (last?.kind === 'recast' ? last.at : row.at).getTime(),
  };
}

/**
 * The whole rule of appending, in one transaction: the chain's lock, what is there already, the new rows, the end of
 * the chain. Replays, second votes, recasts and unknown battles are told apart here.
 */
export async function appendUnderLock(
  tx: TransactionSql,
  campaignId: string,
  votes: readonly NewVote[],
): Promise<{ readonly results: readonly AppendResult[]; readonly end: ChainEnd }> {
  const chain = await lockChain(tx, campaignId);
  const battleIds = [...new Set(votes.map((vote) => vote.battleId))];
  const raterIds = [...new Set(votes.map((vote) => vote.raterId))];
  await tx`insert into voter_progress (campaign_id, rater_id)
    select ${campaignId}::uuid, * from unnest(${raterIds}::uuid[]) order by 1, 2 on conflict do nothing`;
  const [battles, earlier, counts] = await Promise.all([
    tx<{ id: string; rater_id: string | null; state: string; a: string; b: string }[]>`
      select b.id, b.rater_id, b.state, ma.name as a, mb.name as b from battles b
      join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
      where b.campaign_id = ${campaignId} and b.id = any(${battleIds})`,
    tx<
      VoteRow[]
    >`select * from votes where campaign_id = ${campaignId} and battle_id = any(${battleIds}) and rater_id = any(${raterIds}) and import_id is null`,
    tx<{ rater_id: string; votes: number; last_vote: string | null }[]>`
      select rater_id, votes, last_vote from voter_progress
      where campaign_id = ${campaignId} and rater_id = any(${raterIds}) order by rater_id for update`,
  ]);
  const lastOf = new Map(
    (await readFinalVotes(tx, counts)).map(({ raterId, ...last }) => [raterId, last] as const),
  );
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
  /** The next vote of a voter makes the one before it final. */
  const follow = (
    rater: string,
    id: string,
    battleId: BattleId,
    models: BySlot<string>,
  ): FinalVote | null => {
    const before = lastOf.get(rater) ?? null;
    lastOf.set(rater, { id: id as VoteId, battleId, models });
    return before;
  };
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
      hash = chainHash(hash, { ...vote, seq });
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
        revealed: vote.revealed,
        at,
        hash,
      });
      const row: VoteRow = {
        id: vote.id,
        battle_id: vote.battleId,
        rater_id: vote.raterId,
        campaign_id: campaignId,
        outcome: vote.outcome,
        idempotency_key: vote.idempotencyKey,
        revealed: vote.revealed,
        at,
      };
      standing.set(slot, { row, history: [] });
      results.push({
        kind: 'appended',
        vote: currentVote(row, undefined),
        models,
        votesOfRater: count(1),
        before: follow(vote.raterId, row.id, vote.battleId, models),
      });
      continue;
    }
    const last = before.history.at(-1);
    const lastKey = last?.kind === 'recast' ? last.idempotency_key : before.row.idempotency_key;
    if (last?.kind !== 'undo') {
      const same = lastKey === vote.idempotencyKey;
      results.push(
        same
          ? {
              kind: 'replayed',
              vote: currentVote(before.row, last),
              models,
              votesOfRater: count(0),
              before: null,
            }
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
    recasts.push({ ...recast, campaign_id: campaignId, after_reveal: before.row.revealed });
    before.history.push(recast);
    results.push({
      kind: 'appended',
      vote: currentVote(before.row, recast),
      models,
      votesOfRater: count(1),
      before: follow(vote.raterId, before.row.id, vote.battleId, models),
    });
  }
  if (inserts.length > 0) await tx`insert into votes ${tx(inserts)}`;
  if (recasts.length > 0) await tx`insert into vote_revisions ${tx(recasts)}`;
  const voted = results.flatMap((result) =>
    result.kind === 'appended' ? [result.vote.battleId as string] : [],
  );
  if (voted.length > 0) await tx`update battles set state = 'voted' where id = any(${voted})`;
  const counted = Map.groupBy(
    results.flatMap((result) => (result.kind === 'appended' ? [result.vote.raterId as string] : [])),
    (rater) => rater,
  );
  if (counted.size > 0) {
    await tx`update voter_progress p set votes = p.votes + n.votes, changes = p.changes + n.votes, last_vote = n.last_vote
      from unnest(${[...counted.keys()]}::uuid[], ${[...counted.values()].map((list) => list.length)}::int[],
        ${[...counted.keys()].map((rater) => lastOf.get(rater)!.id as string)}::uuid[]) as n(rater_id, votes, last_vote)
      where p.campaign_id = ${campaignId} and p.rater_id = n.rater_id`;
  }
  if (seq !== chain.seq)
    await tx`update vote_chains set seq = ${seq}, hash = ${hash} where campaign_id = ${campaignId}`;
  return { results, end: { seq, hash } };
}

/** What can be undone until now, of those voters who have such a vote. */
async function readFinalVotes(
  tx: TransactionSql,
  voters: readonly { readonly rater_id: string; readonly last_vote: string | null }[],
): Promise<readonly (FinalVote & { readonly raterId: string })[]> {
  const ids = voters.flatMap((row) => (row.last_vote === null ? [] : [row.last_vote]));
  if (ids.length === 0) return [];
  const rows = await tx<{ id: string; rater_id: string; battle_id: string; a: string; b: string }[]>`
    select v.id, v.rater_id, v.battle_id, ma.name as a, mb.name as b from votes v join battles b on b.id = v.battle_id
    join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b where v.id = any(${ids})`;
  return rows.map((row) => ({
    raterId: row.rater_id,
    id: row.id as VoteId,
    battleId: row.battle_id as BattleId,
    models: { a: row.a, b: row.b },
  }));
}
