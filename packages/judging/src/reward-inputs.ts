import { ArenaError } from '@agon/domain';
import { withoutControlWords } from './control-words.ts';
import type { Judge } from './judge.ts';
import type { JudgedItem } from './judged-item.ts';
import { readJsonStrictly } from './read-json.ts';

/** A text that a reward model scores; texts of others stand in it without control words. */
export type RewardInput =
  | {
      readonly kind: 'conversation';
      readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
    }
  | { readonly kind: 'text'; readonly text: string };

/**
 * What a reward model is sent: the conversation with each answer, or the template filled in with both. Nothing in it
 * changes from call to call, so equal texts get equal scores.
 * @param order which candidate stands in each slot
 * @param fill the template of judges that show both answers at once
 * @throws ArenaError('internal') where `order` does not fit the item
 */
export function rewardInputs(
  judge: Pick<Judge, 'verdict'>,
  item: JudgedItem,
  order: readonly number[],
  fill: (values: Readonly<Record<string, unknown>>) => string,
): readonly RewardInput[] {
  const shown = order.map((candidate) => {
    const texts = item.candidates[candidate];
    if (texts === undefined)
      throw new ArenaError('internal', `There is no candidate ${candidate} to be shown.`);
    return texts.map(withoutControlWords);
  });
  const prompt = item.prompt.map(withoutControlWords);
  if (judge.verdict.parser === 'reward' && judge.verdict.form === 'pairwise') {
    const text = fill({
      question: prompt.join('\n\n'),
      answer_a: shown[0]?.join('\n\n') ?? '',
      answer_b: shown[1]?.join('\n\n') ?? '',
      reference: (item.reference ?? []).map(withoutControlWords).join('\n\n'),
      category: withoutControlWords(item.category ?? ''),
      language: withoutControlWords(item.language ?? ''),
    });
    return [{ kind: 'text', text }];
  }
  return shown.map((answer) => ({
    kind: 'conversation',
    messages: prompt.flatMap((asked, turn) => [
      { role: 'user' as const, content: asked },
      { role: 'assistant' as const, content: answer[turn] ?? '' },
    ]),
  }));
}

/** An input as people read it. */
export function textOfInput(input: RewardInput): string {
  if (input.kind === 'text') return input.text;
  return input.messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n');
}

/**
 * By how much a reward model scores the first candidate above the second, in logits of its own scale.
 * @param text the reply: `{"scores": [[logit, …], …]}`, one list an input
 * @param order which candidate stood in each slot
 * @returns null where the text holds no such scores
 */
export function rewardGap(
  { verdict }: Pick<Judge, 'verdict'>,
  text: string,
  order: readonly number[],
): number | null {
  if (verdict.parser !== 'reward') return null;
  const read = readJsonStrictly(text) as { readonly scores?: unknown } | null | undefined;
  const scores = Array.isArray(read?.scores) ? (read.scores as unknown[]).map(numbersIn) : [];
  const inputs = verdict.form === 'pairwise' ? 1 : 2;
  if (scores.length !== inputs) return null;
  const [first, second = 0] = scores.map((logits) => {
    if (logits === null || logits.length < 1 || logits.length > 2) return null;
    return logits.length === 1 ? logits[0]! : logits[verdict.label]! - logits[1 - verdict.label]!;
  });
  if (first == null || second === null) return null;
  const gap = first - second;
  return order[0] === 0 ? gap : -gap;
}

function numbersIn(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every((each) => typeof each === 'number' && Number.isFinite(each))
    ? value
    : null;
}
