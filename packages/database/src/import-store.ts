import { createHash, randomUUID } from 'node:crypto';
import type { ImportBundle, ImportCounts, ImportRecord, ImportStore, ImportWatch } from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Database } from './connect.ts';
import { lockChain } from './vote-chain.ts';

type ImportRow = {
  id: string;
  campaign_id: string;
  format: string;
  files: { name: string }[];
  rows: ImportRecord['rows'];
  at: Date;
  undone_at: Date | null;
};

/** Rows of one insert: PostgreSQL takes 65,535 parameters. */
const CHUNK = 2000;

export function createImportStore({ sql }: Database): ImportStore {
  return {
    write: (bundle, watch = {}) =>
      sql.begin((tx) => writeBundle(tx, bundle, chunksOf(bundle, watch))) as Promise<ImportCounts>,

    async list(campaign, { after, limit }) {
      const rows = await sql<ImportRow[]>`
        select * from imports where campaign_id = ${campaign} and ${after === null ? sql`true` : sql`id < ${after}`}
        order by id desc limit ${limit}`;
      return rows.map(toRecord);
    },

    async find(id) {
      if (!/^[0-9a-f-]{36}$/.test(id)) return null;
      const [row] = await sql<ImportRow[]>`select * from imports where id = ${id}`;
      return row === undefined ? null : toRecord(row);
    },

    async undo(id, atMs) {
      return (await sql.begin(async (tx) => {
        const [row] = await tx<ImportRow[]>`
          update imports set undone_at = coalesce(undone_at, ${new Date(atMs)}) where id = ${id} returning *`;
        await tx`update campaigns set content_version = content_version + 1 where id = ${row!.campaign_id}`;
        return toRecord(row!);
      })) as ImportRecord;
    },
  };
}

function toRecord(row: ImportRow): ImportRecord {
  return {
    id: row.id as ImportId,
    campaignId: row.campaign_id as CampaignId,
    format: row.format,
    files: row.files.map((file) => file.name),
    rows: row.rows,
    atMs: row.at.getTime(),
    undoneAtMs: row.undone_at?.getTime() ?? null,
  };
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}

/** Parts of the bundle's own lists, counted as they are done. */
type Chunks = <T>(items: readonly T[]) => Generator<T[]>;

function chunksOf(bundle: ImportBundle, { onRows, signal }: ImportWatch): Chunks {
  const { models, prompts, answers, battles, votes, verdicts, scores } = bundle;
  const total = [models, prompts, answers, battles, votes, verdicts, scores].reduce(
    (sum, rows) => sum + rows.length,
    0,
  );
  let done = 0;
  return function* counted(items) {
    for (const part of chunks(items)) {
      signal?.throwIfAborted();
      yield part;
      done += part.length;
      onRows?.(done, total);
    }
  };
}

/** Which ids of `table` belong to an undone import: those rows are taken over by the import that brings them again. */
const undone = (tx: TransactionSql, table: string) =>
  tx`exists (select 1 from imports i where i.id = ${tx(table)}.import_id and i.undone_at is not null)`;

async function writeBundle(tx: TransactionSql, bundle: ImportBundle, parts: Chunks): Promise<ImportCounts> {
  const { campaignId } = bundle;
  // one import at a time in a campaign; also orders the votes of the chain
  const chain = await lockChain(tx, campaignId);
  await tx`insert into imports (id, campaign_id, format, files, rows, errors, by, at) values (${bundle.id}, ${campaignId},
    ${bundle.format}, ${tx.json(bundle.files as never)}, ${tx.json(bundle.rows as never)}, ${tx.json(bundle.errors as never)},
    ${bundle.by}, ${new Date(bundle.atMs)})`;
  const models = await writeModels(tx, bundle, parts);
  const prompts = await writePrompts(tx, bundle, parts);
  const answers = await writeAnswers(tx, bundle, parts, models.idOf, prompts.idOf);
  const battleIdOf = await writeBattles(tx, bundle, parts, models.idOf, prompts.idOf);
  const votes = await writeVotes(tx, bundle, parts, battleIdOf, chain);
  const verdicts = await writeVerdicts(tx, bundle, parts, battleIdOf);
  const scores = await writeScores(tx, bundle, parts, models.idOf);
  await tx`update campaigns set content_version = content_version + 1 where id = ${campaignId}`;
  return { models: models.added, prompts: prompts.added, answers, votes, verdicts, scores };
}

