import { randomUUID } from 'node:crypto';
import type { JudgeStore, JudgeVersion, ScoredAnswer } from '@agon/arena';
import type { BattleId, JudgeId } from '@agon/domain';
import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';

type VersionRow = Omit<JudgeVersion, 'createdAtMs' | 'archivedAtMs'> & {
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
};

/** Class of the advisory locks under which versions get their numbers; the second number is made of the judge's name. */
const VERSION_LOCKS = 727_005;

export function createJudgeStore({ sql }: Database): JudgeStore {
  const versionsWhere = async (condition: ReturnType<typeof sql>): Promise<readonly JudgeVersion[]> => {
    const rows = await sql<VersionRow[]>`
      select j.name, j.identity, j.version, j.title, j.measures, j.source, j.origin, j.created_by as by, u.name as author,
        j.created_at as "createdAt", j.archived_at as "archivedAt",
        (select count(*)::int from runs r where r.kind in ('verdicts', 'trial', 'drift') and r.config ->> 'identity' = j.identity) as runs
      from judges j left join users u on u.id = j.created_by
      where j.origin <> 'imported' and ${condition} order by j.version desc nulls last, j.created_at desc`;
    return rows.map(({ createdAt, archivedAt, ...row }) => ({
      ...row,
      createdAtMs: createdAt.getTime(),
      archivedAtMs: archivedAt?.getTime() ?? null,
    }));
  };
  return {
    async saveVersion(judge, by, nowMs) {
      return sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${VERSION_LOCKS}, hashtext(${judge.id}))`;
        const rows = await tx`
          insert into judges (id, name, identity, title, measures, source, origin, version, created_by, created_at)
          select ${randomUUID()}, ${judge.id}, ${judge.identity}, ${judge.title}, ${judge.measures}, ${judge.source}, 'own',
            1 + coalesce(max(version), 0), ${by}, ${new Date(nowMs)}
          from judges where name = ${judge.id} and origin = 'own'
          on conflict (identity) do nothing`;
        // whoever goes on writing it wants it back
        if (rows.count > 0)
          await tx`update judges set archived_at = null where name = ${judge.id} and origin = 'own'`;
        return rows.count > 0;
      }) as Promise<boolean>;
    },

    async setArchived(name, atMs) {
      const rows = await sql`update judges set archived_at = ${atMs === null ? null : new Date(atMs)}
        where name = ${name} and origin = 'own'`;
      return rows.count > 0;
    },

    newestOwn: () =>
      versionsWhere(sql`j.origin = 'own' and j.version = (
        select max(version) from judges other where other.name = j.name and other.origin = 'own')`),

    versions: (name) => versionsWhere(sql`j.name = ${name}`),

    async byIdentity(identity) {
      return (await versionsWhere(sql`j.identity = ${identity}`))[0] ?? null;
    },

    async idOf(identity) {
      const [row] = await sql<{ id: string }[]>`select id from judges where identity = ${identity}`;
      return (row?.id as JudgeId | undefined) ?? null;
    },

    async keep(judge, origin = 'built_in') {
      const [row] = await sql<{ id: string }[]>`
        insert into judges (id, name, identity, title, measures, source, origin)
        values (${randomUUID()}, ${judge.id}, ${judge.identity}, ${judge.title}, ${judge.measures},
          ${judge.source}, ${origin})
        on conflict (identity) do update set identity = excluded.identity returning id`;
      return row!.id as JudgeId;
    },

    async battlesToJudge(campaign, seed, limit) {
      const rows = await sql<{ id: string }[]>`
        select id from (
          select distinct on (b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns) b.id,
            coalesce(v.votes, 0) as votes
          from battles b
          left join (select battle_id, count(*) as votes from votes where campaign_id = ${campaign} group by 1) v
            on v.battle_id = b.id
          where b.campaign_id = ${campaign} and b.prompt_id is not null and b.answer_a is not null and b.answer_b is not null
            and ${ofStandingImport(sql, 'b')} and b.state in ('voted', 'kept')
          order by b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns, votes desc, b.id
        ) each_once
        order by votes > 0 desc, md5(${String(seed)} || id::text) ${limit === null ? sql`` : sql`limit ${limit}`}`;
      return rows.map((row) => row.id as BattleId);
    },

    async scored(campaign, judge, model) {
      const rows = await sql<{ battle: string; order: 'ab' | 'ba'; repeat: number }[]>`
        select battle_id as battle, slot_order as "order", repeat from verdicts
        where import_id is null and campaign_id = ${campaign} and judge_id = ${judge} and model = ${model} and outcome is not null`;
      return rows.map(({ battle, order, repeat }) => ({ battleId: battle as BattleId, order, repeat }));
    },

    scoredAnswers: (campaign, judge, model) => sql<ScoredAnswer[]>`
      select answer_id as "answerId", part, slot_order as "order", repeat from answer_scores
      where campaign_id = ${campaign} and judge_id = ${judge} and model = ${model} and value is not null`,
  };
}
