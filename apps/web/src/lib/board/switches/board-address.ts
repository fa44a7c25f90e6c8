import type { ComparisonSource } from '@agon/domain';
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

/** Parameters that change what is fitted or shown; the page hands them to the API as they are. */
const BOARD_PARAMETERS = [
  'method',
  'ties',
  'both_bad',
  'interval',
  'cluster',
  'style',
  'style_definition',
  'reweight',
  'prior',
  'ridge',
  'baseline',
  'anchor',
  'category',
  'language',
  'turn',
  'judge',
] as const;

/** Switches change how the same votes are counted. The other parameters are filters. */
const SWITCHES = [
  'method',
  'ties',
  'both_bad',
  'interval',
  'cluster',
  'style',
  'style_definition',
  'reweight',
  'prior',
  'ridge',
  'baseline',
  'anchor',
] as const;

const BOARD_DEFAULTS: Readonly<Partial<Record<string, string>>> = {
  tab: DEFAULT_TAB,
  method: 'bradley-terry',
  ties: 'half',
  both_bad: 'tie',
  interval: 'sandwich',
  cluster: 'prompt',
  style_definition: 'fastchat',
  reweight: 'none',
  anchor: 'mean=1000',
};

export function tabOf(search: Search): Tab {
  const tab = search.get('tab');
  return TABS.find((each) => each === tab) ?? DEFAULT_TAB;
}

/** Whose comparisons order the table of a tab. */
export const sourceOf = (tab: Tab): ComparisonSource => (tab === 'judges' ? 'judges' : 'people');

/** What the API is asked: the known parameters of the URL, and the source that the tab means. */
export function boardQueryOf(search: Search): Record<string, string> {
  const query: Record<string, string> = { source: sourceOf(tabOf(search)) };
  for (const name of BOARD_PARAMETERS) {
    const value = search.get(name);
    if (value !== null && value !== '') query[name] = value;
  }
  return query;
}

/** The same votes and verdicts, people's ratings sharpened by judges; the switches of other methods mean nothing here. */
export function poweredQueryOf(search: Search): Record<string, string> {
  const { category, language, turn, judge } = boardQueryOf(search);
  const filters = Object.entries({ category, language, turn, judge }).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
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
const FILTERS = ['category', 'language', 'turn', 'judge', 'licence', 'open_weights'] as const;
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
