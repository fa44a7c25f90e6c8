import { createHash, randomUUID } from 'node:crypto';
import { defaultAliases, findOwnName, type ImportJob, type ImportWatch } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import { ofStandingImport } from '../standing-rows.ts';
import { lockChain } from '../vote-chain.ts';
import type { Comparison } from './compare-staged.ts';
import type { StagingSink } from './staging-sink.ts';
import { analyse } from './staging-tables.ts';

/** Comparisons that one statement writes: between two of them a listener hears how far it is. */
const CHUNK = 500_000;
/** Answers looked at again at a time. */
const BATCH = 1000;

type Writing = {
  readonly tx: TransactionSql;
  readonly job: ImportJob & { readonly campaignId: CampaignId };
  readonly sink: StagingSink;
  readonly counts: Comparison['counts'];
  readonly done: (rows: number) => void;
};

/**
 * Writes what is new, in as few statements as there are tables: rows go from the staging tables to their places and never
 * through this process. The campaign's chain is locked for the last moment only, so that votes are cast meanwhile.
 */
export async function writeStaged(
  given: Omit<Writing, 'done'>,
  { onProgress, signal }: ImportWatch,
): Promise<void> {
  const { tx, job, counts } = given;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let written = 0;
  const done = (rows: number) => {
    signal?.throwIfAborted();
    written += rows;
    onProgress?.({ stage: 'writing', done: written, total });
  };
  const writing = { ...given, done };
  done(0);
  await writeModels(writing);
  await writePrompts(writing);
  await writeMaterial(writing);
  await writeAnswers(writing);
  await writeComparisons(writing);
  await writeScores(writing);
  if (counts.votes > 0) await linkVotes(tx, job, counts.votes);
  await tx`update campaigns set content_version = content_version + 1 where id = ${job.campaignId}`;
}

async function writeModels({ tx, job, counts, done }: Writing): Promise<void> {
  const described = new Map(job.models.map((model) => [model.name, model]));
  const unknown = await tx<{ name: string }[]>`
    select name from staged_models where id is null order by name`;
  for (const { name } of unknown) {
    const {
      title = name,
      provider = null,
      licence = null,
      openWeights = null,
      aliases = [],
    } = described.get(name) ?? {};
    await tx`insert into models (id, name, title, provider, licence, open_weights, aliases)
      values (${randomUUID()}, ${name}, ${title}, ${provider}, ${licence}, ${openWeights},
        ${[...new Set([...aliases, ...defaultAliases(name)])]}) on conflict (name) do nothing`;
  }
  for (const model of job.models) {
    await tx`update models set provider = coalesce(provider, ${model.provider}), licence = coalesce(licence, ${model.licence}),
      open_weights = coalesce(open_weights, ${model.openWeights}) where name = ${model.name}`;
  }
  await tx`update staged_models s set id = m.id from models m where m.name = s.name and s.id is null`;
  await tx`insert into campaign_models (campaign_id, model_id)
    select ${job.campaignId}::uuid, id from staged_models where id is not null on conflict do nothing`;
  done(counts.models);
}

async function writePrompts({ tx, job, counts, done }: Writing): Promise<void> {
  await tx`
    insert into prompts (id, content_hash, turns, category, language)
    select gen_random_uuid(), s.content_hash, s.turns::jsonb, s.category, s.language
    from staged_prompts s join fresh_prompts f on f.code = s.code order by s.code on conflict (content_hash) do nothing`;
  await tx`
    insert into campaign_prompts (campaign_id, prompt_id, key, import_id)
    select ${job.campaignId}::uuid, p.id, k.name, ${job.id}::uuid
    from fresh_prompts f join staged_keys k on k.code = f.code join prompts p on p.content_hash = f.content_hash order by f.code
    on conflict (campaign_id, key) do update set import_id = excluded.import_id, prompt_id = excluded.prompt_id`;
  await tx`update staged_keys k set prompt_id = p.id from fresh_prompts f join prompts p on p.content_hash = f.content_hash
    where f.code = k.code and k.prompt_id is distinct from p.id`;
  done(counts.prompts);
}

async function writeMaterial({ tx, job, counts, done }: Writing): Promise<void> {
  if (counts.material === 0) return;
  await tx`
    insert into prompt_material (campaign_id, prompt_id, kind, value, import_id)
    select distinct on (k.prompt_id, f.kind) ${job.campaignId}::uuid, k.prompt_id, f.kind, f.value::jsonb, ${job.id}::uuid
    from fresh_material f join staged_keys k on k.code = f.code order by k.prompt_id, f.kind, f.row
    on conflict (campaign_id, prompt_id, kind) do update set value = excluded.value, import_id = excluded.import_id`;
  done(counts.material);
}

