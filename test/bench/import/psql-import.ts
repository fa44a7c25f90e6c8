import { execFileSync } from 'node:child_process';

/**
 * The same rows by psql: `\copy` into a temporary table, then one insert … select for each table, in one transaction. Ids of
 * battles and what identifies a vote are made of the same texts, by md5; nothing is checked and nothing is compared.
 * @returns seconds, or null where there is no psql on this machine
 */
export function importByPsql(url: string, csv: string, campaign: string, importId: string): number | null {
  const script = `
\\set ON_ERROR_STOP on
begin;
set local work_mem = '128MB';
create temporary table given (n serial, id text, model_a text, model_b text, winner text, rater text, prompt_id text, at float8) on commit drop;
\\copy given (id, model_a, model_b, winner, rater, prompt_id, at) from '${csv}' csv header
analyze given;
insert into models (id, name, title) select gen_random_uuid(), name, name from (select model_a as name from given union select model_b from given) m on conflict do nothing;
insert into campaign_models select '${campaign}', id from models on conflict do nothing;
insert into raters (id, campaign_id, external) select gen_random_uuid(), '${campaign}', rater from given group by rater;
insert into imports (id, campaign_id, format, files, rows, errors) values ('${importId}', '${campaign}', 'psql', '[]', '{}', '[]');
insert into battles (id, campaign_id, model_a, model_b, origin, state, prompt_key, import_id, drawn_at)
select distinct on (battle) battle, '${campaign}', a.id, b.id, 'import', 'kept', prompt_id, '${importId}', now()
from (select md5(prompt_id || '/' || model_a || '/' || model_b)::uuid as battle, * from given) g
join models a on a.name = g.model_a join models b on b.name = g.model_b order by battle on conflict (id) do nothing;
insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, source_id, identity, at, import_id)
select ('${importId.slice(0, 24)}' || lpad(to_hex(g.n), 12, '0'))::uuid, '${campaign}', g.n,
  md5(g.prompt_id || '/' || g.model_a || '/' || g.model_b)::uuid, r.id,
  case g.winner when 'model_a' then 'a' when 'model_b' then 'b' else g.winner end, g.id,
  md5(concat_ws('/', g.prompt_id, g.model_a, g.model_b, g.rater, g.winner, g.at, g.id))::uuid, to_timestamp(g.at), '${importId}'
from given g join raters r on r.campaign_id = '${campaign}' and r.external = g.rater order by g.n;
commit;
`;
  const startMs = performance.now();
  try {
    execFileSync('psql', ['--no-psqlrc', '--quiet', url], {
      input: script,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return (performance.now() - startMs) / 1000;
}
