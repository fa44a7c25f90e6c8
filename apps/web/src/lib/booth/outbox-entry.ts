import type { BySlot, Outcome } from '@agon/domain';

/** Reasons and a note that belong to a vote. */
export type Annotation = { readonly tags: BySlot<readonly string[]>; readonly note: string };

type Addressed = {
  /** Idempotency key, and the name under which the entry is kept. */
  readonly key: string;
  readonly campaign: string;
  readonly battle: string;
  readonly ticket: string;
  /** Milliseconds since 1970 by this device's clock; entries are sent in this order. */
  readonly atMs: number;
  /** How often it was sent without an answer. From 1 on, the server may have it. */
  readonly attempts: number;
};

export type VoteEntry = Addressed & {
  readonly kind: 'vote';
  readonly outcome: Outcome;
  /** How long the battle was on screen. */
  readonly shownMs: number;
  /** The server's id, once it is counted. */
  readonly vote: string | null;
  /** The voter took it back, but the server may have it: it is sent, and then undone. */
  readonly takeBack: boolean;
  readonly annotation: Annotation | null;
};

export type SkipEntry = Addressed & {
  readonly kind: 'skip';
  readonly reason: string;
  readonly note: string;
};

/** Something that the voter did and that the server has not confirmed yet. */
export type OutboxEntry = VoteEntry | SkipEntry;

export type Step = 'cast' | 'take_back' | 'annotate' | 'skip';

/** What has to be sent next for an entry; null: all is done, and it can go. */
export function nextStep(entry: OutboxEntry): Step | null {
  if (entry.kind === 'skip') return 'skip';
  if (entry.vote === null) return 'cast';
  if (entry.takeBack) return 'take_back';
  return entry.annotation === null ? null : 'annotate';
}

/** A vote that the voter may think of as given, and that is not counted yet. */
export function isWaiting(entry: OutboxEntry): boolean {
  return entry.kind === 'vote' && entry.vote === null && !entry.takeBack;
}

/** Reads what was kept on the device, by this version or another one; null: not an entry. */
export function parseEntry(text: string): OutboxEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entry = value as Record<string, unknown>;
  const isText = (name: string) => typeof entry[name] === 'string';
  const isNumber = (name: string) => Number.isFinite(entry[name]);
  const addressed =
    ['key', 'campaign', 'battle', 'ticket'].every(isText) && isNumber('atMs') && isNumber('attempts');
  if (!addressed) return null;
  if (entry.kind === 'skip') return isText('reason') && isText('note') ? (value as SkipEntry) : null;
  const isVote =
    entry.kind === 'vote' && isText('outcome') && isNumber('shownMs') && typeof entry.takeBack === 'boolean';
  return isVote && (entry.vote === null || isText('vote')) ? (value as VoteEntry) : null;
}
