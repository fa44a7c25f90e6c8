import type { PromptId } from '@agon/domain';
import type { CampaignContent } from '../ports/content-store.ts';
import type { DrawRule } from './draw-rule.ts';

/** The answers that stand for their models, by prompt. Places are those of the content's answers. */
export type StandingAnswers = {
  /** Prompts in the order of their first answers. */
  readonly promptNumber: ReadonlyMap<PromptId, number>;
  /** For each prompt one place for each model that may be drawn. */
  readonly asked: readonly (readonly number[])[];
  /** Where several answers may stand for a model: all their places, by the one that is in `asked`. */
  readonly choices: ReadonlyMap<number, readonly number[]>;
  /** Some model gave several answers to a prompt, whether they may be drawn or not. */
  readonly hasSeveral: boolean;
};

/**
 * Which answers may be drawn. The rule first chooses the answer that stands for a model, then asks whether it may be
 * shown: a model whose newest answer is blank and skipped is not drawn for that prompt at all, as falling back to an
 * older answer would show voters a better model than the one that is rated. Of `any`, those that may be shown are left.
 */
export function standingAnswers(content: CampaignContent, rule: DrawRule): StandingAnswers {
  const { answers } = content;
  const retired = new Set(content.models.filter((model) => model.retired).map((model) => model.id));
  const promptNumber = new Map<PromptId, number>();
  const asked: number[][] = [];
  const groups = new Map<number, number[]>();
  let hasSeveral = false;
  for (const [place, answer] of answers.entries()) {
    const prompt = promptNumber.get(answer.promptId) ?? promptNumber.size;
    promptNumber.set(answer.promptId, prompt);
    asked[prompt] ??= [];
    const list = asked[prompt];
    // a prompt is answered by few models: quicker than a map, and without its memory
    const at = list.findIndex((each) => answers[each]!.modelId === answer.modelId);
    if (at === -1) {
      list.push(place);
      continue;
    }
    hasSeveral = true;
    if (rule.choice === 'newest') list[at] = place;
    if (rule.choice !== 'any') continue;
    const group = groups.get(list[at]!);
    if (group === undefined) groups.set(list[at]!, [list[at]!, place]);
    else group.push(place);
  }
  const isShown = (place: number) => {
    const { modelId, namesItself, blank } = answers[place]!;
    return !(retired.has(modelId) || (rule.skipSelfNaming && namesItself) || (rule.skipBlank && blank));
  };
  const choices = new Map<number, readonly number[]>();
  const left = asked.map((list) =>
    list.flatMap((place) => {
      const shown = (groups.get(place) ?? [place]).filter(isShown);
      if (shown.length > 1) choices.set(shown[0]!, shown);
      return shown.slice(0, 1);
    }),
  );
  return { promptNumber, asked: left, choices, hasSeveral };
}
