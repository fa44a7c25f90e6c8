import type { RunRecord } from '@agon/arena';
import type { TransactionSql } from 'postgres';
import { ofStandingImport } from '../standing-rows.ts';

/** What verdicts that follow from scores are stamped with. */
export const SCORES_PARSER = 'scores-1';

/**
 * Verdicts of battles whose two answers have every score that the run asks for: the answer with the higher mean, by more
 * than the run's margin, else a tie. Criteria weigh as their prompt says. Battles that show only some turns are left out:
 * scores are of whole answers.
 * @param answers only battles with one of these
 */
export async function deriveVerdicts(
  tx: TransactionSql,
  run: RunRecord,
  answers: readonly string[],
): Promise<void> {
  const { judgeId, margin = 0 } = run.config as { readonly judgeId: string; readonly margin?: number };
  // two workers that store the last score of each answer at once would both see the other's missing
  await tx`select 1 from runs where id = ${run.id} for no key update`;
  await tx`
    with fought as (
      select distinct on (b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b))
        b.id, b.answer_a, b.answer_b
      from battles b join prompts p on p.id = b.prompt_id
      where b.campaign_id = ${run.campaignId} and ${ofStandingImport(tx, 'b')} and b.state in ('voted', 'kept')
        and (b.answer_a = any(${[...answers]}::uuid[]) or b.answer_b = any(${[...answers]}::uuid[]))
        and (b.turns is null or b.turns = jsonb_array_length(p.turns))
      order by b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.id
    ), missing as (
      select distinct unnest(string_to_array(split_part(target, '/', 2), '+'))::uuid as answer_id from calls
      where run_id = ${run.id} and coalesce(result, '') not in ('scored', 'ranked') and position(':' in target) = 0
    ), means as (
      select s.answer_id, sum(s.value * w.weight) / nullif(sum(w.weight), 0) as mean
      from answer_scores s join answers a on a.id = s.answer_id,
        lateral (select coalesce((select (c->>'weight')::float8 from prompt_material pm, jsonb_array_elements(pm.value) c
          where pm.campaign_id = ${run.campaignId} and pm.prompt_id = a.prompt_id and pm.kind = 'criteria'
            and c->>'id' = s.part), 1) as weight) w
      where s.campaign_id = ${run.campaignId} and s.judge_id = ${judgeId} and s.model = ${run.model} and s.value is not null
        and s.answer_id in (select answer_a from fought union select answer_b from fought)
        and s.answer_id not in (select answer_id from missing)
      group by s.answer_id
    )
    insert into verdicts (id, campaign_id, battle_id, judge_id, run_id, model, slot_order, repeat, outcome, parser)
    select gen_random_uuid(), ${run.campaignId}, f.id, ${judgeId}, ${run.id}, ${run.model}, 'reconciled', 1,
      case when abs(x.mean - y.mean) <= ${margin} then 'tie' when x.mean > y.mean then 'a' else 'b' end, ${SCORES_PARSER}
    from fought f join means x on x.answer_id = f.answer_a join means y on y.answer_id = f.answer_b
    on conflict (judge_id, model, battle_id, slot_order, repeat) where import_id is null do nothing`;
}
