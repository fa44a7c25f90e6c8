import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type BattleId, type JudgeId, type RunId, SLOTS } from '@agon/domain';
import { isControlJudge, type Judge } from '@agon/judging';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { NewCall } from '../ports/run-store.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { askedForm } from '../runs/kinds/asked-form.ts';
import type { VerdictConfig } from '../runs/kinds/run-kind.ts';
import { planScoreProbes } from '../runs/kinds/score-probes.ts';
import { readScoreTarget, storedOrder } from '../runs/kinds/scores.ts';
import { planProbes } from '../runs/kinds/verdict-probes.ts';
import { verdicts } from '../runs/kinds/verdicts.ts';
import { asking } from '../runs/start-answer-run.ts';
import { type Asking, type StartPorts, startRun } from '../runs/start-run.ts';
import { judgeRule } from '../voting/draw-rule.ts';
import { pairIndexOf } from '../voting/pair-index.ts';
import { drawPair } from '../voting/pair-sampler.ts';
import { SeenContent } from '../voting/seen-content.ts';
import { controlProvider } from './control-judges.ts';
import { requireJudge } from './list-judges.ts';
import { presentJudgeRun } from './present-judge-run.ts';
import { scoreTargetsOf } from './score-targets.ts';

export type StartJudgeRun = Asking & {
  readonly actor: Actor;
  readonly campaign: string;
  readonly judge: string;
  readonly orders: 'both' | 'first' | 'random';
  readonly limit: number | null;
  readonly repeat: number;
  /** Boards count its verdicts at once, whatever its checks say. */
  readonly admit?: boolean | undefined;
};

export type JudgeRunPorts = StartPorts &
  Pick<
    Ports,
    'campaigns' | 'members' | 'content' | 'battles' | 'judgeStore' | 'judges' | 'providers' | 'providerRules'
  >;

/** Two answers whose mean scores differ by no more are a tie, 0..1: less than half a step of a scale from 1 to 9. */
const MARGIN = 0.05;

/** Battles that are made for a judge where a campaign has none yet and no limit was given. */
const DEFAULT_NEW_BATTLES = 200;

/** Asks a judge model about battles of a campaign. Nothing is asked that this judge and model have scored before. */
export async function startJudgeRun(command: StartJudgeRun, deps: JudgeRunPorts): Promise<JudgeRunJson> {
  const { actor } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const judge = await requireJudge(command.judge, actor, deps);
  const control = isControlJudge(judge.id) ? judge.id : null;
  const { model, provider } =
    control === null ? await whomToAsk(judge, command, deps) : await nobody(actor, deps);
  const battles = await requireBattles(command, campaign, deps);
  const judgeId = await deps.judgeStore.keep(judge, control === null ? 'built_in' : 'control');
  const config = configOf(judge, judgeId, provider, command);
  const calls = await planJudgeCalls(judge, config, command.seed, battles, campaign, model, deps);
  const run = await startRun(
    {
      ...asking({ ...command, model }),
      actor,
      kind: 'verdicts',
      campaignId: campaign.id,
      provider,
      subject: judge.id,
      config,
      standing: control === null ? (command.admit === true ? 'admitted' : 'counted') : 'excluded',
      calls,
    },
    deps,
  );
  return presentJudgeRun(run.run as RunId, deps);
}

/** What a run keeps of how it asks. */
export function configOf(
  judge: Judge,
  judgeId: JudgeId,
  provider: Parameters<typeof askedForm>[1],
  { orders, repeat, limit }: Pick<StartJudgeRun, 'orders' | 'repeat' | 'limit'>,
): VerdictConfig {
  const { id, identity, source, mode, verdict } = judge;
  const control = isControlJudge(id) ? id : null;
  return {
    judgeId,
    judge: id,
    identity,
    source,
    control,
    mode,
    mayTie: control !== null || ('map' in verdict && Object.values(verdict.map).includes(0.5)),
    margin: MARGIN,
    ...(control === null ? { asked: askedForm(judge, provider) } : {}),
    orders,
    repeat,
    limit,
  };
}

type Planning = Pick<Ports, 'judgeStore' | 'battles' | 'content'>;

/** What a judge and model have not scored yet about these battles, or their answers, behind probes with some of it. */
export function planJudgeCalls(...given: Parameters<typeof callsAboutBattles>): Promise<readonly NewCall[]> {
  const [{ mode }] = given;
  return mode === 'pairwise' ? callsAboutBattles(...given) : callsAboutAnswers(...given);
}

/** Battles in the orders that were not scored yet, behind probes with some of them. */
async function callsAboutBattles(
  judge: Judge,
  config: VerdictConfig,
  seed: number,
  battles: readonly BattleId[],
  campaign: CampaignRecord,
  model: string,
  deps: Planning,
): Promise<readonly NewCall[]> {
  const known = await deps.judgeStore.scored(campaign.id, config.judgeId as JudgeId, model);
  const scored = new Set(known.map((call) => `${call.battleId}/${call.order}/${call.repeat}`));
  const calls = verdicts
    .plan(config, seed, battles)
    .filter((call) => !scored.has(`${call.target}/${call.order}/${call.repeat}`));
  return config.control === null ? [...planProbes(judge, seed, calls, config.repeat), ...calls] : calls;
}

