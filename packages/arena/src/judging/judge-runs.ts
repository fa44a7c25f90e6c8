import type { JudgeRunJson } from '@agon/contract';
import type { RunId } from '@agon/domain';
import { type Actor, requireRole } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { cancelRun } from '../runs/manage-runs.ts';
import { presentJudgeRun, requireJudgeRun } from './present-judge-run.ts';

type OneRun = { readonly actor: Actor; readonly run: string };

/** One run, with its counts so far. */
export async function getJudgeRun(
  command: OneRun,
  deps: Pick<Ports, 'runs' | 'clock'>,
): Promise<JudgeRunJson> {
  requireRole(command.actor, 'researcher');
  return presentJudgeRun(command.run as RunId, deps);
}

/** Judge runs of a campaign, newest first. */
export async function listJudgeRuns(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'runs' | 'clock'>,
): Promise<{ items: JudgeRunJson[]; next_cursor: string | null }> {
  requireRole(command.actor, 'researcher');
  const campaign = await requireCampaign(command.campaign, deps);
  const runs = await deps.runs.list(
    { campaignId: campaign.id, kind: 'verdicts' },
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
  deps: Pick<Ports, 'runs' | 'clock'>,
): Promise<JudgeRunJson> {
  requireRole(command.actor, 'researcher');
  const run = await requireJudgeRun(command.run, deps);
  await cancelRun(command, deps);
  return presentJudgeRun(run.id, deps);
}
