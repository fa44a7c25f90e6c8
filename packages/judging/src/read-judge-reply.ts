import { ArenaError } from '@agon/domain';
import type { Judge } from './judge.ts';
import { regionsElsewhere } from './read-elsewhere.ts';
import { readJsonStrictly } from './read-json.ts';
import { type JudgedItem, type Showing, SLOT_LABELS } from './render-judge.ts';

/** Probabilities at one place of a reply, natural logarithms. */
export type TokenLogprobs = {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
};

export type JudgeReply = {
  readonly text: string;
  readonly reasoning?: string | null;
  /** As the server says it: `stop`, `length`, `content_filter`; null where it does not. */
  readonly finishReason: string | null;
  readonly logprobs?: readonly TokenLogprobs[] | null;
};

export type UnscoredReason =
  | 'unparseable'
  | 'two_labels'
  | 'cut_off'
  | 'refused'
  | 'low_coverage'
  | 'over_context'
  | 'not_applicable';

export type JudgeReading =
  | {
      readonly kind: 'preference';
      /** In the battle's own slots. */
      readonly outcome: 'a' | 'b' | 'tie';
      /** P(a is better), 0..1; null: the judge says no more than its label. */
      readonly shareA: number | null;
      /** Total probability of all labels, 0..1; null: no probabilities. */
      readonly coverage: number | null;
      /** The template's own word. */
      readonly label?: string;
    }
  | {
      readonly kind: 'score';
      /** 0..1. */
      readonly value: number;
      /** On the template's own scale. */
      readonly raw: number;
      readonly coverage?: number | null;
      readonly label?: string;
    }
  /** Candidate → place, from 1. */
  | { readonly kind: 'ranking'; readonly places: readonly number[] }
  | { readonly kind: 'unscored'; readonly reason: UnscoredReason };

/** How the call showed its item. `nonce` null: a reply that was made elsewhere; all other rules are the same. */
export type ReadShowing = Omit<Showing, 'nonce'> & { readonly nonce: string | null };

type Region = { readonly label: string } | { readonly reason: UnscoredReason };

/**
 * What a reply says, in the battle's own slots. Strict: exactly one label, in the declared region, in a reply that was
 * not cut off. Everything else is unscored with its reason; it is never a tie, never a zero, and never a guess.
 * @param item for judges of mode grounded, whose quotes must stand in its context
 * @throws ArenaError('internal') where a grounded judge is read without its item
 */
export function readJudgeReply(
  judge: Judge,
  reply: JudgeReply,
  showing: ReadShowing,
  item?: Pick<JudgedItem, 'context'>,
): JudgeReading {
  if (reply.finishReason === 'content_filter') return unscored('refused');
  const { verdict } = judge;
  if (verdict.parser === 'label_token') return readLabelToken(judge, verdict, reply, showing);
  if (verdict.parser === 'score' && verdict.by === 'label_token')
    return readDigits(judge, verdict, reply, showing);
  const text = withoutThinking(reply.text);
  if (reply.finishReason === 'length' || text === null) return unscored('cut_off');
  switch (verdict.parser) {
    case 'tag':
      return ofLabel(judge, labelInText(judge, text, showing), verdict.map, showing);
    case 'json':
      return ofLabel(judge, labelInJson(text, showing), verdict.map, showing);
    case 'score': {
      const region = labelInText(judge, text, showing);
      return 'reason' in region ? unscored(region.reason) : ofScore(region.label, verdict);
    }
    case 'ranking':
      return readRanking(text, showing);
    case 'grounded': {
      if (item === undefined)
        throw new ArenaError('internal', 'A grounded verdict cannot be read without the context it quotes.');
      return readClaims(text, showing, item.context ?? []);
    }
  }
}

export function unscored(reason: UnscoredReason): JudgeReading & { readonly kind: 'unscored' } {
  return { kind: 'unscored', reason };
}

/** The text behind the model's thinking, where a server left that in; null: the thinking does not end. */
export function withoutThinking(text: string): string | null {
  const opened = /^\s*<(think|thinking|reasoning)>/i.exec(text);
  const close = /<\/(think|thinking|reasoning)>/gi;
  // some templates put the opening mark into the prompt, so that a reply has only the closing one
  const ends = [...text.matchAll(close)];
  const last = ends.at(-1);
  if (last !== undefined) return text.slice(last.index + last[0].length);
  return opened === null ? text : null;
}

function labelInText(judge: Judge, text: string, { nonce }: ReadShowing): Region {
  const found = nonce === null ? regionsElsewhere(judge, text) : inTag(text, nonce);
  const labels = new Set(found);
  if (labels.size > 1) return { reason: 'two_labels' };
  const [label] = labels;
  return label === undefined ? { reason: 'unparseable' } : { label };
}

