import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type BattleId, type RunId, SLOTS } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import type { VerdictConfig } from '../runs/kinds/run-kind.ts';
import { verdicts } from '../runs/kinds/verdicts.ts';
import { asking } from '../runs/start-answer-run.ts';
import { type Asking, type StartPorts, startRun } from '../runs/start-run.ts';
import { judgeRule } from '../voting/draw-rule.ts';
import { pairIndexOf } from '../voting/pair-index.ts';
import { drawPair } from '../voting/pair-sampler.ts';
import { SeenContent } from '../voting/seen-content.ts';
import { requireJudge } from './list-judges.ts';
import { presentJudgeRun } from './present-judge-run.ts';

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

/** Battles that are made for a judge where a campaign has none yet and no limit was given. */
const DEFAULT_NEW_BATTLES = 200;

/** Asks a judge model about battles of a campaign. Nothing is asked that this judge and model have scored before. */
export async function startJudgeRun(
  command: StartJudgeRun,
  deps: StartPorts &
    Pick<
      Ports,
      | 'campaigns'
      | 'members'
      | 'content'
      | 'battles'
      | 'judgeStore'
      | 'judges'
      | 'providers'
      | 'providerRules'
    >,
): Promise<JudgeRunJson> {
  const { actor, orders, repeat, limit } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const judge = await requireJudge(command.judge, actor, deps);
  const provider = await chooseProvider(command, deps);
  const battles = await chooseBattles(command, campaign, deps);
  if (battles.length === 0) {
    throw new ArenaError(
      'no_comparisons',
      `"${campaign.title}" has no two answers to one prompt that a judge could compare.`,
      { hint: 'Import prompts and answers first.' },
    );
  }
  const judgeId = await deps.judgeStore.keep(judge);
  const { id, identity, source } = judge;
  const config: VerdictConfig = { judgeId, judge: id, identity, source, orders, repeat, limit };
  const known = await deps.judgeStore.scored(campaign.id, judgeId, command.model);
  const scored = new Set(known.map((call) => `${call.battleId}/${call.order}/${call.repeat}`));
  const run = await startRun(
    {
      ...asking(command),
      actor,
      kind: 'verdicts',
      campaignId: campaign.id,
      provider,
      subject: id,
      config,
      standing: command.admit === true ? 'admitted' : 'counted',
      calls: verdicts
        .plan(config, command.seed, battles)
        .filter((call) => !scored.has(`${call.target}/${call.order}/${call.repeat}`)),
    },
    deps,
  );
  return presentJudgeRun(run.run as RunId, deps);
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
