/** The board's state is its URL: tabs, switches and filters, under the names of the API. */
export const TABS = ['people', 'judges', 'unified', 'benchmarks', 'method'] as const;
export type Tab = (typeof TABS)[number];

/** What is read of a URL's parameters; SvelteKit's own are read-only. */
export type Search = Pick<URLSearchParams, 'get' | 'has' | 'toString'>;

/** Parameters that change what is fitted or shown; the page hands them to the API as they are. */
export const BOARD_PARAMETERS = [
  'method',
  'ties',
  'both_bad',
  'interval',
  'cluster',
  'category',
  'language',
  'turn',
  'judge',
] as const;
export type BoardParameter = (typeof BOARD_PARAMETERS)[number];

export const BOARD_DEFAULTS: Readonly<Partial<Record<BoardParameter, string>>> = {
  method: 'bradley-terry',
  ties: 'half',
  both_bad: 'tie',
  interval: 'sandwich',
  cluster: 'prompt',
};

export function tabOf(search: Search): Tab {
  const tab = search.get('tab');
  return TABS.find((each) => each === tab) ?? 'people';
}

/** What the API is asked: the known parameters of the URL, and the source that the tab means. */
export function boardQueryOf(search: Search): Record<string, string> {
  const query: Record<string, string> = { source: tabOf(search) === 'judges' ? 'judges' : 'people' };
  for (const name of BOARD_PARAMETERS) {
    const value = search.get(name);
    if (value !== null && value !== '') query[name] = value;
  }
  return query;
}

/** The same page with one thing changed; null, or the default, takes it out of the URL. */
export function changed(search: Search, name: string, value: string | null): string {
  const next = new URLSearchParams(search.toString());
  if (
    value === null ||
    BOARD_DEFAULTS[name as BoardParameter] === value ||
    (name === 'tab' && value === 'people')
  )
    next.delete(name);
  else next.set(name, value);
  const text = next.toString();
  return text === '' ? '?' : `?${text}`;
}

/** Switches (not filters) that differ from the default. */
export function customSwitches(search: Search): BoardParameter[] {
  return BOARD_PARAMETERS.filter((name) => {
    const value = search.get(name);
    return (
      BOARD_DEFAULTS[name] !== undefined && value !== null && value !== '' && value !== BOARD_DEFAULTS[name]
    );
  });
}
