import type { Board, ModelRatingJson } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { estimateOf } from '#lib/board/tables/rating-rows.ts';

type ModelChange = {
  readonly model: string;
  /** Elo points, or per cent for win rates; null: not rated. */
  readonly before: number | null;
  readonly after: number | null;
  readonly rankBefore: number | null;
  readonly rankAfter: number | null;
};
type SourceChanges = {
  /** Comparisons that the fit uses now and did not then; < 0 where some were taken out. */
  readonly comparisons: number;
  /** Models whose rank or whole rating is another, by how far the rating went. */
  readonly models: readonly ModelChange[];
};
export type SnapshotChanges = {
  readonly snapshot: string;
  readonly at: string;
  readonly people: SourceChanges;
  readonly judges: SourceChanges;
};

/** What is new since a snapshot; null where it was kept under other switches or filters. */
export function snapshotChanges(kept: Board, now: Board): SnapshotChanges | null {
  if (kept.snapshot === null || sameView(kept) !== sameView(now)) return null;
  return {
    snapshot: kept.snapshot,
    at: kept.at,
    people: changesOf(kept, now, 'people'),
    judges: changesOf(kept, now, 'judges'),
  };
}

function changesOf(kept: Board, now: Board, source: ComparisonSource): SourceChanges {
  const then = new Map((kept[source]?.models ?? []).map((row) => [row.model, row]));
  const value = (row: ModelRatingJson | undefined) => estimateOf(row).value;
  const models = (now[source]?.models ?? []).flatMap((row): ModelChange[] => {
    const old = then.get(row.model);
    const change = {
      model: row.model,
      before: value(old),
      after: value(row),
      rankBefore: old?.rank ?? null,
      rankAfter: row.rank,
    };
    const isSame = change.rankBefore === change.rankAfter && rounded(change.before) === rounded(change.after);
    return isSame ? [] : [change];
  });
  return {
    comparisons: (now[source]?.comparisons.used ?? 0) - (kept[source]?.comparisons.used ?? 0),
    models: models.sort((x, y) => distance(y) - distance(x)),
  };
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value));
const distance = ({ before, after }: ModelChange) =>
  before === null || after === null ? Number.POSITIVE_INFINITY : Math.abs(after - before);

/** `source` only chose what stands beside the ratings. */
function sameView({ query: { source: _, ...rest } }: Board): string {
  return JSON.stringify(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1)));
}
