import {
  type BySlot,
  type CampaignId,
  contentHash,
  countStyle,
  modelFamily,
  SLOTS,
  type StyleCounts,
} from '@agon/domain';
import {
  CONTROL_JUDGES,
  type ControlJudge,
  checkJudge,
  type Judge,
  judgeByRule,
  rewardGap,
  splitSwap,
} from '@agon/judging';
import type { CardItem, CardLabel, CardVerdict, SwapParts } from '@agon/rating/judge-card';
import type { AnswerText } from '../../ports/content-store.ts';
import type { CellVerdict, JudgedCell, JudgeSubject, SubjectFilter } from '../../ports/judge-card-store.ts';
import type { Ports } from '../../ports/ports.ts';

/** An item of a card with all that it is held against. */
export type HeldItem = CardItem & {
  readonly cell: JudgedCell;
  /** By subject, in the order of `subjects`. */
  readonly said: readonly (readonly CardVerdict[])[];
  /** Both orders of each rule; of one that needs texts, nothing where the campaign does not hold them. */
  readonly rules: Readonly<Record<ControlJudge, readonly CardLabel[]>>;
  readonly style: BySlot<StyleCounts> | null;
  readonly namesMaker: BySlot<boolean> | null;
  readonly swap: SwapParts | null;
  readonly unscored: readonly string[];
  /** Of a reward model, beside each of its verdicts: by how much it scored a above b. */
  readonly gaps: readonly (number | null)[];
  /** Of a reward model: hash of the prompt's text, or what else tells prompts apart. */
  readonly splitBy: string;
};

export type HeldItems = {
  readonly items: readonly HeldItem[];
  readonly subjects: readonly JudgeSubject[];
  readonly of: number;
};

/** Battles on one card at most: their statistics take some seconds of one core. */
const MAX_BATTLES = 20_000;
/** Texts that are held at a time. */
const BATCH = 500;
/** The coin of every card falls the same way. */
const COIN_SEED = 'report card';
const TEXT_RULES: ReadonlySet<ControlJudge> = new Set(['control-longest', 'control-markdown']);

/** The judge whose scores a card reads; null: it asks no reward model. */
export function rewardJudgeOf({ source }: Pick<JudgeSubject, 'source'>): Judge | null {
  if (source === '') return null;
  const { judge } = checkJudge(source);
  return judge?.verdict.parser === 'reward' ? judge : null;
}

/**
 * What judges, people and rules without a model said of the battles that one judge decided (or any, where `filter` is
 * null).
 * @param filter whose verdicts are the item's own; null: nobody's
 * @param reward the judge of these verdicts, where it asks a reward model
 */
export async function readHeldItems(
  campaign: CampaignId,
  filter: SubjectFilter | null,
  deps: Pick<Ports, 'judgeCards' | 'content'>,
  reward: Judge | null = null,
): Promise<HeldItems> {
  const withReplies = filter === null || reward === null ? filter : { ...filter, replies: true };
  const { cells, subjects, verdicts, of } = await deps.judgeCards.cells(campaign, withReplies, MAX_BATTLES);
  const own =
    filter === null
      ? -1
      : subjects.findIndex((each) => each.judgeId === filter.judgeId && each.model === filter.model);
  const unordered = subjects.map(readsOneAtATime);
  const byCell = cells.map((): CellVerdict[] => []);
  for (const verdict of verdicts) byCell[verdict.cell]!.push(verdict);
  const held = { subjects: subjects.length, own, unordered, reward };
  const items: HeldItem[] = [];
  for (let from = 0; from < cells.length; from += BATCH) {
    const part = cells.slice(from, from + BATCH);
    const ids = part.flatMap(({ answers }) => (answers === null ? [] : [answers.a, answers.b]));
    const prompts = part.flatMap(({ promptId }) => (promptId === null ? [] : [promptId]));
    const [texts, asked] = await Promise.all([
      deps.content.answerTexts([...new Set(ids)]),
      deps.content.promptTexts([...new Set(prompts)]),
    ]);
    for (const [k, cell] of part.entries()) {
      const a = cell.answers === null ? undefined : texts.get(cell.answers.a);
      const b = cell.answers === null ? undefined : texts.get(cell.answers.b);
      const prompt = cell.promptId === null ? [] : (asked.get(cell.promptId)?.turns ?? []);
      items.push(hold(cell, byCell[from + k]!, held, prompt, a && b ? { a, b } : null));
    }
  }
  return { items, subjects, of };
}

/** Whether a judge reads answers one at a time: its verdicts have no order, whatever their calls are filed under. */
function readsOneAtATime(subject: JudgeSubject): boolean {
  const judge = rewardJudgeOf(subject);
  return judge?.verdict.parser === 'reward' && judge.verdict.form === 'pointwise';
}

type Holding = {
  readonly subjects: number;
  /** Place of the judge whose card it is; −1: nobody's. */
  readonly own: number;
  /** By subject. */
  readonly unordered: readonly boolean[];
  readonly reward: Judge | null;
};

