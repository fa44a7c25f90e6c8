import type { JudgeRunJson } from '@agon/contract';
import { ArenaError, type BattleId, type JudgeRunId, SLOTS } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { NewJudgeCall } from '../ports/judge-store.ts';
import type { Ports } from '../ports/ports.ts';
import { judgeRule } from '../voting/draw-rule.ts';
import { pairIndexOf } from '../voting/pair-index.ts';
import { drawPair } from '../voting/pair-sampler.ts';
import { presentJudgeRun } from './present-judge-run.ts';

export type StartJudgeRun = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly judge: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKeyEnv: string | null;
  readonly orders: 'both' | 'first' | 'random';
  readonly limit: number | null;
  readonly repeat: number;
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  readonly seed: number;
};

/** Battles that are made for a judge where a campaign has none yet and no limit was given. */
const DEFAULT_NEW_BATTLES = 200;

/** Writes down every question to be asked, then tells the workers. Nothing is asked that this judge has scored before. */
export async function startJudgeRun(
  command: StartJudgeRun,
  deps: Pick<
    Ports,
    'campaigns' | 'content' | 'battles' | 'judgeRuns' | 'judgeQueue' | 'judges' | 'audit' | 'clock' | 'ids'
  >,
): Promise<JudgeRunJson> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const campaign = await requireCampaign(command.campaign, deps);
  const judges = await deps.judges.all();
  const judge = judges.find((each) => each.id === command.judge);
  if (judge === undefined) {
    throw new ArenaError('not_found', `There is no judge "${command.judge}".`, {
      hint: `Judges: ${judges.map((each) => each.id).join(', ')}.`,
    });
  }
  const battles = await chooseBattles(command, campaign, deps);
  if (battles.length === 0) {
    throw new ArenaError(
      'no_comparisons',
      `"${campaign.title}" has no two answers to one prompt that a judge could compare.`,
      {
        hint: 'Import prompts and answers first.',
      },
    );
  }
  const calls: NewJudgeCall[] = battles.flatMap((battleId) =>
    ordersOf(command, battleId).flatMap((order) =>
      Array.from({ length: command.repeat }, (_, i) => ({ battleId, order, repeat: i + 1 })),
    ),
  );
  const judgeId = await deps.judgeRuns.keepJudge(judge);
  const id = deps.ids.next() as JudgeRunId;
  const nowMs = deps.clock.now();
  const { model, baseUrl, apiKeyEnv, orders, repeat, limit, concurrency, budgetUsd, seed } = command;
  const run = {
    id,
    campaignId: campaign.id,
    judgeId,
    model,
    baseUrl,
    apiKeyEnv,
    orders,
    repeat,
    limit,
    concurrency,
    budgetUsd,
    seed,
    by: command.actor.userId,
    atMs: nowMs,
  };
  const asked = await deps.judgeRuns.create(run, calls);
  if (asked === 0) await deps.judgeRuns.setState(id, 'done', null, nowMs);
  else await deps.judgeQueue.announce(id);
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'start_judge_run',
    campaignId: campaign.id,
    details: { run: id, judge: judge.identity, model, base_url: baseUrl, calls: asked },
    atMs: nowMs,
  });
  return presentJudgeRun(id, deps);
}

function ordersOf(command: StartJudgeRun, battle: BattleId): readonly ('ab' | 'ba')[] {
  if (command.orders === 'both') return ['ab', 'ba'];
  if (command.orders === 'first') return ['ab'];
  return [seededRandom(`order/${command.seed}/${battle}`).below(2) === 0 ? 'ab' : 'ba'];
}

/** Those of the campaign; where they are fewer than asked for, new ones from its pairs, drawn as for voters. */
async function chooseBattles(
  command: StartJudgeRun,
  campaign: CampaignRecord,
  deps: Pick<Ports, 'content' | 'battles' | 'judgeRuns' | 'clock' | 'ids'>,
): Promise<readonly BattleId[]> {
  const found = await deps.judgeRuns.battlesToJudge(campaign.id, command.seed, command.limit);
  const wanted = command.limit ?? (found.length === 0 ? DEFAULT_NEW_BATTLES : found.length);
  if (found.length >= wanted) return found;
  const content = await deps.content.drawable(campaign.id);
  const index = pairIndexOf(content, judgeRule(campaign.settings));
  const seen = new Set<number>();
  for (const { promptId, models, answers } of await deps.battles.pairsOf(campaign.id)) {
    const cell = index.cellOf(promptId, models.a, models.b);
    if (cell === undefined) continue;
    // a battle of answers that no longer stand for their models leaves the pair to be asked anew
    const standing = index.sidesOf(cell).flatMap((side) => side.answers);
    if (SLOTS.every((slot) => standing.includes(answers[slot]))) seen.add(cell);
  }
  const made: BattleId[] = [];
  while (found.length + made.length < wanted) {
    const pair = drawPair(index, seen, `judge/${command.seed}/${campaign.id}/${made.length}`);
    if (pair === null) break;
    seen.add(pair.cell);
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
