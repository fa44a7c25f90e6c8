import type { JudgeJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type Actor, hasRole, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { findJudge, getJudge, noSuchJudge } from './list-judges.ts';

/**
 * Takes a judge that was written here out of lists, with all its versions, or puts it back. Its verdicts stay where they
 * are; nobody can ask it until it is back.
 * @throws ArenaError('not_found'), ('not_allowed') for judges that come with Agon
 */
export async function archiveJudge(
  command: { readonly actor: Actor; readonly judge: string; readonly archived: boolean },
  deps: Pick<Ports, 'judges' | 'judgeStore' | 'audit' | 'clock'>,
): Promise<JudgeJson> {
  const { actor, archived } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'write');
  const found = await findJudge(command.judge, deps);
  if (found === null) throw await noSuchJudge(command.judge, actor, deps);
  const name = found.judge.id;
  const first = (await deps.judgeStore.versions(name)).findLast(({ origin }) => origin === 'own');
  if (first !== undefined && first.by !== actor.userId && !hasRole(actor, 'admin')) {
    throw new ArenaError('not_allowed', `"${name}" is a judge of ${first.author ?? 'somebody else'}.`, {
      hint: 'Ask its author, or an admin of this arena.',
      at: { column: 'judge', value: command.judge },
    });
  }
  if (
    found.version === null ||
    !(await deps.judgeStore.setArchived(name, archived ? deps.clock.now() : null))
  ) {
    throw new ArenaError('not_allowed', `"${name}" comes with Agon: it stays in the list.`, {
      hint: 'Only judges that were written here can be archived.',
      at: { column: 'judge', value: command.judge },
    });
  }
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: archived ? 'archive_judge' : 'restore_judge',
    campaignId: null,
    details: { judge: name },
    atMs: deps.clock.now(),
  });
  return getJudge({ actor, judge: name }, deps);
}