function hold(
  cell: JudgedCell,
  verdicts: readonly CellVerdict[],
  { subjects, own, unordered, reward }: Holding,
  prompt: readonly string[],
  answers: BySlot<AnswerText> | null,
): HeldItem {
  const said = Array.from({ length: subjects }, (): CardVerdict[] => []);
  const unscored: string[] = [];
  const gaps: (number | null)[] = [];
  for (const { subject, order, repeat, outcome, unscored: reason, shareA, reply } of verdicts) {
    if (outcome !== null) {
      const shown = unordered[subject] === true ? 'unknown' : order;
      said[subject]?.push({ order: shown, repeat, label: outcome, shareA });
    }
    if (outcome !== null && subject === own) {
      const showing = order === 'ba' ? [1, 0] : [0, 1];
      gaps.push(reward === null || reply === null ? null : rewardGap(reward, reply, showing));
    }
    if (outcome !== null) continue;
    if (subject === own) unscored.push(reason ?? '');
  }
  const shown = (turns: readonly string[]) => turns.slice(0, cell.turns ?? turns.length);
  const texts = answers === null ? null : { a: shown(answers.a.turns), b: shown(answers.b.turns) };
  const judged = {
    prompt: shown(prompt),
    // rules that look at no text still tell their coins apart
    candidates:
      texts === null
        ? [
            [cell.battle, 'a'],
            [cell.battle, 'b'],
          ]
        : [texts.a, texts.b],
  };
  const rules = Object.fromEntries(
    CONTROL_JUDGES.map((rule) => [
      rule,
      texts === null && TEXT_RULES.has(rule)
        ? []
        : [judgeByRule(rule, judged, [0, 1], COIN_SEED), judgeByRule(rule, judged, [1, 0], COIN_SEED)],
    ]),
  ) as unknown as HeldItem['rules'];
  const weights = cell.votes.map(({ weight }) => weight);
  const votes = cell.votes.map(({ outcome }) => outcome);
  return {
    prompt: cell.promptId ?? cell.promptKey ?? cell.battle,
    category: cell.category,
    modelA: cell.models.a,
    modelB: cell.models.b,
    votes,
    ...(weights.some((weight) => weight !== 1)
      ? { weight: Math.max(weights.reduce((sum, weight) => sum + weight, 0) / weights.length, 1e-9) }
      : {}),
    verdicts: said[own] ?? [],
    cell,
    said,
    rules,
    style: texts === null ? null : { a: countStyle(texts.a.join('\n')), b: countStyle(texts.b.join('\n')) },
    namesMaker: answers === null ? null : { a: namesMaker(answers.a), b: namesMaker(answers.b) },
    swap: swapOf(said[own] ?? []),
    unscored,
    gaps,
    splitBy: splitBy(cell, prompt, reward),
  };
}

/** What the folds of a calibration go by. @param reward null: nothing is calibrated */
export function splitBy(cell: JudgedCell, prompt: readonly string[], reward: Judge | null): string {
  // the same text is the same prompt in every campaign and on every machine
  if (reward !== null && prompt.length > 0) return contentHash(JSON.stringify(prompt));
  return cell.promptId ?? cell.promptKey ?? cell.battle;
}

function namesMaker({ selfNaming }: AnswerText): boolean {
  return selfNaming.some((spans) => spans.length > 0);
}

/** Preference and slot bias where both orders have probabilities. */
export function swapOf(verdicts: readonly CardVerdict[]): SwapParts | null {
  const shareIn = (order: 'ab' | 'ba'): number | null =>
    verdicts.find((verdict) => verdict.order === order && verdict.shareA !== null)?.shareA ?? null;
  const [straight, swapped] = [shareIn('ab'), shareIn('ba')];
  return straight === null || swapped === null ? null : splitSwap(straight, 1 - swapped);
}

/** What two answers differ in, a less b; null: not known. */
export function differencesOf(item: HeldItem, judgeFamily: string | null) {
  const { style, namesMaker: naming } = item;
  const markdown = (counts: StyleCounts) => counts.headers + counts.lists + counts.bold;
  const families = { a: modelFamily(item.modelA), b: modelFamily(item.modelB) };
  const [isKinA, isKinB] = SLOTS.map((slot) => Number(families[slot] === judgeFamily));
  return {
    length: style === null ? null : lengthRatio(style.a.length, style.b.length),
    markdown: style === null ? null : Math.sign(markdown(style.a) - markdown(style.b)),
    names_maker: naming === null ? null : Number(naming.a) - Number(naming.b),
    own_family: judgeFamily === null ? null : isKinA! - isKinB!,
  };
}

/** Doublings beyond this say no more: an empty answer is not a thousand times shorter than others. */
const MAX_DOUBLINGS = 3;

/** log₂ of a's length over b's. */
export function lengthRatio(a: number, b: number): number {
  return Math.min(MAX_DOUBLINGS, Math.max(-MAX_DOUBLINGS, Math.log2((a + 1) / (b + 1))));
}
