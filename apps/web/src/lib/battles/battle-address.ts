import type { ListedJudgeJson, QueryOf } from '@agon/contract';
import { campaignPath } from '#lib/shell/paths.ts';

/** What is read of an address's query. */
export type Search = Pick<URLSearchParams, 'get' | 'has' | 'toString'>;

/** Parameters that the API is asked with, under its names. */
const ASKED = [
  'q',
  'outcome',
  'agreement',
  'unscored',
  'judge',
  'judge_model',
  'category',
  'language',
  'model',
  'against',
  'voter',
  'run',
  'note',
  'quarantined',
  'sort',
] as const;
export type BattleParameter = (typeof ASKED)[number];
/** Those that leave battles out. */
const FILTERS = ASKED.filter((name) => !['judge', 'judge_model', 'sort'].includes(name));

/** Battles on a page. */
export const PAGE_BATTLES = 25;

export type BattleQuery = Partial<QueryOf<'getBattle'>>;

/** What the API is asked for, page and place apart. */
export function battleQueryOf(search: Search): BattleQuery {
  const query: Record<string, string> = {};
  for (const name of ASKED) {
    const value = search.get(name);
    if (value !== null && value !== '') query[name] = value;
  }
  return query as BattleQuery;
}

export const hasFilters = (search: Search): boolean =>
  FILTERS.some((name) => (search.get(name) ?? '') !== '');

/** The same list with something changed, from its first page; null takes a parameter out. */
export function changed(search: Search, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(search.toString());
  for (const name of ['cursor', 'from', 'at']) next.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? '?' : `?${text}`;
}

export const withoutFilters = (search: Search): string =>
  changed(search, Object.fromEntries(FILTERS.map((name) => [name, null])));

/** The list of a campaign's battles, as a filter has it. */
export function battlesPath(
  campaign: string,
  query: Readonly<Partial<Record<BattleParameter, string>>> = {},
): string {
  const text = new URLSearchParams(query as Record<string, string>).toString();
  return `${campaignPath(campaign, 'battles')}${text === '' ? '' : `?${text}`}`;
}

/** One battle; `search`: of the list that the reader comes from, so that the next one is known. */
export function battlePath(campaign: string, battle: string, search?: Search): string {
  const query = new URLSearchParams(
    search === undefined ? {} : (battleQueryOf(search) as Record<string, string>),
  );
  const text = query.toString();
  return `${campaignPath(campaign, 'battles')}/${encodeURIComponent(battle)}${text === '' ? '' : `?${text}`}`;
}

/** A judge and the model that it asked, as one value of a choice. */
export const judgeKey = ({ identity, model }: Pick<ListedJudgeJson, 'identity' | 'model'>): string =>
  JSON.stringify([identity, model]);

/** A judge by what tells it apart: the model that it asked, where it asked one. */
export const judgeLabel = ({ judge, model }: { readonly judge: string; readonly model: string }): string =>
  model === '' ? judge : model;
