import type { JudgeRunJson } from '@agon/contract';
import type { RunId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Ports } from '../ports/ports.ts';
import { cancelRun } from '../runs/manage-runs.ts';
import { requireRunRole } from '../runs/run-access.ts';
import { settleStanding } from '../runs/run-standing.ts';
import { presentJudgeRun, requireJudgeRun } from './present-judge-run.ts';

type OneRun = { readonly actor: Actor; readonly run: string };

/** One run, with its counts so far. One that ended before runs were checked is checked when it is looked at. */
export async function getJudgeRun(
  command: OneRun,
  deps: Pick<Ports, 'runs' | 'members' | 'feed' | 'clock'>,
): Promise<JudgeRunJson> {
  const run = await requireRunRole(command.actor, command.run, 'viewer', deps);
  if (run.finishedAtMs !== null) await settleStanding(run, deps);
  return presentJudgeRun(run.id, deps);
}

/** Judge runs of a campaign, newest first. */
export async function listJudgeRuns(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'runs' | 'clock'>,
): Promise<{ items: JudgeRunJson[]; next_cursor: string | null }> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const runs = await deps.runs.list(
    { campaignId: campaign.id, kind: 'verdicts', viewer: 'all' },
    { after: (command.cursor as RunId | undefined) ?? null, limit: command.limit + 1 },
  );
  const page = runs.slice(0, command.limit);
  return {
    items: await Promise.all(page.map((run) => presentJudgeRun(run.id, deps))),
    next_cursor: runs.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** Stops a run: what is scored stays, what is in flight is finished or returned, nothing new is asked. */
export async function cancelJudgeRun(
  command: OneRun,
  deps: Pick<Ports, 'runs' | 'members' | 'feed' | 'clock'>,
): Promise<JudgeRunJson> {
  await requireRunRole(command.actor, command.run, 'editor', deps);
  const run = await requireJudgeRun(command.run, deps);
  await cancelRun(command, deps);
  return presentJudgeRun(run.id, deps);
}
