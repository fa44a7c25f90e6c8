import type { CampaignRecord, CampaignStore } from '@agon/arena';
import { type Campaign, type CampaignSettings, campaignSettingsSchema } from '@agon/contract';
import { ArenaError, type CampaignId } from '@agon/domain';
import { readProgress } from './campaign-progress.ts';
import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';
import { isViewable } from './viewable-campaigns.ts';

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

/**
 * A campaign's row changes seldom and is needed by every vote: kept for this long. Drafts have no votes, and finding one
 * must take as long as finding none.
 */
const CACHE_MS = 1000;

export function createCampaignStore({ sql }: Database, now: () => number): CampaignStore {
  const cache = new Map<string, { readonly record: CampaignRecord; readonly atMs: number }>();
  const remember = (record: CampaignRecord) => {
    const entry = { record, atMs: now() };
    for (const key of [record.id, record.slug]) {
      if (record.state === 'draft') cache.delete(key);
      else cache.set(key, entry);
    }
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

    async list({ draftsOf, after, limit }) {
      const rows = await sql<CampaignRow[]>`
        select * from campaigns c where (state <> 'draft' or ${draftsOf === null ? sql`false` : isViewable(sql, draftsOf)})
        and ${after === null ? sql`true` : sql`id < ${after}`} order by id desc limit ${limit}`;
      return rows.map(toRecord);
    },

    async create(campaign, by) {
      const rows = await sql`
        with made as (insert into campaigns (id, slug, title, description, attribution, state, settings, created_at, created_by)
        values (${campaign.id}, ${campaign.slug}, ${campaign.title}, ${campaign.description}, ${campaign.attribution},
          ${campaign.state}, ${sql.json(campaign.settings as never)}, ${new Date(campaign.createdAtMs)}, ${by})
        on conflict (slug) do nothing returning id),
        owner as (insert into campaign_members (campaign_id, user_id, role, added_by, at)
          select made.id, u.id, 'owner', u.id, ${new Date(campaign.createdAtMs)} from made, users u where u.id = ${by})
        select id from made`;
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
        select c.id,
          (select count(*)::int from campaign_models m where m.campaign_id = c.id) as models,
          (select count(distinct p.prompt_id)::int from campaign_prompts p where p.campaign_id = c.id
            and ${ofStandingImport(sql, 'p')}) as prompts,
          (select count(*)::int from answers a where a.campaign_id = c.id
            and ${ofStandingImport(sql, 'a')}) as answers,
          (select count(*)::int from battles b where b.campaign_id = c.id
            and ${ofStandingImport(sql, 'b')}) as battles,
          (select count(*)::int from votes v where v.campaign_id = c.id
            and ${ofStandingImport(sql, 'v')}) as votes,
          (select count(*)::int from verdicts d where d.campaign_id = c.id and d.outcome is not null
            and d.judge_id not in (select id from judges where origin = 'control')
            and ${ofStandingImport(sql, 'd')}) as verdicts
        from campaigns c where c.id = any(${[...ids] as string[]})`;
      return new Map(rows.map(({ id, ...counts }) => [id as CampaignId, counts]));
    },

    async comparisonCounts(id) {
      // live votes and imports have a place each in the chain: its end, less the imports that have one, is the live votes
      const [row] = await sql<{ votes: number; verdicts: number }[]>`
        select (coalesce((select seq from vote_chains where campaign_id = ${id}), 0)
            - coalesce(sum(case when chain_seq is null then votes else 1 end) filter (where votes > 0), 0)
            + coalesce(sum(votes) filter (where undone_at is null), 0))::int as votes,
          (select count(*)::int from verdicts d
            where d.campaign_id = ${id} and d.outcome is not null and ${ofStandingImport(sql, 'd')}
              and d.judge_id not in (select id from judges where origin = 'control')) as verdicts
        from imports where campaign_id = ${id}`;
      return row!;
    },

    progress: (id, nowMs) => readProgress(sql, id, nowMs),
  };
}
