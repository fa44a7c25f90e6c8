import type { JudgeTrialJson } from '@agon/contract';
import { ArenaError, type BattleId, type RunId } from '@agon/domain';
import { isControlJudge, type Judge } from '@agon/judging';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../../ports/campaign-store.ts';
import type { Ports } from '../../ports/ports.ts';
import { chooseProvider } from '../../providers/choose-provider.ts';
import { askedForm } from '../../runs/kinds/asked-form.ts';
import type { TrialConfig } from '../../runs/kinds/run-kind.ts';
import { trial } from '../../runs/kinds/trial.ts';
import { pricesOf, reportsCost } from '../../runs/run-prices.ts';
import { asking } from '../../runs/start-answer-run.ts';
import { type Asking, type StartPorts, startRun } from '../../runs/start-run.ts';
import { requireJudge } from '../list-judges.ts';
import { chooseBattles, refuseUnfit } from '../start-judge-run.ts';
import { readSource } from './check-judge.ts';
import { presentJudgeTrial, type TrialPorts } from './get-judge-trial.ts';

/** USD: a dry run pauses here where nobody said otherwise, and where costs can be counted at all. */
const DEFAULT_BUDGET_USD = 1;

export type StartJudgeTrial = Asking & {
  readonly actor: Actor;
  readonly campaign: string;
  /** A saved judge, or null with a draft in `source`. */
  readonly judge: string | null;
  readonly source: string | null;
  /** Battles that were chosen. */
  readonly battles: readonly string[];
  /** Besides those: the ones with most votes. */
  readonly voted: number;
  /** Besides those: drawn by the seed, those with votes first. */
  readonly random: number;
  readonly orders: 'both' | 'first';
};

/**
 * Tries a judge on a few battles through the same requests, provider, limits and ledger as a run; what it says counts
 * nowhere.
 * @throws ArenaError judge_invalid, invalid_request, not_found, no_comparisons
 */
export async function startJudgeTrial(
  command: StartJudgeTrial,
  deps: StartPorts & TrialPorts & Pick<Ports, 'campaigns' | 'judges' | 'providers' | 'providerRules'>,
): Promise<JudgeTrialJson> {
  const { actor, orders } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const judge = await judgeOf(command, deps);
  const provider = await chooseProvider(command, deps);
  refuseUnfit(judge, provider);
  const battles = await battlesOf(command, campaign, deps);
  const { id, identity, source } = judge;
  const config: TrialConfig = {
    // its readings land nowhere, so there is no row of a judge that they would belong to
    judgeId: '',
    judge: id,
    identity,
    source,
    mode: judge.mode,
    asked: askedForm(judge, provider),
    orders,
    repeat: 1,
    limit: null,
    chosen: command.battles,
    battles,
    isDraft: command.source !== null,
  };
  const isCountable =
    pricesOf(provider, command.model, command.prices ?? null) !== null || reportsCost(provider);
  const run = await startRun(
    {
      ...asking(command),
      budgetUsd: command.budgetUsd ?? (isCountable ? DEFAULT_BUDGET_USD : null),
      actor,
      kind: 'trial',
      campaignId: campaign.id,
      provider,
      subject: id,
      config,
      calls: trial.plan(config, command.seed, battles),
    },
    deps,
  );
  return presentJudgeTrial(run.run as RunId, deps);
}

async function judgeOf(
  { actor, judge, source }: StartJudgeTrial,
  deps: Pick<Ports, 'judges' | 'judgeStore'>,
): Promise<Judge> {
  if ((judge === null) === (source === null)) {
    throw new ArenaError(
      'invalid_request',
      'A dry run needs a saved judge, or the text of one: one of the two.',
      {
        hint: 'Give judge, or source.',
        at: { column: 'judge' },
      },
    );
  }
  const found = source === null ? await requireJudge(judge ?? '', actor, deps) : readSource(source);
  if (isControlJudge(found.id)) {
    throw new ArenaError(
      'invalid_request',
      `"${found.id}" is a rule that asks no model: there is nothing to try.`,
      {
        hint: 'Start a judge run with it.',
        at: { column: 'judge', value: found.id },
      },
    );
  }
  if (found.mode === 'pairwise') return found;
  throw new ArenaError(
    'invalid_request',
    `"${found.id}" is ${found.mode}: a dry run tries judges that compare two answers.`,
    {
      hint: 'Start a judge run with a small limit to see what it says.',
      at: { column: 'mode', value: found.mode },
    },
  );
}

async function battlesOf(
  command: StartJudgeTrial,
  campaign: CampaignRecord,
  deps: TrialPorts & Pick<StartPorts, 'ids'>,
): Promise<readonly string[]> {
  const { battles, voted, random, seed } = command;
  const chosen = [...new Set(battles)];
  const known = new Set(
    (await deps.lab.battles(campaign.id, chosen as BattleId[])).map(({ id }) => id as string),
  );
  const unknown = chosen.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new ArenaError('not_found', `"${campaign.title}" has no battle ${unknown} with two answers.`, {
      hint: 'Choose battles of this campaign.',
      at: { column: 'battles', value: unknown },
    });
  }
  const tried = new Set<string>(chosen);
  const add = (found: readonly string[], count: number) => {
    for (const id of found.filter((each) => !tried.has(each)).slice(0, count)) tried.add(id);
  };
  if (voted > 0) add(await deps.lab.mostVoted(campaign.id, voted + chosen.length), voted);
  // where fewer have votes than asked for, drawn ones take their places
  const wanted = chosen.length + voted + random;
  if (tried.size < wanted)
    add(await chooseBattles({ seed, limit: wanted + tried.size }, campaign, deps), wanted - tried.size);
  if (tried.size > 0) return [...tried];
  throw new ArenaError(
    wanted === 0 ? 'invalid_request' : 'no_comparisons',
    wanted === 0
      ? 'A dry run needs battles.'
      : `"${campaign.title}" has no two answers to one prompt that a judge could compare.`,
    { hint: wanted === 0 ? 'Give battles, or how many to draw.' : 'Import prompts and answers first.' },
  );
}
