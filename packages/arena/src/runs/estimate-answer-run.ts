import type { AnswerEstimateJson } from '@agon/contract';
import type { ModelId, PromptId } from '@agon/domain';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Ports } from '../ports/ports.ts';
import { chooseKnownProvider } from '../providers/choose-provider.ts';
import { presentSettings } from './answer-settings.ts';
import { batchPriceShare, refuseWithoutBatches } from './batch-rules.ts';
import { estimatePromptTokens } from './estimate-tokens.ts';
import { costBetween, pricesOf, refuseUncountable } from './run-prices.ts';
import { planAnswers, type StartAnswerRun } from './start-answer-run.ts';

/** Prompts whose texts are read at once. */
const PAGE = 1000;
/** Where nothing is known of a model's replies: a few paragraphs. */
const GUESSED_TOKENS = 400;
/** Characters of an answer in a token, in JSON and in any language. */
const CHARACTERS_A_TOKEN = 4;

/**
 * What a run would ask, and about what it would cost; nothing is asked or written down. It is refused where the run would be.
 * @throws ArenaError as `startAnswerRun`
 */
export async function estimateAnswerRun(
  command: StartAnswerRun,
  deps: Pick<Ports, 'runs' | 'campaigns' | 'members' | 'content' | 'providers' | 'providerRules' | 'ids'>,
): Promise<AnswerEstimateJson> {
  const { actor, model, maxTokens, budgetUsd, batch = false } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const provider = await chooseKnownProvider(command, deps);
  const prices = pricesOf(provider, model, command.prices ?? null);
  refuseUncountable(budgetUsd, prices, provider, model);
  if (batch) refuseWithoutBatches(budgetUsd, prices, provider, model);
  const name = command.as ?? model;
  const { models } = await deps.content.content(campaign.id);
  const known = models.find((each) => each.name === name || each.aliases.includes(name));
  // a model that is none of the campaign's yet has answered nothing
  const modelId = known?.id ?? (deps.ids.next() as ModelId);
  const { config, calls, answered } = await planAnswers(command, campaign, modelId, deps);

  const typical = await deps.runs.typicalReply(model, campaign.id);
  const expectedReply = Math.min(maxTokens, tokensOf(typical));
  let promptTokens = 0;
  let turns = 0;
  for (let from = 0; from < calls.length; from += PAGE) {
    const page = calls.slice(from, from + PAGE);
    const texts = await deps.content.promptTexts([...new Set(page.map(({ target }) => target as PromptId))]);
    for (const { target } of page) {
      const prompt = texts.get(target as PromptId)?.turns ?? [];
      const between = (prompt.length * (prompt.length - 1)) / 2;
      // the replies to earlier turns are sent again with the later ones
      promptTokens += estimatePromptTokens(command.system, prompt) + between * expectedReply;
      turns += prompt.length;
    }
  }
  promptTokens = Math.round(promptTokens);
  const expected = Math.round(turns * expectedReply);
  const most = turns * maxTokens;
  const share = batch ? batchPriceShare(provider) : 1;
  return {
    calls: calls.length,
    answered,
    prompt_tokens: promptTokens,
    completion_tokens: { expected, most, from: sourceOf(typical) },
    cost: costBetween({ prompt: promptTokens, expected, most }, prices, share),
    prices,
    price_share: share,
    settings: presentSettings(config),
  };
}

type Typical = { readonly completionTokens: number | null; readonly answerCharacters: number | null };

function tokensOf({ completionTokens, answerCharacters }: Typical): number {
  if (completionTokens !== null) return completionTokens;
  return answerCharacters === null ? GUESSED_TOKENS : answerCharacters / CHARACTERS_A_TOKEN;
}

function sourceOf({ completionTokens, answerCharacters }: Typical): 'replies' | 'answers' | 'guess' {
  if (completionTokens !== null) return 'replies';
  return answerCharacters === null ? 'guess' : 'answers';
}
