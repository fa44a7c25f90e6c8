import type { AnswerText, CampaignContent, ContentStore, ModelRecord } from '@agon/arena';
import type { AnswerId, ModelId, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';
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
  // texts never change once written: an answer's id is its text
  const prompts = new RecentMap<readonly string[]>(10_000);
  const answers = new RecentMap<AnswerText>(20_000);
  const store: ContentStore = {
    lastContent: async (campaign) => contents.get(campaign) ?? store.content(campaign),

    async content(campaign) {
      const [row] = await sql<
        { version: number }[]
      >`select content_version as version from campaigns where id = ${campaign}`;
      const version = row?.version ?? 0;
      const known = contents.get(campaign);
      if (known?.version === version) return known;
      const [models, promptRows, answerRows] = await Promise.all([
        sql<ModelRow[]>`select m.* from campaign_models c join models m on m.id = c.model_id
          where c.campaign_id = ${campaign} order by m.name`,
        sql<{ id: string; category: string | null; language: string | null }[]>`
          select distinct p.id, p.category, p.language from campaign_prompts c join prompts p on p.id = c.prompt_id
          left join imports i on i.id = c.import_id
          where c.campaign_id = ${campaign} and i.undone_at is null order by p.id`,
        sql<{ id: string; prompt_id: string; model_id: string; names_itself: boolean; blank: boolean }[]>`
          select a.id, a.prompt_id, a.model_id, a.self_naming is not null as names_itself, a.blank from answers a
          left join imports i on i.id = a.import_id
          where a.campaign_id = ${campaign} and i.undone_at is null order by a.seq`,
      ]);
      const content: CampaignContent = {
        version,
        models: models.map(toModel),
        prompts: promptRows.map((prompt) => ({ ...prompt, id: prompt.id as PromptId })),
        answers: answerRows.map((answer) => ({
          id: answer.id as AnswerId,
          promptId: answer.prompt_id as PromptId,
          modelId: answer.model_id as ModelId,
          namesItself: answer.names_itself,
          blank: answer.blank,
        })),
      };
      contents.set(campaign, content);
      return content;
    },

    async promptKeys(campaign) {
      const rows = await sql<{ key: string }[]>`
        select c.key from campaign_prompts c left join imports i on i.id = c.import_id
        where c.campaign_id = ${campaign} and i.undone_at is null`;
      return new Set(rows.map((row) => row.key));
    },

    async promptTurns(ids) {
      const missing = ids.filter((id) => prompts.get(id) === undefined);
      if (missing.length > 0) {
        const rows = await sql<
          { id: string; turns: string[] }[]
        >`select id, turns from prompts where id = any(${missing as string[]})`;
        for (const row of rows) prompts.set(row.id, row.turns);
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
