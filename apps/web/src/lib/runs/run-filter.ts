import type { QueryOf, RunJson } from '@agon/contract';
import { runsPath } from '#lib/shell/paths.ts';

export const RUN_KINDS = [
  'verdicts',
  'answers',
  'probe',
  'trial',
  'drift',
] as const satisfies readonly RunJson['kind'][];

/** Runs on one page. */
const PAGE_RUNS = 50;

/** What of an address's query is read here. */
type Search = Pick<URLSearchParams, 'get'>;

/** Which runs a list shows; it lives in the address. */
export type RunFilter = {
  readonly kind: RunJson['kind'] | null;
  readonly isOpenOnly: boolean;
  /** Slug; null: of every campaign, and of none. */
  readonly campaign: string | null;
};

export function runFilterOf(search: Search): RunFilter {
  return {
    kind: RUN_KINDS.find((kind) => kind === search.get('kind')) ?? null,
    isOpenOnly: search.get('state') === 'open',
    campaign: search.get('campaign') || null,
  };
}

/** The list with one part of the filter changed, from its first page. */
export function filterPath(filter: RunFilter, change: Partial<RunFilter> = {}, cursor?: string): string {
  const { kind, isOpenOnly, campaign } = { ...filter, ...change };
  const search = new URLSearchParams();
  if (kind !== null) search.set('kind', kind);
  if (isOpenOnly) search.set('state', 'open');
  if (campaign !== null) search.set('campaign', campaign);
  if (cursor !== undefined) search.set('cursor', cursor);
  const text = search.toString();
  return text === '' ? runsPath : `${runsPath}?${text}`;
}

/** What the API is asked for. */
export function runQueryOf(search: Search): Partial<QueryOf<'listRuns'>> {
  const { kind, isOpenOnly, campaign } = runFilterOf(search);
  const cursor = search.get('cursor');
  return {
    limit: PAGE_RUNS,
    ...(kind === null ? {} : { kind }),
    ...(isOpenOnly ? { state: 'open' } : {}),
    ...(campaign === null ? {} : { campaign }),
    ...(cursor ? { cursor } : {}),
  };
}
