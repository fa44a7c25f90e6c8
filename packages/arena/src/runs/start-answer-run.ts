import type { RunJson } from '@agon/contract';
import { ArenaError, type ModelId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { NewCall } from '../ports/run-store.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { hashSettings } from './answer-settings.ts';
import { answers } from './kinds/answers.ts';
import type { AnswerConfig, AnswerSettings } from './kinds/run-kind.ts';
import { type Asking, type StartPorts, startRun } from './start-run.ts';

export type StartAnswerRun = Asking &
  AnswerSettings & {
    readonly actor: Actor;
    readonly campaign: string;
    /** Name of the model in the campaign; null: as the provider knows it. */
    readonly as: string | null;
    readonly repeat: number;
    /** Prompts at most; null: all. */
    readonly limit: number | null;
  };

/** Asks a model for answers to the prompts of a campaign that it has not answered so often under these settings. */
export async function startAnswerRun(
  command: StartAnswerRun,
  deps: StartPorts & Pick<Ports, 'campaigns' | 'members' | 'content' | 'providers' | 'providerRules'>,
): Promise<RunJson> {
  const { actor } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const provider = await chooseProvider(command, deps);
  const name = command.as ?? command.model;
  const modelId = await deps.content.enter(campaign.id, name);
  const { config, calls } = await planAnswers(command, campaign, modelId, deps);
  return startRun(
    {
      ...asking(command),
      actor,
      kind: 'answers',
      campaignId: campaign.id,
      provider,
      subject: name,
      config,
      calls,
    },
    deps,
  );
}

/**
 * What a run would ask.
 * @returns `answered`: answers under these settings that stand for calls which are left out
 * @throws ArenaError('no_battle_left') where the campaign has no prompts
 */
export async function planAnswers(
  command: StartAnswerRun,
  campaign: CampaignRecord,
  modelId: ModelId,
  deps: Pick<Ports, 'content'>,
): Promise<{ readonly config: AnswerConfig; readonly calls: readonly NewCall[]; readonly answered: number }> {
  const { model, system, temperature, topP, maxTokens, samplingSeed, effort, thinkingBudget, repeat, limit } =
    command;
  const settings: AnswerSettings = {
    system,
    temperature,
    topP,
    maxTokens,
    samplingSeed,
    effort,
    thinkingBudget,
  };
  const settingsHash = hashSettings(model, settings);
  const prompts = await deps.content.unanswered(campaign.id, modelId, repeat, settingsHash);
  if (prompts.all === 0) {
    throw new ArenaError('no_battle_left', `"${campaign.title}" has no prompts that a model could answer.`, {
      hint: 'Import prompts first.',
    });
  }
  const config: AnswerConfig = { modelId, ...settings, settingsHash, repeat, limit };
  const missing = new Map(prompts.missing.map((each) => [each.promptId as string, each.answers]));
  const targets = [...missing.keys()].slice(0, limit ?? undefined);
  // an answer that is there counts for one of the repeats
  const calls = answers
    .plan(config, 1, targets)
    .filter((call) => call.repeat > (missing.get(call.target) ?? 0));
  const wanted = Math.min(prompts.all, limit ?? prompts.all) * repeat;
  return { config, calls, answered: Math.max(0, wanted - calls.length) };
}

/** What every kind hands on as it was asked for. */
export function asking({ model, concurrency, budgetUsd, seed, prices = null, batch = false }: Asking) {
  return { model, concurrency, budgetUsd, seed, prices, batch };
}
