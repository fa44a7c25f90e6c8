import type { BundledVerdict } from '@agon/arena';
import type { RunId } from '@agon/domain';
import type { Database } from '../connect.ts';
import { materialSql } from '../material-sql.ts';

type Row = Omit<BundledVerdict, 'seq' | 'reply' | 'models' | 'answers'> & {
  readonly seq: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly answerA: string[];
  readonly answerB: string[];
  readonly callId: string | null;
  readonly target: string | null;
  readonly texts: string[] | null;
} & Omit<NonNullable<BundledVerdict['reply']>, 'callId' | 'target' | 'texts'>;

/** Verdicts of a run in the order in which they came, with all that they stand on. */
export async function readBundledVerdicts(
  sql: Database['sql'],
  run: RunId,
  after: number,
  limit: number,
): Promise<readonly BundledVerdict[]> {
  const rows = await sql<Row[]>`
    select d.seq, d.slot_order as "order", d.repeat, ma.name as "modelA", mb.name as "modelB", p.turns as prompt,
      p.category, p.language, ${materialSql(sql, 'b.campaign_id', 'b.prompt_id')} as material, b.turns, aa.turns as "answerA", ab.turns as "answerB", d.outcome, d.unscored,
      d.share_a as "shareA", r.call_id as "callId", c.target, r.texts, r.reasoning, r.finish_reason as "finishReason", r.logprobs, r.model,
      r.fingerprint,
      (select count(*)::int from replies e where e.call_id = r.call_id and e.id < r.id) as "earlierReplies"
    from verdicts d join battles b on b.id = d.battle_id join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
      join prompts p on p.id = b.prompt_id join answers aa on aa.id = b.answer_a join answers ab on ab.id = b.answer_b
      left join replies r on r.id = d.reply_id left join calls c on c.id = r.call_id
    where d.run_id = ${run} and d.slot_order in ('ab', 'ba') and d.seq > ${after} order by d.seq limit ${limit}`;
  return rows.map(
    ({
      seq,
      modelA,
      modelB,
      answerA,
      answerB,
      callId,
      target,
      texts,
      reasoning,
      finishReason,
      logprobs,
      model,
      fingerprint,
      ...row
    }) => ({
      ...row,
      seq: Number(seq),
      models: { a: modelA, b: modelB },
      answers: { a: answerA, b: answerB },
      reply:
        callId === null || target === null || texts === null
          ? null
          : { callId: Number(callId), target, texts, reasoning, finishReason, logprobs, model, fingerprint },
    }),
  );
}
