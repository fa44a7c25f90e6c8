import type { VoteStore } from '@agon/arena';
import type { BySlot, Outcome } from '@agon/domain';
import { currentVote, type RevisionRow, type VoteRow } from './append-under-lock.ts';
import type { Database } from './connect.ts';
import { JOIN_LAST_CHANGE, ofStandingImport } from './standing-rows.ts';
import { createVoteAppender } from './vote-appender.ts';
import { voterMemoryOf } from './voter-memory.ts';

export function createVoteStore(database: Database): VoteStore {
  const { sql } = database;
  const memory = voterMemoryOf(database);
  const appender = createVoteAppender(database);
  const store: VoteStore = {
    async append(vote) {
      try {
        return await appender.append(vote);
      } catch (error) {
        // this voter used the idempotency key on another battle
        if (isUniqueViolation(error)) return { kind: 'conflict' };
        throw error;
      }
    },

    async find(id) {
      if (!isUuid(id)) return null;
      const [row] = await sql<(VoteRow & { can_undo: boolean })[]>`
        select v.*, coalesce(p.last_vote = v.id, false) as can_undo from votes v
        left join voter_progress p on p.campaign_id = v.campaign_id and p.rater_id = v.rater_id
        where v.id = ${id} and v.import_id is null`;
      if (row === undefined) return null;
      const [last] = await sql<RevisionRow[]>`
        select * from vote_revisions where vote_id = ${id} and kind in ('undo', 'recast') order by id desc limit 1`;
      return { ...currentVote(row, last), undone: last?.kind === 'undo', canUndo: row.can_undo };
    },

    async findByKey(rater, key) {
      const [row] = await sql<VoteRow[]>`
        select v.* from votes v where v.rater_id = ${rater} and v.idempotency_key = ${key}
        union all
        select v.* from vote_revisions r join votes v on v.id = r.vote_id
        where r.idempotency_key = ${key} and v.rater_id = ${rater} limit 1`;
      return row === undefined ? null : currentVote(row, undefined);
    },

    async undo(id, atMs) {
      const undone = await sql.begin(async (tx) => {
        // the voter's row first: whoever counts the next vote, or gives the names away, waits for it or is waited for
        const [vote] = await tx<
          { campaign_id: string; battle_id: string; rater_id: string; can_undo: boolean }[]
        >`
          select v.campaign_id, v.battle_id, v.rater_id, coalesce(p.last_vote = v.id, false) as can_undo
          from votes v join voter_progress p on p.campaign_id = v.campaign_id and p.rater_id = v.rater_id
          where v.id = ${id} for update of p`;
        if (vote === undefined) return null;
        const [last] = await tx<{ kind: string }[]>`
          select kind from vote_revisions where vote_id = ${id} and kind in ('undo', 'recast') order by id desc limit 1`;
        if (last?.kind === 'undo') return vote;
        if (!vote.can_undo) return null;
        await tx`insert into vote_revisions (vote_id, campaign_id, kind, at)
          values (${id}, ${vote.campaign_id}, 'undo', ${new Date(atMs)})`;
        await tx`update battles set state = 'issued' where id = ${vote.battle_id}`;
        await tx`update voter_progress set votes = votes - 1, changes = changes + 1, last_vote = null
          where campaign_id = ${vote.campaign_id} and rater_id = ${vote.rater_id}`;
        return vote;
      });
      if (undone !== null) memory.forget(undone.campaign_id, undone.rater_id);
      return undone !== null;
    },

    async settle(id) {
      if (!isUuid(id)) return null;
      await sql`update voter_progress p set last_vote = null from votes v
        where v.id = ${id} and p.campaign_id = v.campaign_id and p.rater_id = v.rater_id and p.last_vote = v.id`;
      return store.find(id);
    },

    async modelsOf(id) {
      const [row] = await sql<BySlot<string>[]>`
        select ma.name as a, mb.name as b from votes v join battles b on b.id = v.battle_id
        join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b where v.id = ${id}`;
      return row === undefined ? null : { a: row.a, b: row.b };
    },

    async annotate(id, { tags, note }, atMs) {
      await sql`insert into vote_revisions (vote_id, campaign_id, kind, tags, note, at)
        select id, campaign_id, 'annotate', ${tags === undefined ? null : sql.json(tags as never)}, ${note ?? null}, ${new Date(atMs)}
        from votes where id = ${id}`;
    },

    async countOf(rater, campaign) {
      const [row] = await sql<{ votes: number }[]>`
        select votes from voter_progress where campaign_id = ${campaign} and rater_id = ${rater}`;
      return row?.votes ?? 0;
    },

    async othersOn(battle, except) {
      const rows = await sql<{ outcome: Outcome; turned: boolean; votes: number }[]>`
        with this as (select * from battles where id = ${battle})
        select coalesce(last.outcome, v.outcome) as outcome, b.answer_a <> this.answer_a as turned, count(*)::int as votes
        from this
        join battles b on b.campaign_id = this.campaign_id and b.prompt_id = this.prompt_id
          and ((b.answer_a = this.answer_a and b.answer_b = this.answer_b)
            or (b.answer_a = this.answer_b and b.answer_b = this.answer_a))
        join votes v on v.battle_id = b.id and v.rater_id is distinct from ${except}
        ${sql.unsafe(JOIN_LAST_CHANGE)}
        where coalesce(last.kind, '') <> 'undo' and last.after_reveal is not true and ${ofStandingImport(sql, 'v')} group by 1, 2`;
      const counts = { a: 0, b: 0, tie: 0, both_bad: 0 };
      for (const row of rows) {
        const outcome =
          row.turned && row.outcome === 'a' ? 'b' : row.turned && row.outcome === 'b' ? 'a' : row.outcome;
        counts[outcome] += row.votes;
      }
      return counts;
    },
  };
  return store;
}

function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
