import type { Attention, Overview } from '@agon/contract';
import type { Actor } from '../actor.ts';
import { evaluateChecks, stateOfSet } from '../judging/drift/evaluate-checks.ts';
import { SHOWN_CHECKS } from '../judging/drift/present-drift.ts';
import type { Ports } from '../ports/ports.ts';
import { requireRun, toRunJson } from '../runs/present-run.ts';
import { requireViewer } from './campaign-access.ts';

/** As the board does, which calls a rating with fewer comparisons provisional. */
const FEW_VOTES = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A run that failed longer ago is history, not work. */
const LOOK_BACK_MS = 7 * DAY_MS;
const RUNS = 50;
const SNAPSHOTS = 10;

/** What runs, what a researcher should look at, and which boards were kept last; over all campaigns that one may view. */
export async function getOverview(
  command: { readonly actor: Actor },
  deps: Pick<Ports, 'overview' | 'runs' | 'drift' | 'clock'>,
): Promise<Overview> {
  const viewer = requireViewer(command.actor);
  const sinceMs = deps.clock.now() - LOOK_BACK_MS;
  const [runs, watched, campaigns, excluded, snapshots] = await Promise.all([
    deps.overview.runsSince(viewer, sinceMs, RUNS),
    deps.drift.watched({ viewer, checkedSinceMs: sinceMs }, SHOWN_CHECKS),
    deps.overview.openCampaigns(viewer),
    deps.overview.excludedVotes(viewer),
    deps.overview.snapshots(viewer, SNAPSHOTS),
  ]);
  const counts = await deps.runs.countsOf(runs);
  const nowMs = deps.clock.now();
  const found = await Promise.all(runs.map((id) => requireRun(id, deps)));
  const shown = found.map((run) => toRunJson(run, counts.get(run.id)!, nowMs));
  const attention: Attention[] = [];
  for (const run of shown) {
    if (run.campaign === null) continue;
    const place = {
      campaign: run.campaign,
      title: run.title ?? run.campaign,
      run: run.run,
      model: run.model,
      subject: run.subject,
    };
    if (run.state === 'failed') {
      attention.push({ kind: 'failed_run', ...place, why: run.error ?? '' });
    } else if (run.state === 'paused' && run.error !== null) {
      // somebody who paused it by hand knows
      attention.push({ kind: 'paused_run', ...place, why: run.error });
    } else if (run.standing === 'suspect' && run.state === 'done')
      attention.push({ kind: 'suspect_run', ...place });
  }
  for (const each of watched) {
    if (stateOfSet(evaluateChecks(each)) !== 'changed') continue;
    const { campaign, campaignTitle: title, model, config } = each.set;
    attention.push({
      kind: 'drifted_judge',
      ...{ campaign, title, model, judge: config.judge, identity: config.identity },
    });
  }
  for (const { campaign, title, votes, target, models } of campaigns) {
    const place = { campaign, title };
    const few = models.filter((each) => each.votes < FEW_VOTES).map((each) => each.model);
    if (few.length > 0) attention.push({ kind: 'few_votes', ...place, models: few, fewer_than: FEW_VOTES });
    if (target !== null && votes < target) attention.push({ kind: 'below_target', ...place, votes, target });
  }
  attention.push(...excluded.map((each) => ({ kind: 'excluded_votes' as const, ...each })));
  return {
    running: shown.filter((run) => run.state === 'queued' || run.state === 'running'),
    attention,
    snapshots: snapshots.map(({ id, campaign, title, atMs, votes, verdicts }) => ({
      id,
      campaign,
      title,
      at: new Date(atMs).toISOString(),
      votes,
      verdicts,
    })),
  };
}
