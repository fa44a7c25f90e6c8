/** A judge as it is being written, kept in this browser until it is saved. */
export type Draft = {
  readonly source: string;
  /** Identity of what it was written from; a draft of an older version says so. */
  readonly from: string;
  readonly at: string;
};

const PREFIX = 'agon.lab.';
const ASKED = `${PREFIX}asked`;

export type AskedBefore = {
  readonly campaign: string;
  readonly provider: string;
  readonly model: string;
};

/** A private window, a full disk: the draft then lives as long as the page. */
function keep(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // nothing to be done, and nothing that is lost now
  }
}

function recall(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

export function keepDraft(judge: string, draft: Draft | null): void {
  keep(PREFIX + judge, draft);
}

export function recallDraft(judge: string): Draft | null {
  const found = recall(PREFIX + judge) as Partial<Draft> | null;
  return typeof found?.source === 'string' && typeof found.from === 'string' && typeof found.at === 'string'
    ? { source: found.source, from: found.from, at: found.at }
    : null;
}

/** Where the last dry run asked: the next one asks there, too. */
export function keepAsked(asked: AskedBefore): void {
  keep(ASKED, asked);
}

export function recallAsked(): Partial<AskedBefore> {
  const found = recall(ASKED);
  return typeof found === 'object' && found !== null ? (found as Partial<AskedBefore>) : {};
}
