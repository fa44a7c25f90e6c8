import type { CampaignRecord, CampaignStore } from '@agon/arena';
import {
  type Campaign,
  type CampaignProgress,
  type CampaignSettings,
  campaignSettingsSchema,
} from '@agon/contract';
import { ArenaError, type CampaignId } from '@agon/domain';
import type { Database } from './connect.ts';

type CampaignRow = {
  id: string;
  slug: string;
  title: string;
  description: string;
  attribution: string | null;
  state: CampaignRecord['state'];
  settings: CampaignSettings;
  created_at: Date;
};

function toRecord(row: CampaignRow): CampaignRecord {
  return {
    id: row.id as CampaignId,
    slug: row.slug,
    title: row.title,
    description: row.description,
    attribution: row.attribution,
    state: row.state,
    // settings written by an older version lack what was added since
    settings: campaignSettingsSchema.parse(row.settings),
    createdAtMs: row.created_at.getTime(),
  };
}

/** A campaign's row changes seldom and is needed by every vote: kept for this long. */
const CACHE_MS = 1000;

export function createCampaignStore({ sql }: Database, now: () => number): CampaignStore {
  const cache = new Map<string, { readonly record: CampaignRecord; readonly atMs: number }>();
  const remember = (record: CampaignRecord) => {
    const entry = { record, atMs: now() };
    cache.set(record.id, entry);
    cache.set(record.slug, entry);
    return record;
  };
  const recall = (key: string) => {
    const entry = cache.get(key);
    return entry !== undefined && now() - entry.atMs < CACHE_MS ? entry.record : null;
  };
  return {
    async find(slug) {
      const known = recall(slug);
      if (known !== null) return known;
      const [row] = await sql<CampaignRow[]>`select * from campaigns where slug = ${slug}`;
      return row === undefined ? null : remember(toRecord(row));
    },

    async findById(id) {
      const known = recall(id);
      if (known !== null) return known;
      const [row] = await sql<CampaignRow[]>`select * from campaigns where id = ${id}`;
      return row === undefined ? null : remember(toRecord(row));
    },

    async list({ drafts, after, limit }) {
      const rows = await sql<CampaignRow[]>`
        select * from campaigns where ${drafts ? sql`true` : sql`state <> 'draft'`}
        and ${after === null ? sql`true` : sql`id < ${after}`} order by id desc limit ${limit}`;
      return rows.map(toRecord);
    },

    async create(campaign, by) {
      const rows = await sql`
        insert into campaigns (id, slug, title, description, attribution, state, settings, created_at, created_by)
        values (${campaign.id}, ${campaign.slug}, ${campaign.title}, ${campaign.description}, ${campaign.attribution},
          ${campaign.state}, ${sql.json(campaign.settings as never)}, ${new Date(campaign.createdAtMs)}, ${by})
        on conflict (slug) do nothing returning id`;
      if (rows.length === 0) {
        throw new ArenaError('already_exists', `There is a campaign "${campaign.slug}" already.`, {
          hint: 'Choose another name.',
          at: { column: 'slug', value: campaign.slug },
        });
      }
    },

    async change(id, change) {
      const fields = {
        ...(change.title === undefined ? {} : { title: change.title }),
        ...(change.description === undefined ? {} : { description: change.description }),
        ...(change.state === undefined ? {} : { state: change.state }),
        ...(change.settings === undefined ? {} : { settings: sql.json(change.settings as never) }),
      };
      const rows =
        Object.keys(fields).length === 0
          ? await sql<CampaignRow[]>`select * from campaigns where id = ${id}`
          : await sql<
              CampaignRow[]
            >`update campaigns set ${sql(fields as never)} where id = ${id} returning *`;
      return remember(toRecord(rows[0]!));
    },

    async counts(ids) {
      if (ids.length === 0) return new Map();
      const rows = await sql<({ id: string } & Campaign['counts'])[]>`
        with live as (select id from imports where undone_at is null)
        select c.id,
          (select count(*)::int from campaign_models m where m.campaign_id = c.id) as models,
          (select count(distinct p.prompt_id)::int from campaign_prompts p where p.campaign_id = c.id
            and (p.import_id is null or p.import_id in (select id from live))) as prompts,
          (select count(*)::int from answers a where a.campaign_id = c.id
            and (a.import_id is null or a.import_id in (select id from live))) as answers,
          (select count(*)::int from battles b where b.campaign_id = c.id
            and (b.import_id is null or b.import_id in (select id from live))) as battles,
          (select count(*)::int from votes v where v.campaign_id = c.id
            and (v.import_id is null or v.import_id in (select id from live))) as votes,
          (select count(*)::int from verdicts d where d.campaign_id = c.id and d.outcome is not null
            and (d.import_id is null or d.import_id in (select id from live))) as verdicts
        from campaigns c where c.id = any(${[...ids] as string[]})`;
      return new Map(rows.map(({ id, ...counts }) => [id as CampaignId, counts]));
    },

    progress: (id, nowMs) => readProgress(sql, id, nowMs),
  };
}

async function readProgress(sql: Database['sql'], id: CampaignId, nowMs: number): Promise<CampaignProgress> {
  const live = sql`(v.import_id is null or v.import_id in (select i.id from imports i where i.undone_at is null))`;
  const [totals] = await sql<{ votes: number; recent: number; raters: number }[]>`
    select count(*)::int as votes, count(*) filter (where v.at > ${new Date(nowMs - 3_600_000)})::int as recent,
      count(distinct v.rater_id)::int as raters from votes v where v.campaign_id = ${id} and ${live}`;
  const states = await sql<{ state: 'issued' | 'voted' | 'skipped' | 'expired'; count: number }[]>`
    select state, count(*)::int as count from battles where campaign_id = ${id} and origin = 'draw' group by state`;
  const skips = await sql<{ reason: CampaignProgress['skips'][number]['reason']; count: number }[]>`
    select skip_reason as reason, count(*)::int as count from battles
    where campaign_id = ${id} and state = 'skipped' and skip_reason is not null group by 1 order by 2 desc`;
  const [selfNaming] = await sql<{ count: number }[]>`
    select count(*)::int as count from answers where campaign_id = ${id} and self_naming is not null`;
  const pairs = await sql<{ model_a: string; model_b: string; votes: number; issued: number }[]>`
    select least(ma.name, mb.name) as model_a, greatest(ma.name, mb.name) as model_b,
      count(v.id)::int as votes, count(*) filter (where b.state = 'issued')::int as issued
    from battles b join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    left join votes v on v.battle_id = b.id and ${live}
    where b.campaign_id = ${id} group by 1, 2 order by 1, 2`;
  const raters = await sql<{ rater: string; votes: number; last_vote_at: Date }[]>`
    select coalesce(r.external, substr(md5(r.id::text), 1, 8)) as rater, count(*)::int as votes, max(v.at) as last_vote_at
    from votes v join raters r on r.id = v.rater_id
    where v.campaign_id = ${id} and ${live} group by 1 order by 2 desc, 1 limit 500`;
  const battles = { issued: 0, voted: 0, skipped: 0, expired: 0 };
  for (const { state, count } of states) battles[state] = count;
  return {
    votes: totals?.votes ?? 0,
    votes_last_hour: totals?.recent ?? 0,
    raters: totals?.raters ?? 0,
    battles,
    skips: [...skips],
    self_naming_answers: selfNaming?.count ?? 0,
    pairs: [...pairs],
    raters_by_votes: raters.map((row) => ({ ...row, last_vote_at: row.last_vote_at.toISOString() })),
  };
}
