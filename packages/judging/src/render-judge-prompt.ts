import { type BySlot, swapSlots } from '@agon/domain';
import type { Instrument } from './instrument.ts';

export type SlotOrder = 'ab' | 'ba';
export type JudgeMessage = { readonly role: 'system' | 'user'; readonly content: string };

export type JudgeQuestion = {
  readonly prompt: readonly string[];
  /** One text a turn, in the battle's own slots. */
  readonly answers: BySlot<readonly string[]>;
  /** Which slot is shown as Answer A: `ab` the battle's own order, `ba` exchanged. */
  readonly order: SlotOrder;
  /** Random letters and digits, new for each question: an answer cannot know it. */
  readonly nonce: string;
};

/**
 * The messages for one question. Templates are filled in a single pass: what stands in an answer is never read as a
 * variable or a section, and every text is fenced by lines that carry the nonce.
 */
export function renderJudgePrompt(instrument: Instrument, question: JudgeQuestion): readonly JudgeMessage[] {
  const { nonce } = question;
  const shown = question.order === 'ab' ? question.answers : swapSlots(question.answers);
  const fence = (title: string, text: string) =>
    `[[${title} ${nonce}]]\n${text}\n[[end of ${title} ${nonce}]]`;
  const many = question.prompt.length > 1;
  const turnTitle = (title: string, turn: number) => (many ? `${title}, turn ${turn + 1}` : title);
  const conversation = [
    ...question.prompt.map((text, turn) => fence(turnTitle('Request', turn), text)),
    ...question.prompt.map((_, turn) => fence(turnTitle('Answer A', turn), shown.a[turn] ?? '')),
    ...question.prompt.map((_, turn) => fence(turnTitle('Answer B', turn), shown.b[turn] ?? '')),
  ].join('\n\n');
  const values: Readonly<Record<string, string>> = {
    conversation,
    verdict_tag: `<v-${nonce}>…</v-${nonce}>`,
  };
  const fill = (template: string) =>
    template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
  const user = { role: 'user' as const, content: fill(instrument.user) };
  return instrument.system === '' ? [user] : [{ role: 'system', content: fill(instrument.system) }, user];
}
