import { ArenaError } from '@agon/domain';
import type { Judge } from './judge.ts';
import { type JudgedItem, type Showing, SLOT_LABELS } from './judged-item.ts';
import { regionsElsewhere } from './read-elsewhere.ts';
import { readJsonStrictly } from './read-json.ts';
import {
  type JudgeReply,
  readTokens,
  readTokensInJson,
  type TokenRules,
  withoutThinking,
} from './read-tokens.ts';
import { rewardGap } from './reward-inputs.ts';

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
      /** Of a reward model: by how much its score of a is above that of b, in logits of its own. */
      readonly gap?: number;
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
  const text = withoutThinking(reply.text, showing.nonce);
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
    case 'reward':
      return readReward(judge, text, showing);
    case 'grounded': {
      if (item === undefined)
        throw new ArenaError('internal', 'A grounded verdict cannot be read without the context it quotes.');
      return readClaims(text, showing, item.context ?? []);
    }
  }
}

function unscored(reason: UnscoredReason): JudgeReading & { readonly kind: 'unscored' } {
  return { kind: 'unscored', reason };
}

function labelInText(judge: Judge, text: string, { nonce }: ReadShowing): Region {
  const found = nonce === null ? regionsElsewhere(judge, text) : inTag(text, nonce);
  const labels = new Set(found);
  if (labels.size > 1) return { reason: 'two_labels' };
  const [label] = labels;
  return label === undefined ? { reason: 'unparseable' } : { label };
}

function inTag(text: string, nonce: string): string[] {
  const [open, close] = [`<v-${nonce}>`, `</v-${nonce}>`];
  const found: string[] = [];
  // each nonce is used once: a pattern would be compiled for one reply
  for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at + open.length)) {
    const start = at + open.length;
    const end = text.indexOf('<', start);
    if (end < 0) break;
    if (text.startsWith(close, end)) found.push(text.slice(start, end).trim());
  }
  // a judge that repeats the instruction writes the tag with the dots of the template in it
  return found.filter((label) => label !== '…' && label !== '...');
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

function readLabelToken(
  judge: Judge,
  verdict: TokenRules & { readonly map: Readonly<Record<string, number>> },
  reply: JudgeReply,
  showing: ReadShowing,
): JudgeReading {
  const found =
    judge.settings.replyForm === 'json_schema'
      ? readTokensInJson(judge.labels, verdict, reply, showing.nonce)
      : readTokens(judge.labels, verdict, reply, showing.nonce);
  if (found.kind === 'unscored')
    return orElsewhere(judge, found.reason, reply, showing, (label) =>
      ofLabel(judge, { label }, verdict.map, showing),
    );
  if (found.kind === 'said') return ofLabel(judge, found, verdict.map, showing);
  const { shares, coverage, label } = found;
  const value = sum(shares, (each) => verdict.map[each]!);
  if (judge.mode !== 'pairwise') return { kind: 'score', value, raw: value, coverage, label };
  const shareOf = (ofFirst: number) => (showing.order[0] === 0 ? ofFirst : 1 - ofFirst);
  // where two labels are equally likely, neither is the judge's
  const outcome = outcomeOf(shareOf(found.level ? value : verdict.map[label]!));
  return { kind: 'preference', outcome, shareA: shareOf(value), coverage, label };
}

function readDigits(
  judge: Judge,
  verdict: TokenRules & { readonly min: number; readonly max: number },
  reply: JudgeReply,
  showing: ReadShowing,
): JudgeReading {
  const { min, max } = verdict;
  const found = readTokens(judge.labels, verdict, reply, showing.nonce);
  if (found.kind === 'unscored')
    return orElsewhere(judge, found.reason, reply, showing, (label) => ofScore(label, verdict));
  if (found.kind === 'said') return ofScore(found.label, verdict);
  const raw = sum(found.shares, Number);
  return {
    kind: 'score',
    value: (raw - min) / (max - min),
    raw,
    coverage: found.coverage,
    label: found.label,
  };
}

/** Replies of other tools have their verdict in the text, where they have no probabilities. */
function orElsewhere(
  judge: Judge,
  reason: UnscoredReason,
  reply: JudgeReply,
  showing: ReadShowing,
  read: (label: string) => JudgeReading,
): JudgeReading {
  if (showing.nonce !== null || reason !== 'unparseable' || (reply.logprobs ?? []).length > 0)
    return unscored(reason);
  const region = labelInText(judge, withoutThinking(reply.text, null) ?? '', showing);
  return 'reason' in region ? unscored(region.reason) : read(region.label);
}

function sum(shares: ReadonlyMap<string, number>, worth: (label: string) => number): number {
  return [...shares].reduce((total, [label, share]) => total + share * worth(label), 0);
}

/** The higher score wins. What a difference is worth to people is for a calibration to say: there is no share. */
function readReward(judge: Judge, text: string, { order }: ReadShowing): JudgeReading {
  const gap = rewardGap(judge, text, order);
  if (gap === null) return unscored('unparseable');
  const outcome = gap === 0 ? 'tie' : gap > 0 ? 'a' : 'b';
  return { kind: 'preference', outcome, shareA: null, coverage: null, gap };
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
