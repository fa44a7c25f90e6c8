import type {
  AnswerText,
  CampaignContent,
  ContentStore,
  DrawableContent,
  ModelRecord,
  PromptText,
} from '@agon/arena';
import type { CampaignId, ModelId } from '@agon/domain';
import type { Database } from './connect.ts';
import { readAnswerColumns } from './read-answer-columns.ts';
import { RecentMap } from './recent-map.ts';

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
        select c.key from campaign_prompts c left join imports i on i.id = c.import_id
        where c.campaign_id = ${campaign} and i.undone_at is null`;
      return new Set(rows.map((row) => row.key));
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
