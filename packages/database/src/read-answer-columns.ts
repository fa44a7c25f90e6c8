import type { AnswerColumns } from '@agon/arena';
import { type AnswerId, ArenaError, type CampaignId, type ModelId, type PromptId } from '@agon/domain';
import { readBinaryRows } from './comparisons/binary-rows.ts';
import { UuidCodes } from './comparisons/uuid-codes.ts';
import type { Database } from './connect.ts';
import { ofStandingImportSql } from './standing-rows.ts';

const FIELD = { id: 0, prompt: 1, model: 2, namesItself: 3, blank: 4, text: 5 } as const;

/**
 * The answers of a campaign, less those of undone imports. They are streamed, so that a million of them hold up nobody
 * who votes meanwhile.
 */
export async function readAnswerColumns(sql: Database['sql'], campaign: CampaignId): Promise<AnswerColumns> {
  // COPY takes no parameters
  if (!/^[0-9a-f-]{36}$/.test(campaign))
    throw new ArenaError('internal', 'Answers were read by something that is no id.');
  const ids = new UuidCodes<AnswerId>();
  const prompts = new UuidCodes<PromptId>();
  const models = new UuidCodes<ModelId>();
  const texts = new UuidCodes();
  /** Place of the oldest answer, of each text. */
  const oldest: number[] = [];
  let rows = reserve(null, 1024);
  const stream = await sql
    .unsafe(`copy (
      select a.id, a.prompt_id, a.model_id, a.self_naming is not null, a.blank, md5(split_part(a.content_hash, ':', 1))::uuid from answers a
      where a.campaign_id = '${campaign}' and ${ofStandingImportSql('a')} order by a.seq
    ) to stdout (format binary)`)
    .readable();
  await readBinaryRows(stream, Object.keys(FIELD).length, (row) => {
    const place = ids.codeOf(row.view, row.at(FIELD.id));
    if (place === rows.prompt.length) rows = reserve(rows, 2 * place);
    rows.prompt[place] = prompts.codeOf(row.view, row.at(FIELD.prompt));
    rows.model[place] = models.codeOf(row.view, row.at(FIELD.model));
    rows.namesItself[place] = Number(row.flag(FIELD.namesItself));
    rows.blank[place] = Number(row.flag(FIELD.blank));
    if (rows.blank[place] === 1) rows.text[place] = place;
    else {
      const text = texts.codeOf(row.view, row.at(FIELD.text));
      oldest[text] ??= place;
      rows.text[place] = oldest[text];
    }
  });
  const length = ids.size;
  return {
    length,
    prompt: rows.prompt.slice(0, length),
    model: rows.model.slice(0, length),
    namesItself: rows.namesItself.slice(0, length),
    blank: rows.blank.slice(0, length),
    text: rows.text.slice(0, length),
    prompts: prompts.size,
    models: Array.from({ length: models.size }, (_, number) => models.nameOf(number)),
    idOf: (place) => ids.nameOf(place),
    placeOf: (id) => ids.find(id),
    promptId: (number) => prompts.nameOf(number),
    promptNumber: (id) => prompts.find(id),
  };
}

type Rows = Pick<AnswerColumns, 'prompt' | 'model' | 'namesItself' | 'blank' | 'text'>;

function reserve(before: Rows | null, length: number): Rows {
  const rows = {
    prompt: new Uint32Array(length),
    model: new Uint32Array(length),
    namesItself: new Uint8Array(length),
    blank: new Uint8Array(length),
    text: new Uint32Array(length),
  };
  if (before === null) return rows;
  rows.prompt.set(before.prompt);
  rows.model.set(before.model);
  rows.namesItself.set(before.namesItself);
  rows.blank.set(before.blank);
  rows.text.set(before.text);
  return rows;
}
