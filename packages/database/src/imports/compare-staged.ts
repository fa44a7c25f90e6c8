import type { ImportResult } from '@agon/contract';
import type { TransactionSql } from 'postgres';
import { ofStandingImport, ofStandingImportSql } from '../standing-rows.ts';
import type { StagingSink } from './staging-sink.ts';
import { analyse } from './staging-tables.ts';

type ImportCounts = Pick<
  ImportResult,
  'models' | 'prompts' | 'answers' | 'votes' | 'verdicts' | 'scores' | 'material'
>;

/** What the staged rows would add to what is there. */
export type Comparison = {
  /** What would be new. */
  readonly counts: ImportCounts;
  /** Rows that add something. */
  readonly imported: number;
  readonly refused: number;
};

type Facts = {
  readonly campaignId: string;
  readonly files: readonly string[];
};

/**
 * Compares what is staged with what the campaign has: which rows must be refused, and which say nothing new. Leaves tables
 * behind for those who write: staged_keys, staged_models, fresh_prompts, fresh_answers, fresh_scores, fresh_chances,
 * fresh_material, stale_rows, refused_rows. Writes nothing else.
 */
export async function compareStaged(
  tx: TransactionSql,
  sink: StagingSink,
  { campaignId, files }: Facts,
): Promise<Comparison> {
  await separatePromptsByMaterial(tx);
  await resolveNames(tx, campaignId, sink.rows);
  await refuseRows(tx, sink, campaignId, files);
  if (await some(tx, 'refused_rows')) await leaveUnusedModels(tx);
  await findStale(tx, sink, campaignId, files.length);
  await findFresh(tx, campaignId, sink.rows);
  const [counts] = await tx<ImportCounts[]>`
    select
      (select count(*)::int from staged_models m where not exists (select 1 from campaign_models c where c.campaign_id = ${campaignId} and c.model_id = m.id)) as models,
      (select count(distinct f.content_hash)::int from fresh_prompts f
        where not exists (select 1 from prompts p join campaign_prompts c on c.prompt_id = p.id
          where p.content_hash = f.content_hash and c.campaign_id = ${campaignId} and ${ofStandingImport(tx, 'c')})) as prompts,
      (select count(*)::int from (select distinct said_to, model, content_hash from fresh_answers) a) as answers,
      ${sink.counts.votes} - (select count(*)::int from stale_rows where is_vote) as votes,
      ${sink.counts.verdicts} - (select count(*)::int from stale_rows where not is_vote) as verdicts,
      (select count(*)::int from fresh_scores) as scores,
      (select count(*)::int from fresh_material) as material`;
  if (await onlyComparisons(tx, sink)) return { counts: counts!, imported: sink.compared, refused: 0 };
  // rows of which a part was refused while the rest was taken
  const partly = [...sink.refused.with(sink.staged)];
  const [rows] = await tx<{ imported: number; partly: number; refused: number }[]>`
    with added as (
      select row from staged_rows r where not exists (select 1 from stale_rows s where s.n = r.n)
      union select row from fresh_answers union select row from fresh_prompts union select row from fresh_scores
      union select row from fresh_chances union select row from fresh_material),
    partly as (select unnest(${partly}::int[]) as row)
    select count(*)::int as imported, (select count(*)::int from partly p where p.row in (select row from added)) as partly,
      (select count(*)::int from refused_rows f where f.row not in (select row from partly)) as refused
    from added`;
  return {
    counts: counts!,
    imported: rows!.imported,
    refused: sink.refused.size - rows!.partly + rows!.refused,
  };
}

async function some(tx: TransactionSql, table: string): Promise<boolean> {
  const [row] = await tx<{ some: boolean }[]>`select exists (select 1 from ${tx(table)}) as some`;
  return row!.some;
}

/** Every row that compares adds a comparison, and no other row adds anything: as it is with millions of votes. */
async function onlyComparisons(tx: TransactionSql, sink: StagingSink): Promise<boolean> {
  if (sink.refused.size > 0) return false;
  for (const table of [
    'stale_rows',
    'fresh_prompts',
    'fresh_answers',
    'fresh_scores',
    'fresh_chances',
    'fresh_material',
    'refused_rows',
  ])
    if (await some(tx, table)) return false;
  return true;
}

/** One text with other material for judges is another prompt, wherever it is new. */
async function separatePromptsByMaterial(tx: TransactionSql): Promise<void> {
  await tx`
    update staged_prompts s set content_hash = encode(sha256(convert_to(s.content_hash || m.said, 'UTF8')), 'hex')
    from (select code, string_agg(kind || ' ' || value, chr(10) order by kind) as said from staged_material
      group by code having bool_or(kind <> 'reference')) m
    where m.code = s.code`;
}

