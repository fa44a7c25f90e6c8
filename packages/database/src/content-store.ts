import { randomUUID } from 'node:crypto';
import {
  type AnswerText,
  type CampaignContent,
  type ContentStore,
  type DrawableContent,
  defaultAliases,
  type JudgedPrompt,
  type ModelRecord,
  type PromptText,
} from '@agon/arena';
import type { CampaignId, ModelId, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';
import { readAnswerColumns } from './read-answer-columns.ts';
import { RecentMap } from './recent-map.ts';
import { ofStandingImport } from './standing-rows.ts';

type ModelRow = {
  id: string;
  name: string;
  title: string;
  provider: string | null;
  licence: string | null;
  open_weights: boolean | null;
  aliases: string[];
  retired_at: Date | null;
};

export function createContentStore({ sql }: Database): ContentStore {
  const contents = new Map<string, CampaignContent>();
  const drawables = new Map<string, DrawableContent>();
  /** Those who ask while a campaign is read wait for the same reading. */
  const reading = new Map<string, Promise<DrawableContent>>();
  // texts never change once written: an answer's id is its text
  const prompts = new RecentMap<PromptText>(10_000);
  const answers = new RecentMap<AnswerText>(20_000);

  async function readDrawable(content: CampaignContent, campaign: CampaignId): Promise<DrawableContent> {
    const drawable = { ...content, answers: await readAnswerColumns(sql, campaign) };
    drawables.set(campaign, drawable);
    return drawable;
  }

  const store: ContentStore = {
    async content(campaign) {
      const [row] = await sql<
        { version: number }[]
      >`select content_version as version from campaigns where id = ${campaign}`;
      const version = row?.version ?? 0;
      const known = contents.get(campaign);
      if (known?.version === version) return known;
      const models = await sql<
        ModelRow[]
      >`select m.* from campaign_models c join models m on m.id = c.model_id
        where c.campaign_id = ${campaign} order by m.name`;
      const content: CampaignContent = { version, models: models.map(toModel) };
      contents.set(campaign, content);
      return content;
    },

    async drawable(campaign) {
      const content = await store.content(campaign);
      const known = drawables.get(campaign);
      if (known?.version === content.version) return known;
      const key = `${campaign}/${content.version}`;
      const running = reading.get(key);
      if (running !== undefined) return running;
      const promise = readDrawable(content, campaign).finally(() => reading.delete(key));
      reading.set(key, promise);
      return promise;
    },

    lastDrawable: async (campaign) => drawables.get(campaign) ?? store.drawable(campaign),

    async promptKeys(campaign) {
      const rows = await sql<{ key: string }[]>`
        select c.key from campaign_prompts c
        where c.campaign_id = ${campaign} and ${ofStandingImport(sql, 'c')}`;
      return new Set(rows.map((row) => row.key));
    },

    async enter(campaign, name) {
      return await sql.begin(async (tx) => {
        const [known] = await tx<{ id: string }[]>`
          select id from models where name = ${name} or ${name} = any(aliases) order by name = ${name} desc limit 1`;
        const [made] =
          known === undefined
            ? await tx<{ id: string }[]>`
                insert into models (id, name, title, aliases) values (${randomUUID()}, ${name}, ${name}, ${defaultAliases(name)})
                on conflict (name) do update set name = excluded.name returning id`
            : [known];
        const id = made!.id;
        const entered =
          await tx`insert into campaign_models (campaign_id, model_id) values (${campaign}, ${id}) on conflict do nothing`;
        if (entered.count > 0)
          await tx`update campaigns set content_version = content_version + 1 where id = ${campaign}`;
        return id as ModelId;
      });
    },

    async unanswered(campaign, model, repeat, settings) {
      const [counted] = await sql<{ all: number }[]>`
        select count(distinct c.prompt_id)::int as all from campaign_prompts c
        where c.campaign_id = ${campaign} and ${ofStandingImport(sql, 'c')}`;
      const rows = await sql<{ prompt_id: string; answers: number }[]>`
        select c.prompt_id, coalesce(a.answers, 0)::int as answers
        from (select prompt_id, min(key) as key from campaign_prompts c
          where c.campaign_id = ${campaign} and ${ofStandingImport(sql, 'c')} group by 1) c
        left join (select a.prompt_id, count(*) as answers from answers a
          left join replies s on s.id = a.reply_id left join runs r on r.id = s.run_id
          where a.campaign_id = ${campaign} and a.model_id = ${model} and ${ofStandingImport(sql, 'a')}
            and coalesce(r.config->>'settingsHash', ${settings}) = ${settings} group by 1) a
          on a.prompt_id = c.prompt_id
        where coalesce(a.answers, 0) < ${repeat} order by c.key`;
      return {
        all: counted?.all ?? 0,
        missing: rows.map((row) => ({ promptId: row.prompt_id as PromptId, answers: row.answers })),
      };
    },

    async promptTexts(ids) {
      const missing = ids.filter((id) => prompts.get(id) === undefined);
      if (missing.length > 0) {
        const rows = await sql<({ id: string } & PromptText)[]>`
          select id, turns, category, language from prompts where id = any(${missing as string[]})`;
        for (const { id, ...text } of rows) prompts.set(id, text);
      }
      return new Map(
        ids.flatMap((id) => (prompts.get(id) === undefined ? [] : [[id, prompts.get(id)!] as const])),
      );
    },

    async judgedPrompts(campaign, ids) {
      const [texts, rows] = await Promise.all([
        store.promptTexts(ids),
        sql<{ id: string; material: JudgedPrompt['material'] }[]>`
          select pm.prompt_id as id, jsonb_object_agg(pm.kind, pm.value) as material from prompt_material pm
          where pm.campaign_id = ${campaign} and pm.prompt_id = any(${ids as readonly string[] as string[]}) and ${ofStandingImport(sql, 'pm')}
          group by 1`,
      ]);
      const materials = new Map(rows.map(({ id, material }) => [id, material]));
      return new Map([...texts].map(([id, text]) => [id, { ...text, material: materials.get(id) ?? {} }]));
    },

    async answerTexts(ids) {
      const missing = ids.filter((id) => answers.get(id) === undefined);
      if (missing.length > 0) {
        const rows = await sql<
          { id: string; turns: string[]; self_naming: AnswerText['selfNaming'] | null }[]
        >`
          select id, turns, self_naming from answers where id = any(${missing as string[]})`;
        for (const row of rows) answers.set(row.id, { turns: row.turns, selfNaming: row.self_naming ?? [] });
      }
      return new Map(
        ids.flatMap((id) => (answers.get(id) === undefined ? [] : [[id, answers.get(id)!] as const])),
      );
    },
  };
  return store;
}

function toModel(row: ModelRow): ModelRecord {
  return {
    id: row.id as ModelId,
    name: row.name,
    title: row.title,
    provider: row.provider,
    licence: row.licence,
    openWeights: row.open_weights,
    aliases: row.aliases,
    retired: row.retired_at !== null,
  };
}
