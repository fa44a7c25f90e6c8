import type { JudgeJson, JudgeRunJson } from '@agon/contract';
import { ArenaError, type JudgeRunId } from '@agon/domain';
import type { Judge } from '@agon/judging';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { presentJudgeRun, requireJudgeRun } from './present-judge-run.ts';

/** Judges that can be asked. */
export async function listJudges(
  deps: Pick<Ports, 'judges'>,
): Promise<{ items: JudgeJson[]; next_cursor: null }> {
  return { items: (await deps.judges.all()).map(presentJudge), next_cursor: null };
}

/** @throws ArenaError('not_found') */
export async function getJudge(
  command: { readonly judge: string },
  deps: Pick<Ports, 'judges'>,
): Promise<JudgeJson> {
  const found = (await deps.judges.all()).find((each) => each.id === command.judge);
  if (found === undefined)
    throw new ArenaError('not_found', `There is no judge "${command.judge}".`, {
      hint: 'See the list of judges.',
    });
  return presentJudge(found);
}

function presentJudge(judge: Judge): JudgeJson {
  return {
    id: judge.id,
    title: judge.title,
    measures: judge.measures,
    mode: judge.mode,
    identity: judge.identity,
    template: judge.source,
    settings: { temperature: judge.settings.temperature, max_tokens: judge.settings.maxTokens },
    origin: 'built_in',
  };
}

/** One run, with its counts so far. */
export async function getJudgeRun(
  command: { readonly actor: Actor; readonly run: string },
  deps: Pick<Ports, 'judgeRuns' | 'clock'>,
): Promise<JudgeRunJson> {
  requireRole(command.actor, 'researcher');
  return presentJudgeRun((await requireJudgeRun(command.run, deps)).id, deps);
}

/** Runs of a campaign, newest first. */
export async function listJudgeRuns(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'judgeRuns' | 'clock'>,
): Promise<{ items: JudgeRunJson[]; next_cursor: string | null }> {
  requireRole(command.actor, 'researcher');
  const campaign = await requireCampaign(command.campaign, deps);
  const runs = await deps.judgeRuns.list(campaign.id, {
    after: (command.cursor as JudgeRunId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = runs.slice(0, command.limit);
  return {
    items: await Promise.all(page.map((run) => presentJudgeRun(run.id, deps))),
    next_cursor: runs.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** Stops a run: what is scored stays, what is in flight is finished or returned, nothing new is asked. */
export async function cancelJudgeRun(
  command: { readonly actor: Actor; readonly run: string },
  deps: Pick<Ports, 'judgeRuns' | 'clock'>,
): Promise<JudgeRunJson> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const run = await requireJudgeRun(command.run, deps);
  if (run.state === 'queued' || run.state === 'running')
    await deps.judgeRuns.setState(run.id, 'cancelled', null, deps.clock.now());
  return presentJudgeRun(run.id, deps);
}