async function writeModels(tx: TransactionSql, bundle: ImportBundle, parts: Chunks) {
  if (bundle.models.length === 0) return { idOf: new Map<string, string>(), added: 0 };
  for (const part of parts(bundle.models)) {
    const rows = part.map((model) => ({
      id: randomUUID(),
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      aliases: model.aliases,
    }));
    await tx`insert into models ${tx(rows)} on conflict (name) do update set
      provider = coalesce(models.provider, excluded.provider), licence = coalesce(models.licence, excluded.licence),
      open_weights = coalesce(models.open_weights, excluded.open_weights)`;
  }
  const names = bundle.models.map((model) => model.name);
  const found = await tx<
    { id: string; name: string }[]
  >`select id, name from models where name = any(${names})`;
  const entered = await tx`insert into campaign_models (campaign_id, model_id)
    select ${bundle.campaignId}, id from models where name = any(${names}) on conflict do nothing returning model_id`;
  return { idOf: new Map(found.map((row) => [row.name, row.id])), added: entered.length };
}

async function writePrompts(tx: TransactionSql, bundle: ImportBundle, parts: Chunks) {
  const { campaignId } = bundle;
  const before = await promptsByKey(tx, campaignId);
  for (const part of parts(bundle.prompts)) {
    const rows = part.map((prompt) => ({
      id: randomUUID(),
      content_hash: prompt.contentHash,
      turns: prompt.turns,
      category: prompt.category,
      language: prompt.language,
      reference: prompt.reference,
    }));
    const json = rows.map((row) => ({
      ...row,
      turns: tx.json(row.turns as never),
      reference: row.reference === null ? null : tx.json(row.reference as never),
    }));
    await tx`insert into prompts ${tx(json as never)} on conflict (content_hash) do nothing`;
    const hashes = part.map((prompt) => prompt.contentHash);
    const keys = part.map((prompt) => prompt.key);
    await tx`
      insert into campaign_prompts (campaign_id, prompt_id, key, import_id)
      select ${campaignId}, p.id, given.key, ${bundle.id}
      from unnest(${keys}::text[], ${hashes}::text[]) as given(key, hash) join prompts p on p.content_hash = given.hash
      on conflict (campaign_id, key) do update set import_id = excluded.import_id, prompt_id = excluded.prompt_id
      where ${undone(tx, 'campaign_prompts')}`;
  }
  const idOf = await promptsByKey(tx, campaignId);
  // two files may name one prompt by two keys
  return { idOf, added: new Set(idOf.values()).size - new Set(before.values()).size };
}

async function promptsByKey(tx: TransactionSql, campaignId: string): Promise<Map<string, string>> {
  const known = await tx<{ key: string; prompt_id: string }[]>`
    select c.key, c.prompt_id from campaign_prompts c left join imports i on i.id = c.import_id
    where c.campaign_id = ${campaignId} and i.undone_at is null`;
  return new Map(known.map((row) => [row.key, row.prompt_id]));
}