/** Names to ids, where there are any yet. A prompt is the campaign's own under its key, or one of the same content. */
async function resolveNames(tx: TransactionSql, campaignId: string, rows: number): Promise<void> {
  await tx`
    create temporary table staged_models on commit drop as
    select n.code, n.name, m.id from staged_names n left join models m on m.name = n.name where n.kind = 'model'`;
  await tx.unsafe(`
    create temporary table staged_keys on commit drop as
    select n.code, n.name, c.prompt_id as stored, s.content_hash, coalesce(c.prompt_id, p.id) as prompt_id
    from staged_names n
    left join campaign_prompts c on c.campaign_id = '${campaignId}' and c.key = n.name and ${ofStandingImportSql('c')}
    left join staged_prompts s on s.code = n.code
    left join prompts p on p.content_hash = s.content_hash
    where n.kind = 'prompt'`);
  await analyse(tx, rows, ['staged_models', 'staged_keys']);
}

/** How many different refusals are told of one kind. */
const TOLD = 1000;

async function refuseRows(
  tx: TransactionSql,
  sink: StagingSink,
  campaignId: string,
  files: readonly string[],
): Promise<void> {
  await tx`
    create temporary table other_texts on commit drop as
    select s.code from staged_prompts s join staged_keys k on k.code = s.code join prompts p on p.id = k.stored
    where p.content_hash <> s.content_hash and p.turns <> s.turns::jsonb`;
  await tx`
    create temporary table refusals on commit drop as
    select f.row, f.file, f.line, 'prompt' as column_name, k.name as value,
      'the campaign has another text under this id of a prompt' as reason
    from (select row, file, line, code from staged_prompts
      union all select row, file, line, prompt from staged_answers
      union all select row, file, line, prompt from staged_rows) f
    join staged_keys k on k.code = f.code where f.code in (select code from other_texts)
    union all
    select m.row, m.file, m.line, m.kind, m.value,
      'the campaign has another ' || m.kind || ' for the prompt "' || k.name || '"'
    from staged_material m join staged_keys k on k.code = m.code
    join prompt_material o on o.campaign_id = ${campaignId}::uuid and o.prompt_id = k.stored and o.kind = m.kind
    where o.value <> m.value::jsonb and ${ofStandingImport(tx, 'o')}
    union all
    select m.row, m.file, m.line, m.kind, m.value,
      'no prompt "' || k.name || '", in these files or in the campaign, that it could belong to'
    from staged_material m join staged_keys k on k.code = m.code where k.stored is null and k.content_hash is null
    union all
    select a.row, a.file, a.line, 'prompt', k.name, 'no prompt with this id, in these files or in the campaign'
    from staged_answers a join staged_keys k on k.code = a.prompt where k.stored is null and k.content_hash is null
    union all
    select s.row, s.file, s.line, 'score', s.score::text,
      'the campaign has another score of this model from this source: ' || o.score
    from staged_scores s join staged_models m on m.code = s.model join benchmarks b on b.name = s.benchmark
    join scores o on o.campaign_id = ${campaignId}::uuid and o.model_id = m.id and o.benchmark_id = b.id and o.source = s.source
    where o.score <> s.score and ${ofStandingImport(tx, 'o')}
    union all
    select s.row, s.file, s.line, 'score', s.score::text, 'another score of this model from this source stands above'
    from staged_scores s join (select model, benchmark, source, (array_agg(score order by row))[1] as score
      from staged_scores group by 1, 2, 3) first using (model, benchmark, source) where s.score <> first.score
    union all
    select s.row, s.file, s.line, 'chance', s.chance::text,
      'guessing on ' || s.benchmark || ' was said to score ' || coalesce(b.chance, first.chance)
        || ' before: a benchmark has one chance, in all campaigns'
    from staged_scores s left join benchmarks b on b.name = s.benchmark
    join (select benchmark, (array_agg(chance order by row) filter (where chance is not null))[1] as chance
      from staged_scores group by 1) first on first.benchmark = s.benchmark
    where s.chance <> coalesce(b.chance, first.chance)`;
  await tx`create temporary table refused_rows on commit drop as select distinct row from refusals`;
  await analyse(tx, sink.rows, ['refused_rows']);
  const told = await tx<
    { file: number; line: number; column_name: string; value: string; reason: string; count: number }[]
  >`
    select file, min(line) as line, column_name, value, reason, count(distinct row)::int as count from refusals
    group by file, column_name, value, reason order by file, line limit ${TOLD}`;
  for (const { file, column_name: column, ...refusal } of told)
    sink.refusals.add({ file: files[file] ?? '', column, ...refusal });
  const [all] = await tx<{ rows: number }[]>`select count(*)::int as rows from refused_rows`;
  sink.refusals.total += Math.max(0, all!.rows - told.reduce((sum, { count }) => sum + count, 0));
}

/** Models that only refused rows name do not enter. */
async function leaveUnusedModels(tx: TransactionSql): Promise<void> {
  await tx`
    delete from staged_models where code not in (
      select model from staged_answers where row not in (select row from refused_rows)
      union select model_a from staged_rows where row not in (select row from refused_rows)
      union select model_b from staged_rows where row not in (select row from refused_rows)
      union select model from staged_scores where row not in (select row from refused_rows))`;
}

