import { randomUUID } from 'node:crypto';
import type { SentBackBattle, SentBackStore } from '@agon/arena';
import type { AnswerId, BattleId, CampaignId, EpochMs, ModelId, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';
import { RecentMap } from './recent-map.ts';
import { ofStandingImport } from './standing-rows.ts';

type Row = {
  battle: string;
  prompt_id: string;
  model_a: string;
  model_b: string;
  answer_a: string;
  answer_b: string;
  wanted: number;
  votes: number;
  by: string | null;
  at: Date;
};

/** Every draw asks for the list: it is read again after this long. A battle may get some votes more than it wants. */
const KEPT_MS = 5000;

export function createSentBackStore({ sql }: Database, now: () => EpochMs): SentBackStore {
  const kept = new RecentMap<{ readonly at: number; readonly battles: Promise<readonly SentBackBattle[]> }>(
    1000,
  );

  async function list(campaign: CampaignId): Promise<readonly SentBackBattle[]> {
    const rows = await sql<Row[]>`
      select s.battle_id as battle, s.prompt_id, b.model_a, b.model_b, s.answer_a, s.answer_b, s.votes as wanted, s.by, s.at,
        (select count(*)::int from battles d join votes v on v.battle_id = d.id
          where d.campaign_id = s.campaign_id and d.prompt_id = s.prompt_id and d.drawn_at >= s.at and d.state = 'voted'
            and least(d.answer_a, d.answer_b) = least(s.answer_a, s.answer_b)
            and greatest(d.answer_a, d.answer_b) = greatest(s.answer_a, s.answer_b)) as votes
      from sent_back s join battles b on b.id = s.battle_id
      where s.campaign_id = ${campaign} and s.ended_at is null order by s.at desc, s.id desc`;
    return rows.map(
      (row): SentBackBattle => ({
        battle: row.battle as BattleId,
        promptId: row.prompt_id as PromptId,
        models: { a: row.model_a as ModelId, b: row.model_b as ModelId },
        answers: { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
        wanted: row.wanted,
        votes: row.votes,
        by: row.by,
        atMs: row.at.getTime(),
      }),
    );
  }

  return {
    async send(campaign, battle, votes, by, atMs) {
      const [found] = await sql<{ part: boolean }[]>`
        select coalesce(b.turns < jsonb_array_length(p.turns), false) as part
        from battles b join prompts p on p.id = b.prompt_id
        where b.id = ${battle} and b.campaign_id = ${campaign} and b.answer_a is not null and b.answer_b is not null
          and ${ofStandingImport(sql, 'b')}`;
      if (found === undefined) return 'no_answers';
      if (found.part) return 'part_of_prompt';
      await sql`
        insert into sent_back (id, campaign_id, battle_id, prompt_id, answer_a, answer_b, votes, by, at)
        select ${randomUUID()}, b.campaign_id, b.id, b.prompt_id, b.answer_a, b.answer_b, ${votes}::int, ${by}::text,
          ${new Date(atMs)}::timestamptz
        from battles b where b.id = ${battle}
        on conflict (campaign_id, battle_id) where ended_at is null do update set votes = excluded.votes`;
      kept.delete(campaign);
      return 'sent';
    },

    async takeBack(campaign, battle, atMs) {
      const rows = await sql`
        update sent_back set ended_at = ${new Date(atMs)}
        where campaign_id = ${campaign} and battle_id = ${battle} and ended_at is null returning id`;
      kept.delete(campaign);
      return rows.length > 0;
    },

    list,

    async open(campaign) {
      const known = kept.get(campaign);
      const at = now();
      if (known !== undefined && Math.abs(at - known.at) < KEPT_MS) return known.battles;
      const battles = list(campaign).then((all) => all.filter(({ votes, wanted }) => votes < wanted));
      kept.set(campaign, { at, battles });
      // what failed is not kept
      battles.catch(() => kept.delete(campaign));
      return battles;
    },
  };
}
