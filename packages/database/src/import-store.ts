import type { ImportRecord, ImportStore } from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';
import type { Database } from './connect.ts';

type ImportRow = {
  id: string;
  campaign_id: string;
  format: string;
  files: { name: string }[];
  rows: Omit<ImportRecord['rows'], 'duplicates'> & { duplicates?: number };
  at: Date;
  undone_at: Date | null;
};

/** Imports as they were; `createImporter` makes new ones. */
export function createImportStore({ sql }: Database): ImportStore {
  return {
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
    // before there were duplicates they counted as imported
    rows: { ...row.rows, duplicates: row.rows.duplicates ?? 0 },
    atMs: row.at.getTime(),
    undoneAtMs: row.undone_at?.getTime() ?? null,
  };
}