/**
 * Comparisons that are known: a vote is what it says, and its place among equal rows of its file. So many equal ones as
 * the campaign has, and those that an earlier file of this import has, are not new.
 */
async function findStale(
  tx: TransactionSql,
  sink: StagingSink,
  campaignId: string,
  files: number,
): Promise<void> {
  await tx`
    create temporary table stale_rows on commit drop as
    select n, is_vote from staged_rows where row in (select row from refused_rows)`;
  if (sink.counts.votes + sink.counts.verdicts === 0) return;
  const [earlier] = await tx<{ votes: boolean; verdicts: boolean }[]>`
    select coalesce(bool_or(votes > 0), false) as votes, coalesce(bool_or(verdicts > 0), false) as verdicts from imports
    where campaign_id = ${campaignId} and undone_at is null`;
  await tx`create temporary table known_rows (is_vote bool, identity uuid, count int) on commit drop`;
  if (earlier!.votes && sink.counts.votes > 0) {
    await tx`insert into known_rows select true, v.identity, count(*) from votes v
      where v.campaign_id = ${campaignId} and v.identity in (select identity from staged_rows where is_vote)
        and ${ofStandingImport(tx, 'v')} group by v.identity`;
  }
  if (earlier!.verdicts && sink.counts.verdicts > 0) {
    await tx`insert into known_rows select false, d.identity, count(*) from verdicts d
      where d.campaign_id = ${campaignId} and d.identity in (select identity from staged_rows where not is_vote)
        and ${ofStandingImport(tx, 'd')} group by d.identity`;
  }
  const [known] = await tx<{ some: boolean }[]>`select exists (select 1 from known_rows) as some`;
  if (known!.some || files > 1) {
    await tx`
      insert into stale_rows
      select n, is_vote from (
        select n, row, is_vote, identity, place, row_number() over (partition by is_vote, identity, place order by n) as time
        from (select n, row, is_vote, identity, row_number() over (partition by is_vote, file, identity order by n) as place
          from staged_rows where row not in (select row from refused_rows)) placed) timed
      left join known_rows k using (is_vote, identity)
      where timed.time > 1 or timed.place <= coalesce(k.count, 0)`;
  }
  await tx`create index on stale_rows (n)`;
  await analyse(tx, sink.rows, ['stale_rows']);
}

async function findFresh(tx: TransactionSql, campaignId: string, rows: number): Promise<void> {
  await tx`
    create temporary table fresh_prompts on commit drop as
    select s.code, s.row, s.content_hash from staged_prompts s join staged_keys k on k.code = s.code
    where k.stored is null and s.row not in (select row from refused_rows)`;
  // two ids of one text are one prompt, also before it has an id of its own
  await tx`
    create temporary table fresh_answers on commit drop as
    select a.code, a.row, a.model, a.content_hash, coalesce(k.prompt_id::text, k.content_hash) as said_to
    from staged_answers a join staged_keys k on k.code = a.prompt join staged_models m on m.code = a.model
    where a.row not in (select row from refused_rows) and not exists (
      select 1 from answers w where w.campaign_id = ${campaignId}::uuid and w.prompt_id = k.prompt_id and w.model_id = m.id
        and split_part(w.content_hash, ':', 1) = a.content_hash and ${ofStandingImport(tx, 'w')})`;
  await tx`
    create temporary table fresh_scores on commit drop as
    select distinct on (s.model, s.benchmark, s.source) s.row, s.model, s.benchmark, s.score, s.n, s.source
    from staged_scores s join staged_models m on m.code = s.model
    where s.row not in (select row from refused_rows) and not exists (
      select 1 from scores o join benchmarks b on b.id = o.benchmark_id where o.campaign_id = ${campaignId}::uuid
        and o.model_id = m.id and b.name = s.benchmark and o.source = s.source and ${ofStandingImport(tx, 'o')})
    order by s.model, s.benchmark, s.source, s.row`;
  // what guessing scores may be said by a row whose score is known already
  await tx`
    create temporary table fresh_chances on commit drop as
    select distinct on (s.benchmark) s.row, s.benchmark, s.chance from staged_scores s
    left join benchmarks b on b.name = s.benchmark
    where s.chance is not null and b.chance is null and s.row not in (select row from refused_rows)
    order by s.benchmark, s.row`;
  await tx`
    create temporary table fresh_material on commit drop as
    select m.row, m.code, m.kind, m.value from staged_material m join staged_keys k on k.code = m.code
    where m.row not in (select row from refused_rows) and (k.stored is not null or k.content_hash is not null)
      and not exists (select 1 from prompt_material o where o.campaign_id = ${campaignId}::uuid and o.prompt_id = k.prompt_id
        and o.kind = m.kind and ${ofStandingImport(tx, 'o')})`;
  await analyse(tx, rows, [
    'fresh_prompts',
    'fresh_answers',
    'fresh_scores',
    'fresh_chances',
    'fresh_material',
  ]);
}