async function writeAnswers(
  tx: TransactionSql,
  bundle: ImportBundle,
  parts: Chunks,
  modelIdOf: ReadonlyMap<string, string>,
  promptIdOf: ReadonlyMap<string, string>,
): Promise<number> {
  let added = 0;
  for (const part of parts(bundle.answers)) {
    const rows = part.map((answer) => ({
      id: randomUUID(),
      campaign_id: bundle.campaignId,
      prompt_id: promptIdOf.get(answer.promptKey)!,
      model_id: modelIdOf.get(answer.model)!,
      turns: tx.json(answer.turns as never),
      content_hash: answer.contentHash,
      self_naming: answer.selfNaming === null ? null : tx.json(answer.selfNaming as never),
      import_id: bundle.id,
    }));
    const entered = await tx`insert into answers ${tx(rows as never)}
      on conflict (campaign_id, prompt_id, model_id, content_hash) do update set import_id = excluded.import_id
      where ${undone(tx, 'answers')} returning id`;
    added += entered.length;
  }
  return added;
}

async function writeBattles(
  tx: TransactionSql,
  bundle: ImportBundle,
  parts: Chunks,
  modelIdOf: ReadonlyMap<string, string>,
  promptIdOf: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (bundle.battles.length === 0) return new Map();
  const answerRows = await tx<{ id: string; prompt_id: string; model_id: string }[]>`
    select id, prompt_id, model_id from answers where campaign_id = ${bundle.campaignId}`;
  const answerOf = new Map(answerRows.map((row) => [`${row.prompt_id}/${row.model_id}`, row.id]));
  for (const part of parts(bundle.battles)) {
    const rows = part.map((battle) => {
      const prompt = battle.promptKey === null ? undefined : promptIdOf.get(battle.promptKey);
      const [a, b] = [modelIdOf.get(battle.modelA)!, modelIdOf.get(battle.modelB)!];
      return {
        id: battleId(bundle.campaignId, battle.key),
        campaign_id: bundle.campaignId,
        prompt_id: prompt ?? null,
        model_a: a,
        model_b: b,
        answer_a: answerOf.get(`${prompt}/${a}`) ?? null,
        answer_b: answerOf.get(`${prompt}/${b}`) ?? null,
        turns: battle.turns,
        origin: 'import',
        state: 'kept',
        prompt_key: battle.promptKey,
        category: battle.category,
        language: battle.language,
        import_id: bundle.id,
        drawn_at: new Date(bundle.atMs),
      };
    });
    await tx`insert into battles ${tx(rows)} on conflict (id) do update set import_id = excluded.import_id where ${undone(tx, 'battles')}`;
  }
  return new Map(bundle.battles.map(({ key }) => [key, battleId(bundle.campaignId, key)]));
}

function battleId(campaign: string, key: string): string {
  return createHash('md5').update(`${campaign}/${key}`).digest('hex');
}

async function writeVotes(
  tx: TransactionSql,
  bundle: ImportBundle,
  parts: Chunks,
  battleIdOf: ReadonlyMap<string, string>,
  chain: { seq: number; hash: string },
): Promise<number> {
  if (bundle.votes.length === 0) return 0;
  const { campaignId } = bundle;
  const names = [...new Set(bundle.votes.map((vote) => vote.rater))];
  for (const part of chunks(names)) {
    await tx`insert into raters (id, campaign_id, external)
      select gen_random_uuid(), ${campaignId}, name from unnest(${part}::text[]) as given(name)
      on conflict (campaign_id, external) where external is not null do nothing`;
  }
  const raterRows = await tx<{ id: string; external: string }[]>`
    select id, external from raters where campaign_id = ${campaignId} and external is not null`;
  const raterOf = new Map(raterRows.map((row) => [row.external, row.id]));
  let added = 0;
  for (const part of parts(bundle.votes)) {
    const there = await tx<{ source_id: string }[]>`
      select v.source_id from votes v join imports i on i.id = v.import_id
      where v.campaign_id = ${campaignId} and i.undone_at is null and v.source_id = any(${part.map((vote) => vote.key)})`;
    const known = new Set(there.map((row) => row.source_id));
    const rows = part
      .filter((vote) => !known.has(vote.key))
      .map((vote) => {
        added += 1;
        return {
          id: randomUUID(),
          campaign_id: campaignId,
          seq: added,
          battle_id: battleIdOf.get(vote.battleKey)!,
          rater_id: raterOf.get(vote.rater)!,
          outcome: vote.outcome,
          source_id: vote.key,
          at: new Date(vote.atMs),
          import_id: bundle.id,
        };
      });
    if (rows.length > 0) await tx`insert into votes ${tx(rows)}`;
  }
  if (added > 0) {
    await tx`update vote_chains set seq = ${chain.seq + 1} where campaign_id = ${campaignId}`;
    await tx`update imports set votes = ${added}, chain_seq = ${chain.seq + 1} where id = ${bundle.id}`;
  }
  return added;
}

