import type { BoardStore, SnapshotRecord } from '@agon/arena';
import type { Board, ModelRatingJson, Unified } from '@agon/contract';
import type { ComparisonSource, SnapshotId } from '@agon/domain';
import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';

type SnapshotRow = { id: string; slug: string; title: string; at: Date; votes: number; verdicts: number };

type SealedRow = SnapshotRow & {
  board: Board;
  unified: Unified;
  version: number;
  sha256: string | null;
  signature: string | null;
};

export function createBoardStore({ sql }: Database): BoardStore {
  return {
    async scores(campaign) {
      const rows = await sql<
        {
          model: string;
          benchmark: string;
          title: string;
          chance: number;
          score: number;
          n: number | null;
          source: string;
        }[]
      >`
        select m.name as model, k.name as benchmark, k.title, k.chance, s.score, s.n, s.source
        from scores s join models m on m.id = s.model_id join benchmarks k on k.id = s.benchmark_id
        where s.campaign_id = ${campaign} and ${ofStandingImport(sql, 's')} order by k.name, m.name, s.at desc`;
      const benchmarks = new Map(
        rows.map((row) => [row.benchmark, { name: row.benchmark, title: row.title, chance: row.chance }]),
      );
      return {
        benchmarks: [...benchmarks.values()],
        scores: rows.map(({ model, benchmark, score, n, source }) => ({
          model,
          benchmark,
          score,
          n,
          source,
        })),
      };
    },

    async panel(campaign) {
      const [row] = await sql<{ id: SnapshotId; models: string[] }[]>`
        select id, unified #> '{diagnostics,panel,models}' as models from snapshots
        where campaign_id = ${campaign} and jsonb_array_length(unified #> '{diagnostics,panel,models}') > 1
        order by id limit 1`;
      return row === undefined ? null : { models: row.models, since: row.id };
    },

    async keep(snapshot, board, unified) {
      await sql`insert into snapshots (id, campaign_id, title, board, unified, version, sha256, signature, votes, verdicts, by, at)
        values (${snapshot.id}, ${snapshot.campaignId}, ${snapshot.title}, ${sql.json(board as never)}, ${sql.json(unified as never)},
          ${snapshot.seal.version}, ${snapshot.seal.sha256}, ${snapshot.seal.signature},
          ${snapshot.votes}, ${snapshot.verdicts}, ${snapshot.by}, ${new Date(snapshot.atMs)})`;
    },

    async listSnapshots(campaign, { after, limit }) {
      const rows = await sql<SnapshotRow[]>`
        select l.id, c.slug, l.title, l.at, l.votes, l.verdicts from snapshots l join campaigns c on c.id = l.campaign_id
        where l.campaign_id = ${campaign} and ${after === null ? sql`true` : sql`l.id < ${after}`} order by l.id desc limit ${limit}`;
      return rows.map(toSnapshot);
    },

    async keptRatings(campaign, limit) {
      const rows = await sql<
        (SnapshotRow & { query: Board['query'] } & Record<ComparisonSource, ModelRatingJson[] | null>)[]
      >`
        select l.id, c.slug, l.title, l.at, l.votes, l.verdicts, l.board -> 'query' as query,
          l.board #> '{people,models}' as people, l.board #> '{judges,models}' as judges
        from snapshots l join campaigns c on c.id = l.campaign_id
        where l.campaign_id = ${campaign} order by l.id desc limit ${limit}`;
      return rows.map((row) => ({
        snapshot: toSnapshot(row),
        query: row.query,
        people: row.people ?? [],
        judges: row.judges ?? [],
      }));
    },

    async findSnapshot(id) {
      if (!/^[0-9a-f-]{36}$/.test(id)) return null;
      const [row] = await sql<SealedRow[]>`
        select l.id, c.slug, l.title, l.at, l.votes, l.verdicts, l.board, l.unified,
          l.version, l.sha256, l.signature
        from snapshots l join campaigns c on c.id = l.campaign_id where l.id = ${id}`;
      if (row === undefined) return null;
      const { board, unified, version, sha256, signature } = row;
      const seal = sha256 === null || signature === null ? null : { version, sha256, signature };
      return { snapshot: toSnapshot(row), board, unified, seal };
    },
  };
}

function toSnapshot(row: SnapshotRow): SnapshotRecord {
  return {
    id: row.id as SnapshotId,
    campaign: row.slug,
    title: row.title,
    atMs: row.at.getTime(),
    votes: row.votes,
    verdicts: row.verdicts,
  };
}
