import type { CalibratedJudgeJson } from '@agon/contract';
import { ArenaError, type CampaignId, type JudgeId } from '@agon/domain';
import { type Judge, rewardGap } from '@agon/judging';
import { calibrateScores, chanceOf, type ScoreCalibration } from '@agon/rating/judge-card';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRecord } from '../../ports/run-store.ts';
import { presentRewards } from './calibrate-rewards.ts';
import { chooseSubject } from './choose-subject.ts';
import { rewardJudgeOf, splitBy } from './read-cells.ts';

/** Battles of one judge at most: more than any campaign has. */
const ALL_BATTLES = 10_000_000;
/** Prompts whose texts are held at a time. */
const BATCH = 500;

type Calibrating = Pick<Ports, 'judgeCards' | 'content'>;

/**
 * Writes P(people prefer a) beside each verdict of a judge that asks a reward model, by people's votes as they are now, so
 * that boards count chances; where votes are too few, takes away what was written before. Scores stay in the replies.
 * @throws ArenaError('not_found') where the judge gave no verdicts here; 'invalid_request' where it asks no reward model
 */
export async function calibrateJudge(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly judge: string;
    readonly model?: string | undefined;
  },
  deps: Calibrating & Pick<Ports, 'campaigns' | 'members' | 'feed' | 'audit' | 'clock'>,
): Promise<CalibratedJudgeJson> {
  const { actor } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const subject = chooseSubject(await deps.judgeCards.subjects(campaign.id), command.judge, command.model);
  const judge = rewardJudgeOf(subject);
  if (judge === null) {
    throw new ArenaError(
      'invalid_request',
      `"${subject.name}" asks no reward model: it says itself how sure it is.`,
      {
        hint: 'Its report card says how far that can be believed: `agon judge report`.',
        at: { column: 'judge', value: command.judge },
      },
    );
  }
  const { model, judgeId } = subject;
  const { fit, verdicts, changed } = await writeChances(campaign.id, { judgeId, model, judge }, deps);
  if (changed > 0) deps.feed.changed(campaign.id);
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'calibrate_judge',
    campaignId: campaign.id,
    details: { judge: subject.identity, model, slope: fit.slope.value, votes: fit.fittedOn.votes, changed },
    atMs: deps.clock.now(),
  });
  return {
    judge: subject.name,
    identity: subject.identity,
    model,
    verdicts,
    changed,
    reward: presentRewards(judge, fit),
  };
}

/** The same for all verdicts of a run's judge and model, when the run ends; nothing for judges of other kinds. */
export async function calibrateRun(
  { kind, campaignId, model, config }: Pick<RunRecord, 'kind' | 'campaignId' | 'model' | 'config'>,
  deps: Calibrating,
): Promise<void> {
  if (kind !== 'verdicts' || campaignId === null || typeof config.source !== 'string') return;
  const judge = rewardJudgeOf({ source: config.source });
  if (judge !== null)
    await writeChances(campaignId, { judgeId: config.judgeId as JudgeId, model, judge }, deps);
}

async function writeChances(
  campaign: CampaignId,
  { judgeId, model, judge }: { readonly judgeId: JudgeId; readonly model: string; readonly judge: Judge },
  deps: Calibrating,
): Promise<{ readonly fit: ScoreCalibration; readonly verdicts: number; readonly changed: number }> {
  const filter = { judgeId, model, run: null, replies: true };
  const { cells, subjects, verdicts } = await deps.judgeCards.cells(campaign, filter, ALL_BATTLES);
  const own = subjects.findIndex((each) => each.judgeId === judgeId && each.model === model);
  const prompts = await promptTurns(
    cells.flatMap(({ promptId }) => promptId ?? []),
    deps,
  );
  const splits = cells.map((cell) => splitBy(cell, prompts.get(cell.promptId ?? '') ?? [], judge));
  const scored = verdicts.flatMap((verdict) => {
    const { subject, reply, order } = verdict;
    const gap =
      subject === own && reply !== null ? rewardGap(judge, reply, order === 'ba' ? [1, 0] : [0, 1]) : null;
    return gap === null ? [] : [{ ...verdict, gap }];
  });
  const byCell = Map.groupBy(scored, ({ cell }) => cell);
  const fit = calibrateScores(
    cells.map(({ promptId, promptKey, battle, votes }, at) => ({
      prompt: promptId ?? promptKey ?? battle,
      splitBy: splits[at]!,
      votes: votes.map(({ outcome }) => outcome),
      weight: meanOf(votes.map(({ weight }) => weight)),
      gaps: byCell.get(at) ?? [],
    })),
  );
  const shares = scored.map(({ id, cell, gap, isTurned }) => ({
    id,
    shareA: chanceOf(fit, { splitBy: splits[cell]! }, isTurned ? -gap : gap),
  }));
  return {
    fit,
    verdicts: fit.state === 'fitted' ? shares.length : 0,
    changed: await deps.judgeCards.setShares(campaign, shares),
  };
}

function meanOf(weights: readonly number[]): number {
  if (weights.length === 0) return 1;
  return Math.max(weights.reduce((sum, weight) => sum + weight, 0) / weights.length, 1e-9);
}

async function promptTurns(
  ids: readonly string[],
  { content }: Calibrating,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const all = [...new Set(ids)] as Parameters<typeof content.promptTexts>[0][number][];
  for (let from = 0; from < all.length; from += BATCH) {
    for (const [id, { turns }] of await content.promptTexts(all.slice(from, from + BATCH)))
      found.set(id, turns);
  }
  return found;
}
