import { type Outcome, swapOutcome } from '@agon/domain';
import type { SlotOrder } from './render-judge-prompt.ts';

export type UnscoredReason = 'unparseable' | 'two_labels' | 'cut_off' | 'refused';
export type ParsedVerdict =
  | { readonly kind: 'ok'; readonly outcome: Outcome }
  | { readonly kind: 'unscored'; readonly reason: UnscoredReason };

export type JudgeReply = {
  readonly text: string;
  /** As the server says it: `stop`, `length`, `content_filter`; null where it does not. */
  readonly finishReason: string | null;
};

const OUTCOMES: Readonly<Record<string, Outcome>> = { A: 'a', B: 'b', tie: 'tie' };

/**
 * What a reply says, in the battle's own slots. Strict: exactly one label, inside the tag of this call’s nonce,
 * in a reply that was not cut off. Everything else is unscored with its reason; it is never a tie and never a guess.
 * @param nonce null: replies made elsewhere, whose tag is `<v>`; the other rules are the same
 */
export function parseVerdict(reply: JudgeReply, order: SlotOrder, nonce: string | null): ParsedVerdict {
  if (reply.finishReason === 'content_filter') return { kind: 'unscored', reason: 'refused' };
  const tag = nonce === null ? 'v' : `v-${nonce}`;
  const found = [...reply.text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((match) =>
    (match[1] ?? '').trim(),
  );
  // a judge that repeats the instruction writes the tag with the ellipsis of the template in it
  const labels = new Set(found.filter((label) => label !== '…' && label !== '...'));
  if (labels.size > 1) return { kind: 'unscored', reason: 'two_labels' };
  const [label] = labels;
  const outcome = label === undefined || !Object.hasOwn(OUTCOMES, label) ? undefined : OUTCOMES[label]!;
  if (reply.finishReason === 'length') return { kind: 'unscored', reason: 'cut_off' };
  if (outcome === undefined) return { kind: 'unscored', reason: 'unparseable' };
  return { kind: 'ok', outcome: order === 'ab' ? outcome : swapOutcome(outcome) };
}
