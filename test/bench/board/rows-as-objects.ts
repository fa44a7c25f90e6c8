import type { Database } from '@agon/database';
import type { CampaignId, Outcome } from '@agon/domain';

type Row = {
  readonly id: string;
  readonly seq: number;
  readonly model_a: string;
  readonly model_b: string;
  readonly outcome: Outcome;
  readonly rater: string;
  readonly answer_a: string | null;
  readonly answer_b: string | null;
  readonly prompt_id: string | null;
  readonly prompt_key: string | null;
  readonly turns: number | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly at: Date;
  readonly quarantined: string | null;
};

/** The peer: one query whose rows, with the names of what they are about, become one object each, found by its id. */
export async function readAsObjects({ sql }: Database, campaign: CampaignId) {
  const found = await sql<Row[]>`
    select v.id, v.seq, ma.name as model_a, mb.name as model_b, v.outcome, v.rater_id::text as rater,
      b.answer_a, b.answer_b, b.prompt_id, b.prompt_key, b.turns, coalesce(p.category, b.category) as category,
      coalesce(p.language, b.language) as language, v.at, q.reason as quarantined
    from votes v join battles b on b.id = v.battle_id
    join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    left join prompts p on p.id = b.prompt_id left join quarantine q on q.vote_id = v.id
    left join imports i on i.id = v.import_id
    where v.campaign_id = ${campaign} and i.undone_at is null order by v.seq`;
  const indexOf = new Map<string, number>();
  const rows = found.map((row, at) => {
    indexOf.set(row.id, at);
    return {
      id: row.id,
      answers: row.answer_a === null || row.answer_b === null ? null : { a: row.answer_a, b: row.answer_b },
      excluded: row.quarantined,
      modelA: row.model_a,
      modelB: row.model_b,
      outcome: row.outcome,
      source: 'people',
      rater: row.rater,
      promptKey: row.prompt_id ?? row.prompt_key ?? undefined,
      turn: row.turns ?? undefined,
      category: row.category ?? undefined,
      language: row.language ?? undefined,
      atMs: row.at.getTime(),
    };
  });
  return { rows, indexOf };
}
