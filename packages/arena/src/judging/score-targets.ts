import type { AnswerId, BattleId, CampaignId, PromptId } from '@agon/domain';
import type { Judge } from '@agon/judging';
import { seededRandom } from '@agon/stats';
import type { Ports } from '../ports/ports.ts';
import { itemOfPrompt } from '../runs/kinds/judged-item.ts';
import { scoreParts, scoreTarget } from '../runs/kinds/scores.ts';

/** Battles whose sides are read at a time. */
const PART = 5000;
/** Answers that a judge can be asked to rank at once; templates label them A to H. */
const MAX_RANKED = 8;

/**
 * What a judge of single answers, or of lists of answers, is asked so that these battles get verdicts: each answer with
 * each part of what is judged, or the answers to each prompt. Battles that show only some turns are left out: scores are
 * of whole answers.
 */
export async function scoreTargetsOf(
  judge: Judge,
  battles: readonly BattleId[],
  { campaign, seed }: { readonly campaign: CampaignId; readonly seed: number },
  deps: Pick<Ports, 'battles' | 'content'>,
): Promise<readonly string[]> {
  const answersTo = new Map<PromptId, Set<AnswerId>>();
  const parts = new Map<PromptId, readonly string[]>();
  for (let from = 0; from < battles.length; from += PART) {
    const sides = [...(await deps.battles.sides(battles.slice(from, from + PART))).values()];
    const prompts = await deps.content.judgedPrompts(campaign, [
      ...new Set(sides.map(({ promptId }) => promptId)),
    ]);
    for (const { promptId, answers, turns } of sides) {
      const prompt = prompts.get(promptId);
      if (prompt === undefined || (turns !== null && turns < prompt.turns.length)) continue;
      const known = answersTo.get(promptId) ?? new Set();
      answersTo.set(promptId, known.add(answers.a).add(answers.b));
      if (!parts.has(promptId)) parts.set(promptId, scoreParts(judge, itemOfPrompt(prompt)));
    }
  }
  return [...answersTo].flatMap(([prompt, found]) => {
    const answers = [...found].sort();
    if (judge.mode === 'listwise') {
      return [scoreTarget({ prompt, answers: sampleOf(answers, `list/${seed}/${prompt}`), part: '' })];
    }
    return answers.flatMap((answer) =>
      (parts.get(prompt) ?? ['']).map((part) => scoreTarget({ prompt, answers: [answer], part })),
    );
  });
}

function sampleOf(answers: readonly AnswerId[], seed: string): readonly AnswerId[] {
  const random = seededRandom(seed);
  const left = [...answers];
  while (left.length > MAX_RANKED) left.splice(random.below(left.length), 1);
  return left;
}