function inTag(text: string, nonce: string): string[] {
  return (
    [...text.matchAll(new RegExp(`<v-${nonce}>([^<]*)</v-${nonce}>`, 'g'))]
      .map((match) => (match[1] ?? '').trim())
      // a judge that repeats the instruction writes the tag with the dots of the template in it
      .filter((label) => label !== '…' && label !== '...')
  );
}

function labelInJson(text: string, { nonce }: ReadShowing): Region {
  const value = readJsonStrictly(text);
  if (!isObject(value) || typeof value.choice !== 'string') return { reason: 'unparseable' };
  if (nonce !== null && value.nonce !== nonce) return { reason: 'unparseable' };
  return { label: value.choice };
}

function ofLabel(
  judge: Judge,
  region: Region,
  map: Readonly<Record<string, number>>,
  { order }: ReadShowing,
): JudgeReading {
  if ('reason' in region) return unscored(region.reason);
  const { label } = region;
  if (!Object.hasOwn(map, label)) return unscored('unparseable');
  const value = map[label]!;
  if (judge.mode !== 'pairwise') return { kind: 'score', value, raw: value, label };
  const share = order[0] === 0 ? value : 1 - value;
  const graded = Object.values(map).some((each) => each !== 0 && each !== 0.5 && each !== 1);
  return {
    kind: 'preference',
    outcome: outcomeOf(share),
    shareA: graded ? share : null,
    coverage: null,
    label,
  };
}

function outcomeOf(share: number): 'a' | 'b' | 'tie' {
  if (share === 0.5) return 'tie';
  return share > 0.5 ? 'a' : 'b';
}

function ofScore(label: string, { min, max }: { readonly min: number; readonly max: number }): JudgeReading {
  if (!/^\d{1,3}$/.test(label)) return unscored('unparseable');
  const raw = Number(label);
  if (raw < min || raw > max) return unscored('unparseable');
  return { kind: 'score', value: (raw - min) / (max - min), raw, label };
}

type Distribution = { readonly shares: ReadonlyMap<string, number>; readonly coverage: number };

/** Probabilities of labels at the verdict's place, or the one label that is the whole reply. */
function distributionOf(
  labels: readonly string[],
  { coverage, text: accepted }: { readonly coverage: number; readonly text: 'accept' | 'refuse' },
  reply: JudgeReply,
  nonce: string | null,
): (Distribution & { readonly certain: boolean }) | { readonly reason: UnscoredReason } {
  const text = withoutThinking(reply.text);
  if (text === null) return { reason: 'cut_off' };
  const labelOf = (token: string): string | undefined => {
    const word = token.trim();
    if (labels.includes(word)) return word;
    // AlpacaEval's two names for the answers, which its templates show in this order
    if (nonce === null && (word === 'm' || word === 'M')) return labels[word === 'm' ? 0 : 1];
    return undefined;
  };
  const said = text.trim();
  const whole = labelOf(said);
  const tokens = tokensAfterThinking(reply, text);
  if (tokens.length > 0) {
    // more than one word after the label: "A" of "A good answer would …" is no verdict
    const spoken = tokens.filter(
      ({ token }) => token.trim() !== '' && !/^<[|｜].*[|｜]>$/.test(token.trim()),
    );
    const [place] = spoken;
    if (place === undefined) return { reason: reply.finishReason === 'length' ? 'cut_off' : 'unparseable' };
    if (whole === undefined && spoken.length > 1)
      return { reason: reply.finishReason === 'length' ? 'cut_off' : 'unparseable' };
    const shares = new Map<string, number>();
    let covered = 0;
    const top = place.top.length > 0 ? place.top : [{ token: place.token, logprob: place.logprob }];
    const seen = new Set<string>();
    for (const { token, logprob } of top) {
      const label = labelOf(token);
      if (label === undefined || seen.has(token) || !(logprob <= 0.001)) continue;
      seen.add(token);
      shares.set(label, (shares.get(label) ?? 0) + Math.exp(logprob));
      covered += Math.exp(logprob);
    }
    if (covered < coverage) return { reason: 'low_coverage' };
    const total = [...shares.values()].reduce((sum, each) => sum + each, 0);
    return {
      shares: new Map([...shares].map(([label, share]) => [label, share / total])),
      coverage: Math.min(1, covered),
      certain: false,
    };
  }
  if (whole !== undefined && (accepted === 'accept' || nonce === null))
    return { shares: new Map([[whole, 1]]), coverage: 0, certain: true };
  return { reason: reply.finishReason === 'length' && whole === undefined ? 'cut_off' : 'unparseable' };
}

