import { BOARD_FILTERS, BOARD_SWITCHES, type ComparisonSource } from '@agon/domain';

/** The board's state is its URL: tabs, switches, filters, order and columns, under the names of the API where it has them. */
export const TABS = [
  'unified',
  'people',
  'judges',
  'benchmarks',
  'capability',
  'agreement',
  'method',
] as const;
export type Tab = (typeof TABS)[number];
const DEFAULT_TAB: Tab = 'people';

/** What is read of a URL's parameters; SvelteKit's own are read-only. */
export type Search = Pick<URLSearchParams, 'get' | 'has' | 'toString'>;

const SWITCHES = Object.keys(BOARD_SWITCHES);

const BOARD_DEFAULTS: Readonly<Record<string, string | null>> = { tab: DEFAULT_TAB, ...BOARD_SWITCHES };

export function tabOf(search: Search): Tab {
  const tab = search.get('tab');
  return TABS.find((each) => each === tab) ?? DEFAULT_TAB;
}

/** Whose comparisons order the table of a tab. */
export const sourceOf = (tab: Tab): ComparisonSource => (tab === 'judges' ? 'judges' : 'people');

/** What the API is asked: the known parameters of the URL, and the source that the tab means. */
export function boardQueryOf(search: Search): Record<string, string> {
  const query: Record<string, string> = { source: sourceOf(tabOf(search)) };
  for (const name of [...SWITCHES, ...BOARD_FILTERS]) {
    const value = search.get(name);
    if (value !== null && value !== '') query[name] = value;
  }
  return query;
}

/** The same votes and verdicts, people's ratings sharpened by judges; the switches of other methods mean nothing here. */
export function poweredQueryOf(search: Search): Record<string, string> {
  const query = boardQueryOf(search);
  const filters = BOARD_FILTERS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]));
  return { source: 'people', method: 'prediction-powered', ...Object.fromEntries(filters) };
}

/** As `boardQueryOf`, where `source` is a parameter of its own: on the page of one model, and by capability. */
export function sourceQueryOf(search: Search): Record<string, string> {
  return { ...boardQueryOf(search), source: search.get('source') === 'judges' ? 'judges' : 'people' };
}

/** The same page with some things changed; null, or the default, takes one out of the URL. */
export function changed(search: Search, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(search.toString());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || BOARD_DEFAULTS[name] === value) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? '?' : `?${text}`;
}

/** Switches (not filters) that differ from the default. */
export function customSwitches(search: Search): string[] {
  return SWITCHES.filter((name) => {
    const value = search.get(name);
    return value !== null && value !== '' && value !== BOARD_DEFAULTS[name];
  });
}

/** The same page, filters kept, with every switch back at its default. */
export function withDefaultSwitches(search: Search): string {
  return changed(search, Object.fromEntries(SWITCHES.map((name) => [name, null])));
}

/** Filters choose comparisons; the last two choose rows, and change no number. */
const FILTERS = [...BOARD_FILTERS, 'licence', 'open_weights'] as const;
/** What belongs to one tab's table, and means nothing on the next. */
const OF_ONE_TAB = { sort: null, columns: null, pair: null, against: null, from: null } as const;

export function tabAddress(search: Search, tab: Tab): string {
  return changed(search, { tab, ...OF_ONE_TAB });
}

export function hasFilters(search: Search): boolean {
  return FILTERS.some((name) => (search.get(name) ?? '') !== '');
}

export function withoutFilters(search: Search): string {
  return changed(search, Object.fromEntries(FILTERS.map((name) => [name, null])));
}
