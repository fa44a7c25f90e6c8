import type { QueryOf, RunJson, RunListJson } from '@agon/contract';
import { runsPath } from '#lib/shell/paths.ts';
import { isColumn, type RunColumn } from './run-columns.ts';

export const RUN_KINDS = [
  'verdicts',
  'answers',
  'probe',
  'trial',
  'drift',
] as const satisfies readonly RunJson['kind'][];
/** In the order in which the page offers them. */
export const RUN_STATES = [
  'running',
  'queued',
  'paused',
  'failed',
  'suspect',
  'done',
  'cancelled',
  'open',
] as const satisfies readonly NonNullable<QueryOf<'listRuns'>['state']>[];
export type RunStateFilter = (typeof RUN_STATES)[number];

/** Runs on one page. */
const PAGE_RUNS = 50;

/** What of an address's query is read here. */
type Search = Pick<URLSearchParams, 'get'>;

/** What the page of runs shows; it lives in the address. */
export type RunFilter = {
  readonly kind: RunJson['kind'] | null;
  readonly state: RunStateFilter | null;
  /** Slug; null: of every campaign, and of none. */
  readonly campaign: string | null;
  /** Columns of the reader's choice; null: the usual ones. */
  readonly columns: readonly RunColumn[] | null;
};
export const NO_FILTER: RunFilter = { kind: null, state: null, campaign: null, columns: null };

export function runFilterOf(search: Search): RunFilter {
  const columns = search.get('columns');
  return {
    kind: RUN_KINDS.find((kind) => kind === search.get('kind')) ?? null,
    state: RUN_STATES.find((state) => state === search.get('state')) ?? null,
    campaign: search.get('campaign') || null,
    columns: columns === null ? null : columns.split(',').filter(isColumn),
  };
}

/** Where in the list the reader is. */
export type RunPlace = {
  readonly cursor?: string | null;
  /** The run that is open in its row. */
  readonly open?: string | null;
};

/** The list with one part of the filter changed; without a place, its first page with no row open. */
export function filterPath(
  filter: RunFilter,
  change: Partial<RunFilter> = {},
  { cursor = null, open = null }: RunPlace = {},
): string {
  const { kind, state, campaign, columns } = { ...filter, ...change };
  const search = new URLSearchParams();
  if (kind !== null) search.set('kind', kind);
  if (state !== null) search.set('state', state);
  if (campaign !== null) search.set('campaign', campaign);
  if (columns !== null) search.set('columns', columns.join(','));
  if (cursor !== null) search.set('cursor', cursor);
  if (open !== null) search.set('open', open);
  const text = search.toString();
  return text === '' ? runsPath : `${runsPath}?${text}`;
}

/** What the API is asked for. */
export function runQueryOf(search: Search): Partial<QueryOf<'listRuns'>> {
  const { kind, state, campaign } = runFilterOf(search);
  const cursor = search.get('cursor');
  return {
    limit: PAGE_RUNS,
    ...(kind === null ? {} : { kind }),
    ...(state === null ? {} : { state }),
    ...(campaign === null ? {} : { campaign }),
    ...(cursor ? { cursor } : {}),
  };
}

/** How many runs of a kind, or of all kinds, a state has. */
export function tallied(
  tally: RunListJson['tally'],
  kind: RunFilter['kind'],
  state: RunFilter['state'],
): number {
  const isOf = (each: RunListJson['tally'][number]) => {
    if (state === null) return true;
    if (state === 'suspect') return each.suspect;
    return state === 'open' ? each.state === 'queued' || each.state === 'running' : each.state === state;
  };
  return tally
    .filter((each) => (kind === null || each.kind === kind) && isOf(each))
    .reduce((sum, { count }) => sum + count, 0);
}