async function writeAnswers({ tx, job, counts, done }: Writing): Promise<void> {
  await lookForNamesAgain(tx);
  await tx`
    insert into answers (id, campaign_id, prompt_id, model_id, turns, content_hash, blank, self_naming, import_id)
    select gen_random_uuid(), ${job.campaignId}::uuid, prompt_id, model_id, turns::jsonb, content_hash, blank, naming::jsonb, ${job.id}::uuid
    from (
      select distinct on (k.prompt_id, m.id, a.content_hash) a.code, k.prompt_id, m.id as model_id, a.turns, a.content_hash, a.blank, a.naming
      from staged_answers a join fresh_answers f on f.code = a.code join staged_keys k on k.code = a.prompt
      join staged_models m on m.code = a.model order by k.prompt_id, m.id, a.content_hash, a.code) said
    order by code
    on conflict (campaign_id, prompt_id, model_id, content_hash) do update set import_id = excluded.import_id`;
  done(counts.answers);
}

/** Names that the prompt has, too, give nothing away; by now every prompt is known. */
async function lookForNamesAgain(tx: TransactionSql): Promise<void> {
  for (let after = -1; ; ) {
    const rows = await tx<
      { code: number; name: string; turns: string; asked: string[]; aliases: string[] }[]
    >`
      select a.code, m.name, a.turns, p.turns as asked, coalesce(o.aliases, '{}') as aliases
      from staged_answers a join fresh_answers f on f.code = a.code join staged_keys k on k.code = a.prompt
      join prompts p on p.id = k.prompt_id join staged_models m on m.code = a.model join models o on o.id = m.id
      where a.naming is not null and a.code > ${after} order by a.code limit ${BATCH}`;
    if (rows.length === 0) return;
    after = rows.at(-1)!.code;
    const found = rows.map(({ code, name, turns, asked, aliases }) => {
      const spans = (JSON.parse(turns) as string[]).map((turn) =>
        findOwnName(turn, { name, aliases }, asked.join('\n')),
      );
      return { code, naming: spans.some((turn) => turn.length > 0) ? JSON.stringify(spans) : null };
    });
    await tx`update staged_answers a set naming = g.naming
      from unnest(${found.map((row) => row.code)}::int[], ${found.map((row) => row.naming)}::text[]) as g(code, naming) where a.code = g.code`;
  }
}

async function writeComparisons({ tx, job, sink, counts, done }: Writing): Promise<void> {
  if (counts.votes + counts.verdicts === 0) return;
  const { campaignId, id } = job;
  await tx`
    insert into raters (id, campaign_id, external)
    select gen_random_uuid(), ${campaignId}::uuid, name from staged_names where kind = 'rater' order by code
    on conflict (campaign_id, external) where external is not null do nothing`;
  await tx`
    create temporary table staged_raters on commit drop as
    select n.code, r.id from staged_names n join raters r on r.campaign_id = ${campaignId}::uuid and r.external = n.name
    where n.kind = 'rater'`;
  await writeJudges(tx);
  await resolveAnswers(tx, campaignId, sink.rows);
  await analyse(tx, sink.rows, ['staged_raters']);
  const all = sink.counts.votes + sink.counts.verdicts;
  if (all > CHUNK) await tx`create index on staged_rows (n)`;
  for (let from = 0; from < all; from += CHUNK) {
    const fresh = tx`r.n >= ${from} and r.n < ${from + CHUNK} and not exists (select 1 from stale_rows s where s.n = r.n)`;
    await tx`
      insert into battles (id, campaign_id, prompt_id, model_a, model_b, answer_a, answer_b, turns, origin, state, prompt_key,
        category, language, import_id, drawn_at)
      select distinct on (r.battle) r.battle, ${campaignId}::uuid, k.prompt_id, ma.id, mb.id,
        case when r.answer_a is null then oa.id else aa.id end, case when r.answer_b is null then ob.id else ab.id end,
        r.turns, 'import', 'kept', k.name, r.category, r.language, ${id}::uuid, ${new Date(job.atMs)}::timestamptz
      from staged_rows r join staged_models ma on ma.code = r.model_a join staged_models mb on mb.code = r.model_b
      left join staged_keys k on k.code = r.prompt
      left join answer_ids aa on aa.code = r.answer_a left join answer_ids ab on ab.code = r.answer_b
      left join only_answers oa on r.answer_a is null and oa.prompt_id = k.prompt_id and oa.model_id = ma.id
      left join only_answers ob on r.answer_b is null and ob.prompt_id = k.prompt_id and ob.model_id = mb.id
      where ${fresh} order by r.battle
      on conflict (id) do update set import_id = excluded.import_id, prompt_id = excluded.prompt_id,
        answer_a = excluded.answer_a, answer_b = excluded.answer_b where not ${ofStandingImport(tx, 'battles')}`;
    const votes = await tx`
      insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, share_a, weight, source_id, identity, at, import_id)
      select ${idOf(tx, id)}, ${campaignId}::uuid, r.place, r.battle, o.id, r.outcome, r.share_a, r.weight, r.source_id, r.identity,
        r.at, ${id}::uuid
      from staged_rows r left join staged_raters o on o.code = r.rater where r.is_vote and ${fresh} order by r.n`;
    done(votes.count);
    const verdicts = await tx`
      insert into verdicts (id, campaign_id, battle_id, judge_id, slot_order, repeat, outcome, share_a, weight, source_id, identity, at, import_id)
      select ${idOf(tx, id)}, ${campaignId}::uuid, r.battle, j.id, 'unknown', 1, r.outcome, r.share_a, r.weight, r.source_id, r.identity,
        r.at, ${id}::uuid
      from staged_rows r join staged_judges j on j.code = r.rater where not r.is_vote and ${fresh} order by r.n`;
    done(verdicts.count);
  }
  await tx`
    insert into quarantine (vote_id, reason, by, at)
    select ${idOf(tx, id)}, r.held, ${job.by}, ${new Date(job.atMs)}::timestamptz
    from staged_rows r where r.held is not null and not exists (select 1 from stale_rows s where s.n = r.n)`;
}

