import type { RunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Ports } from '../ports/ports.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { answers } from './kinds/answers.ts';
import type { AnswerConfig } from './kinds/run-kind.ts';
import { type Asking, type StartPorts, startRun } from './start-run.ts';

export type StartAnswerRun = Asking & {
  readonly actor: Actor;
  readonly campaign: string;
  /** Name of the model in the campaign; null: as the provider knows it. */
  readonly as: string | null;
  readonly system: string;
  readonly temperature: number | null;
  readonly maxTokens: number;
  readonly repeat: number;
  /** Prompts at most; null: all. */
  readonly limit: number | null;
};

/** Asks a model for answers to the prompts of a campaign that it has not answered so often. */
export async function startAnswerRun(
  command: StartAnswerRun,
  deps: StartPorts & Pick<Ports, 'campaigns' | 'members' | 'content' | 'providers' | 'providerRules'>,
): Promise<RunJson> {
  const { actor, system, temperature, maxTokens, repeat, limit } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const provider = await chooseProvider(command, deps);
  const name = command.as ?? command.model;
  const modelId = await deps.content.enter(campaign.id, name);
  const prompts = await deps.content.unanswered(campaign.id, modelId, repeat);
  if (prompts.all === 0) {
    throw new ArenaError('no_battle_left', `"${campaign.title}" has no prompts that a model could answer.`, {
      hint: 'Import prompts first.',
    });
  }
  const config: AnswerConfig = { modelId, system, temperature, maxTokens, repeat, limit };
  const missing = new Map(prompts.missing.map((each) => [each.promptId as string, each.answers]));
  const targets = [...missing.keys()].slice(0, limit ?? undefined);
  return startRun(
    {
      ...asking(command),
      actor,
      kind: 'answers',
      campaignId: campaign.id,
      provider,
      subject: name,
      config,
      // an answer that is there counts for one of the repeats
      calls: answers
        .plan(config, command.seed, targets)
        .filter((call) => call.repeat > (missing.get(call.target) ?? 0)),
    },
    deps,
  );
}

/** What every kind hands on as it was asked for. */
export function asking({ model, concurrency, budgetUsd, seed }: Asking) {
  return { model, concurrency, budgetUsd, seed };
}
