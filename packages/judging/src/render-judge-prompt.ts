import { type BySlot, swapSlots } from '@agon/domain';
import type { Judge } from './judge.ts';

export type SlotOrder = 'ab' | 'ba';
/** What a judge model is sent; `system` is empty where the judge has none. */
export type JudgePrompt = { readonly system: string; readonly user: string };

export type JudgedBattle = {
  readonly prompt: readonly string[];
  /** One text a turn, in the battle's own slots. */
  readonly answers: BySlot<readonly string[]>;
  /** Which slot is shown as Answer A: `ab` the battle's own order, `ba` exchanged. */
  readonly order: SlotOrder;
  /** Random letters and digits, new for each call: an answer cannot know it. */
  readonly nonce: string;
};

/**
 * The prompt of one call. Templates are filled in a single pass: what stands in an answer is never read as a
 * variable or a section, and every text is fenced by lines that carry the nonce.
 */
export function renderJudgePrompt(judge: Judge, battle: JudgedBattle): JudgePrompt {
  const { nonce } = battle;
  const shown = battle.order === 'ab' ? battle.answers : swapSlots(battle.answers);
  const fence = (title: string, text: string) =>
    `[[${title} ${nonce}]]\n${text}\n[[end of ${title} ${nonce}]]`;
  const many = battle.prompt.length > 1;
  const turnTitle = (title: string, turn: number) => (many ? `${title}, turn ${turn + 1}` : title);
  const conversation = [
    ...battle.prompt.map((text, turn) => fence(turnTitle('Request', turn), text)),
    ...battle.prompt.map((_, turn) => fence(turnTitle('Answer A', turn), shown.a[turn] ?? '')),
    ...battle.prompt.map((_, turn) => fence(turnTitle('Answer B', turn), shown.b[turn] ?? '')),
  ].join('\n\n');
  const values: Readonly<Record<string, string>> = {
    conversation,
    verdict_tag: `<v-${nonce}>…</v-${nonce}>`,
  };
  const fill = (template: string) =>
    template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
  return { system: fill(judge.system), user: fill(judge.user) };
}
