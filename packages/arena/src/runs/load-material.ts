import type { AnswerId, BattleId, CampaignId, PromptId } from '@agon/domain';
import type { Ports } from '../ports/ports.ts';
import type { NewCall } from '../ports/run-store.ts';
import type { Material, RunKind } from './kinds/run-kind.ts';

/**
 * Reads the texts of many calls by a few questions to the database.
 * @param campaign null: that of a run without one, whose calls need no texts
 */
export async function loadMaterial(
  kind: Pick<RunKind<never>, 'needs'>,
  campaign: CampaignId | null,
  calls: readonly NewCall[],
  deps: Pick<Ports, 'battles' | 'content'>,
): Promise<Material> {
  const battleIds = new Set<BattleId>();
  const promptIds = new Set<PromptId>();
  const answerIds = new Set<AnswerId>();
  for (const call of calls) {
    const { battle, prompt, answers = [] } = kind.needs?.(call) ?? {};
    if (battle !== undefined) battleIds.add(battle);
    if (prompt !== undefined) promptIds.add(prompt);
    for (const answer of answers) answerIds.add(answer);
  }
  const battles = battleIds.size === 0 ? new Map() : await deps.battles.sides([...battleIds]);
  for (const { promptId, answers } of battles.values()) {
    promptIds.add(promptId);
    answerIds.add(answers.a).add(answers.b);
  }
  const [prompts, answers] = await Promise.all([
    campaign === null || promptIds.size === 0
      ? new Map()
      : deps.content.judgedPrompts(campaign, [...promptIds]),
    deps.content.answerTexts([...answerIds]),
  ]);
  return { battles, prompts, answers };
}