/** Ids of an import's votes and verdicts follow one another: an index takes them at its end. */
function idOf(tx: TransactionSql, importId: string) {
  return tx`(${importId.slice(0, 24)} || lpad(to_hex(r.n + 1), 12, '0'))::uuid`;
}

async function writeJudges(tx: TransactionSql): Promise<void> {
  await tx`
    insert into judges (id, name, identity, title, origin)
    select gen_random_uuid(), name, 'imported:' || name, name, 'imported' from staged_names where kind = 'judge' order by code
    on conflict (identity) do nothing`;
  await tx`
    create temporary table staged_judges on commit drop as
    select n.code, j.id from staged_names n join judges j on j.identity = 'imported:' || n.name where n.kind = 'judge'`;
}

/** Which answer a battle shows: the row's own text, or the only answer that there is. */
async function resolveAnswers(tx: TransactionSql, campaignId: string, rows: number): Promise<void> {
  await tx`
    create temporary table answer_ids on commit drop as
    select a.code, w.id from staged_answers a join staged_keys k on k.code = a.prompt join staged_models m on m.code = a.model
    join answers w on w.campaign_id = ${campaignId}::uuid and w.prompt_id = k.prompt_id and w.model_id = m.id
      and w.content_hash = a.content_hash`;
  await tx`
    create temporary table only_answers on commit drop as
    select w.prompt_id, w.model_id, min(w.id::text)::uuid as id from answers w
    where w.campaign_id = ${campaignId}::uuid and ${ofStandingImport(tx, 'w')}
      and w.prompt_id in (select k.prompt_id from staged_keys k)
    group by 1, 2 having count(*) = 1`;
  await analyse(tx, rows, ['answer_ids', 'only_answers']);
}

async function writeScores({ tx, job, counts, done }: Writing): Promise<void> {
  await tx`
    insert into benchmarks (id, name, title, chance)
    select gen_random_uuid(), name, name, chance from (select benchmark from fresh_scores union select benchmark from fresh_chances) k (name)
    left join fresh_chances c on c.benchmark = k.name
    on conflict (name) do update set chance = excluded.chance
      where benchmarks.chance is null and excluded.chance is not null`;
  if (counts.scores === 0) return;
  await tx`
    insert into scores (id, campaign_id, model_id, benchmark_id, score, n, source, import_id, at)
    select gen_random_uuid(), ${job.campaignId}::uuid, m.id, b.id, f.score, f.n, f.source, ${job.id}::uuid, ${new Date(job.atMs)}::timestamptz
    from fresh_scores f join staged_models m on m.code = f.model join benchmarks b on b.name = f.benchmark order by f.row
    on conflict (campaign_id, model_id, benchmark_id, source) do update set import_id = excluded.import_id,
      score = excluded.score, n = excluded.n, at = excluded.at`;
  done(counts.scores);
}

/**
 * One link in the campaign's chain stands for all votes of an import: SHA-256 over the link before, its own place, the
 * import, and the digest of what its votes say, in their order.
 */
async function linkVotes(
  tx: TransactionSql,
  { campaignId, id }: { readonly campaignId: string; readonly id: string },
  votes: number,
): Promise<void> {
  const [{ digest } = { digest: '' }] = await tx<{ digest: string }[]>`
    select encode(sha256(string_agg(uuid_send(r.identity), '' order by r.n)), 'hex') as digest from staged_rows r
    where r.is_vote and not exists (select 1 from stale_rows s where s.n = r.n)`;
  const end = await lockChain(tx, campaignId);
  const seq = end.seq + 1;
  const hash = importLink(end.hash, { seq, id, votes, digest });
  await tx`update imports set chain_seq = ${seq}, votes_digest = ${digest}, chain_hash = ${hash} where id = ${id}`;
  await tx`update vote_chains set seq = ${seq}, hash = ${hash} where campaign_id = ${campaignId}`;
}

function importLink(
  previous: string,
  link: { seq: number; id: string; votes: number; digest: string },
): string {
  const facts = [previous, link.seq, 'import', link.id, link.votes, link.digest].join('\n');
  return createHash('sha256').update(facts).digest('hex');
}