/** Answers of the battles, in the parts and orders that were not scored yet, behind probes with some of them. */
async function callsAboutAnswers(
  judge: Judge,
  config: VerdictConfig,
  seed: number,
  battles: readonly BattleId[],
  campaign: CampaignRecord,
  model: string,
  deps: Planning,
): Promise<readonly NewCall[]> {
  const known = await deps.judgeStore.scoredAnswers(campaign.id, config.judgeId as JudgeId, model);
  const keyOf = (answer: string, part: string, order: string, repeat: number) =>
    [answer, part, order, repeat].join('/');
  const scored = new Set(
    known.map(({ answerId, part, order, repeat }) => keyOf(answerId, part, order, repeat)),
  );
  const targets = await scoreTargetsOf(judge, battles, { campaign: campaign.id, seed }, deps);
  const calls = verdicts.plan(config, seed, targets).filter((call) => {
    const { answers, part } = readScoreTarget(call.target);
    return !answers.every((answer) => scored.has(keyOf(answer, part, storedOrder(call), call.repeat)));
  });
  const places = (target: string) => readScoreTarget(target).answers.length;
  return [...planScoreProbes(judge, seed, calls, config.repeat, places), ...calls];
}

async function nobody(
  actor: Actor,
  deps: Pick<Ports, 'providers' | 'clock' | 'ids'>,
): Promise<{ readonly model: string; readonly provider: ProviderRecord }> {
  return { model: '', provider: await controlProvider(actor, deps) };
}

async function whomToAsk(
  judge: Judge,
  command: StartJudgeRun,
  deps: Parameters<typeof chooseProvider>[1],
): Promise<{ readonly model: string; readonly provider: ProviderRecord }> {
  requireModel(judge, command.model);
  const provider = await chooseProvider(command, deps);
  refuseUnfit(judge, provider);
  return { model: command.model, provider };
}

/** @throws ArenaError('invalid_request') where no model is named */
export function requireModel(judge: Judge, model: string): void {
  if (model !== '') return;
  throw new ArenaError('invalid_request', `"${judge.id}" asks a model, and none is named.`, {
    hint: 'Give model, as its provider knows it. Control judges need none.',
    at: { column: 'model' },
  });
}

/** @throws ArenaError('invalid_request') where a provider cannot be asked what the judge asks */
export function refuseUnfit(
  judge: Judge,
  provider: Pick<ProviderRecord, 'name' | 'capabilities' | 'baseUrl'>,
): void {
  const { verdict } = judge;
  if (verdict.parser === 'reward' && !provider.baseUrl.startsWith('onnx:')) {
    throw new ArenaError(
      'invalid_request',
      `"${judge.id}" asks a reward model, and ${provider.name} is asked for texts.`,
      {
        hint: 'Reward models are run from a folder of this machine: --onnx DIR.',
        at: { column: 'provider', value: provider.name },
      },
    );
  }
  const needsProbabilities = 'text' in verdict && verdict.text === 'refuse' && judge.settings.topLogprobs > 0;
  if (needsProbabilities && provider.capabilities?.topLogprobs === 0) {
    throw new ArenaError(
      'invalid_request',
      `"${judge.id}" reads probabilities, and ${provider.name} gives none: every reply would be unscored.`,
      {
        hint: `Ask another provider, or a judge that reads text. If ${provider.name} gives them by now, check it again: \`agon provider check ${provider.name}\`.`,
        at: { column: 'provider', value: provider.name },
      },
    );
  }
}

/** @throws ArenaError('no_comparisons') where there are none, and none can be made */
export async function requireBattles(
  ...[command, campaign, deps]: Parameters<typeof chooseBattles>
): Promise<readonly BattleId[]> {
  const battles = await chooseBattles(command, campaign, deps);
  if (battles.length > 0) return battles;
  throw new ArenaError(
    'no_comparisons',
    `"${campaign.title}" has no two answers to one prompt that a judge could compare.`,
    { hint: 'Import prompts and answers first.' },
  );
}

/** Those of the campaign; where they are fewer than asked for, new ones from its pairs, drawn as for voters. */
export async function chooseBattles(
  command: Pick<StartJudgeRun, 'seed' | 'limit'>,
  campaign: CampaignRecord,
  deps: Pick<Ports, 'content' | 'battles' | 'judgeStore' | 'clock' | 'ids'>,
): Promise<readonly BattleId[]> {
  const found = await deps.judgeStore.battlesToJudge(campaign.id, command.seed, command.limit);
  const wanted = command.limit ?? (found.length === 0 ? DEFAULT_NEW_BATTLES : found.length);
  if (found.length >= wanted) return found;
  const content = await deps.content.drawable(campaign.id);
  const index = pairIndexOf(content, judgeRule(campaign.settings));
  const seen = new SeenContent(index);
  for (const { promptId, models, answers } of await deps.battles.pairsOf(campaign.id)) {
    const cell = index.cellOf(promptId, models.a, models.b);
    if (cell === undefined) continue;
    // a battle of answers that no longer stand for their models leaves the pair to be asked anew
    const standing = index.sidesOf(cell).flatMap((side) => side.answers);
    if (SLOTS.every((slot) => standing.includes(answers[slot]))) seen.addCell(cell);
  }
  const made: BattleId[] = [];
  while (found.length + made.length < wanted) {
    const pair = drawPair(seen, `judge/${command.seed}/${campaign.id}/${made.length}`);
    if (pair === null) break;
    seen.addCell(pair.cell);
    const id = deps.ids.next() as BattleId;
    const nowMs = deps.clock.now();
    await deps.battles.issueToJudge({
      id,
      campaignId: campaign.id,
      promptId: pair.promptId,
      models: pair.models,
      answers: pair.answers,
      drawProbability: pair.probability,
      drawReason: `for a judge: ${pair.reason}`,
      drawnAtMs: nowMs,
    });
    made.push(id);
  }
  return [...found, ...made];
}