/** The reply's tokens from where its text starts, behind thinking. */
function tokensAfterThinking({ text: all, logprobs }: JudgeReply, text: string): readonly TokenLogprobs[] {
  if (logprobs === undefined || logprobs === null) return [];
  let skip = all.length - text.length;
  if (skip === 0) return logprobs;
  const from = logprobs.findIndex(({ token }) => {
    if (skip <= 0) return true;
    skip -= token.length;
    return false;
  });
  return from === -1 ? [] : logprobs.slice(from);
}

function readLabelToken(
  judge: Judge,
  verdict: {
    readonly map: Readonly<Record<string, number>>;
    readonly coverage: number;
    readonly text: 'accept' | 'refuse';
  },
  reply: JudgeReply,
  showing: ReadShowing,
): JudgeReading {
  const found = distributionOf(Object.keys(verdict.map), verdict, reply, showing.nonce);
  if ('reason' in found) return unscored(found.reason);
  const { shares } = found;
  const value = [...shares].reduce((sum, [label, share]) => sum + share * verdict.map[label]!, 0);
  const ranked = [...shares].sort(([, x], [, y]) => y - x);
  const label = ranked[0]?.[0];
  if (label === undefined) return unscored('unparseable');
  if (found.certain) return ofLabel(judge, { label }, verdict.map, showing);
  const coverage = found.coverage;
  if (judge.mode !== 'pairwise') return { kind: 'score', value, raw: value, coverage, label };
  const share = showing.order[0] === 0 ? value : 1 - value;
  const first = verdict.map[label]!;
  const level = ranked.length > 1 && ranked[0]![1] === ranked[1]![1];
  const outcome = level ? outcomeOf(share) : outcomeOf(showing.order[0] === 0 ? first : 1 - first);
  return { kind: 'preference', outcome, shareA: share, coverage, label };
}

function readDigits(
  judge: Judge,
  verdict: {
    readonly min: number;
    readonly max: number;
    readonly coverage: number;
    readonly text: 'accept' | 'refuse';
  },
  reply: JudgeReply,
  showing: ReadShowing,
): JudgeReading {
  const { min, max } = verdict;
  const found = distributionOf(judge.labels, verdict, reply, showing.nonce);
  if ('reason' in found) {
    if (showing.nonce !== null || (reply.logprobs ?? []).length > 0) return unscored(found.reason);
    const region = labelInText(judge, withoutThinking(reply.text) ?? '', showing);
    return 'reason' in region ? unscored(region.reason) : ofScore(region.label, verdict);
  }
  const raw = [...found.shares].reduce((sum, [label, share]) => sum + share * Number(label), 0);
  return {
    kind: 'score',
    value: (raw - min) / (max - min),
    raw,
    coverage: found.certain ? null : found.coverage,
    ...(found.certain ? { label: String(raw) } : {}),
  };
}

function readRanking(text: string, { nonce, order }: ReadShowing): JudgeReading {
  const value = readJsonStrictly(text);
  const ranking = Array.isArray(value) && nonce === null ? value : isObject(value) ? value.ranking : null;
  if (!Array.isArray(ranking)) return unscored('unparseable');
  if (nonce !== null && (!isObject(value) || value.nonce !== nonce)) return unscored('unparseable');
  const places = order.map(() => 0);
  for (const [place, label] of ranking.entries()) {
    const candidate = order[SLOT_LABELS.indexOf(label as (typeof SLOT_LABELS)[number])];
    if (candidate === undefined || places[candidate] !== 0) return unscored('unparseable');
    places[candidate] = place + 1;
  }
  return places.includes(0) ? unscored('unparseable') : { kind: 'ranking', places };
}

/** Share of claims that the context supports. A quote that does not stand there leaves the reply unscored. */
function readClaims(text: string, { nonce }: ReadShowing, context: readonly string[]): JudgeReading {
  const value = readJsonStrictly(text);
  const claims = Array.isArray(value) && nonce === null ? value : isObject(value) ? value.claims : null;
  if (!Array.isArray(claims) || claims.length === 0) return unscored('unparseable');
  if (nonce !== null && (!isObject(value) || value.nonce !== nonce)) return unscored('unparseable');
  const plain = (each: string) => each.replace(/[\s\u200b]+/g, ' ').trim();
  const whole = plain(context.join('\n'));
  let supported = 0;
  for (const claim of claims as unknown[]) {
    if (!isObject(claim) || typeof claim.claim !== 'string' || claim.claim.trim() === '')
      return unscored('unparseable');
    const quote = typeof claim.quote === 'string' ? plain(claim.quote) : '';
    if (claim.state === 'supported' || claim.state === 'contradicted') {
      if (quote === '' || !whole.includes(quote)) return unscored('unparseable');
    } else if (claim.state !== 'absent') return unscored('unparseable');
    if (claim.state === 'supported') supported += 1;
  }
  const share = supported / claims.length;
  return { kind: 'score', value: share, raw: share };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
