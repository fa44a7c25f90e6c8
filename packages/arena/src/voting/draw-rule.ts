import type { CampaignSettings } from '@agon/contract';

/** What may be drawn from a campaign's content. */
export type DrawRule = {
  /** Which answer stands for a model that has several to one prompt; of `any`, each is equally likely. */
  readonly choice: CampaignSettings['answer_choice'];
  /** Leaves out answers that name their model. */
  readonly skipSelfNaming: boolean;
  /** Leaves out answers without anything to read. */
  readonly skipBlank: boolean;
};

type RuleSettings = Pick<CampaignSettings, 'answer_choice' | 'self_naming' | 'blank_answers'>;

/** What voters are shown. */
export function voterRule(settings: RuleSettings): DrawRule {
  return {
    choice: settings.answer_choice,
    skipSelfNaming: settings.self_naming === 'exclude',
    skipBlank: settings.blank_answers === 'skip',
  };
}

/** What judges are asked: as voters, and about blank answers too, as they are what the model said. */
export function judgeRule(settings: RuleSettings): DrawRule {
  return { ...voterRule(settings), skipBlank: false };
}
