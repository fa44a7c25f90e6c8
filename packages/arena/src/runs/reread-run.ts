import type { Actor } from '../actor.ts';
import { calibrateRun } from '../judging/judge-card/calibrate-verdicts.ts';
import type { Ports } from '../ports/ports.ts';
import { kindOf, nonceOf } from './kinds/kind-of.ts';
import { loadMaterial } from './load-material.ts';
import { requireReason } from './require-reason.ts';
import { requireRunRole } from './run-access.ts';
import { settleStanding } from './run-standing.ts';

const PAGE = 500;

/**
 * Reads the stored replies of a run again with the parser of today. Nothing is asked, nothing is paid.
 * @param command.reason only those that were read so, probes left out
 */
export async function rereadRun(
  command: { readonly actor: Actor; readonly run: string; readonly reason?: string | undefined },
  deps: Pick<Ports, 'runs' | 'members' | 'battles' | 'content' | 'judgeCards' | 'feed' | 'audit' | 'clock'>,
): Promise<{ read: number; changed: number; parser: string }> {
  const run = await requireRunRole(command.actor, command.run, 'editor', deps);
  const kind = kindOf(run);
  const reason =
    command.reason === undefined ? undefined : await requireReason(run, command.reason, 'unscored', deps);
  let read = 0;
  let changed = 0;
  for (let after = 0; ; ) {
    const page = await deps.runs.replies(run.id, after, PAGE, reason);
    if (page.length === 0) break;
    const material = kind.readsMaterial?.(run.config)
      ? await loadMaterial(kind, run.campaignId, page, deps)
      : undefined;
    const readings = page.map((stored) => {
      const outcome = { kind: 'reply' as const, reply: stored.reply };
      return { stored, read: kind.read(run.config, stored, outcome, nonceOf(run, stored), material) };
    });
    await deps.runs.reread(run, kind.parser, readings);
    read += readings.length;
    changed += readings.filter((each) => each.stored.label !== each.read.label).length;
    after = page.at(-1)!.replyId;
  }
  if (run.finishedAtMs !== null) {
    await calibrateRun(run, deps);
    await settleStanding(run, deps);
  }
  if (changed > 0 && run.campaignId !== null) deps.feed.changed(run.campaignId);
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'reread_run',
    campaignId: run.campaignId,
    details: { run: run.id, parser: kind.parser, read, changed, reason: reason ?? null },
    atMs: deps.clock.now(),
  });
  return { read, changed, parser: kind.parser };
}