async function writeVerdicts(
  tx: TransactionSql,
  bundle: ImportBundle,
  parts: Chunks,
  battleIdOf: ReadonlyMap<string, string>,
): Promise<number> {
  if (bundle.verdicts.length === 0) return 0;
  const names = [...new Set(bundle.verdicts.map((verdict) => verdict.judge))];
  const judgeRows = names.map((name) => ({
    id: randomUUID(),
    name,
    identity: `imported:${name}`,
    title: name,
    origin: 'imported',
  }));
  await tx`insert into judges ${tx(judgeRows)} on conflict (identity) do nothing`;
  const found = await tx<{ id: string; name: string }[]>`
    select id, name from judges where identity = any(${names.map((name) => `imported:${name}`)})`;
  const judgeOf = new Map(found.map((row) => [row.name, row.id]));
  let added = 0;
  for (const part of parts(bundle.verdicts)) {
    const rows = part.map((verdict) => ({
      id: randomUUID(),
      campaign_id: bundle.campaignId,
      battle_id: battleIdOf.get(verdict.battleKey)!,
      judge_id: judgeOf.get(verdict.judge)!,
      slot_order: 'unknown',
      repeat: verdict.repeat,
      outcome: verdict.outcome,
      share_a: verdict.shareA,
      import_id: bundle.id,
      at: new Date(verdict.atMs),
    }));
    const entered = await tx`insert into verdicts ${tx(rows)} returning id`;
    added += entered.length;
  }
  return added;
}

async function writeScores(
  tx: TransactionSql,
  bundle: ImportBundle,
  parts: Chunks,
  modelIdOf: ReadonlyMap<string, string>,
): Promise<number> {
  if (bundle.scores.length === 0) return 0;
  const names = [...new Set(bundle.scores.map((score) => score.benchmark))];
  await tx`insert into benchmarks ${tx(names.map((name) => ({ id: randomUUID(), name, title: name, chance: chanceOf(name) })))}
    on conflict (name) do nothing`;
  const found = await tx<
    { id: string; name: string }[]
  >`select id, name from benchmarks where name = any(${names})`;
  const benchmarkOf = new Map(found.map((row) => [row.name, row.id]));
  let added = 0;
  for (const part of parts(bundle.scores)) {
    const rows = part.map((score) => ({
      id: randomUUID(),
      campaign_id: bundle.campaignId,
      model_id: modelIdOf.get(score.model)!,
      benchmark_id: benchmarkOf.get(score.benchmark)!,
      score: score.score,
      n: score.n,
      source: score.source,
      import_id: bundle.id,
      at: new Date(bundle.atMs),
    }));
    const entered = await tx`insert into scores ${tx(rows)}
      on conflict (campaign_id, model_id, benchmark_id, source) do update set import_id = excluded.import_id,
        score = excluded.score, n = excluded.n where ${undone(tx, 'scores')} returning id`;
    added += entered.length;
  }
  return added;
}

/** Score of guessing for benchmarks with a fixed number of choices: four for these, 0 for all others. */
function chanceOf(benchmark: string): number {
  return /^(mmlu|hellaswag|arc[-_ ]?(easy|challenge)?|openbookqa|ceval|c-eval|cmmlu)$/i.test(benchmark)
    ? 0.25
    : 0;
}
