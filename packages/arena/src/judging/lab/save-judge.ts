import type { SavedJudgeJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Judge } from '@agon/judging';
import { type Actor, hasRole, requireRole, requireScope } from '../../actor.ts';
import type { Ports } from '../../ports/ports.ts';
import { readSource } from './check-judge.ts';
import { presentJudgeVersion } from './judge-versions.ts';

/** How control judges begin their names: no judge with a model may be taken for one of them. */
const CONTROLS = /^control-/;

/**
 * Saves what was written as the next version of the judge that it names. A version never changes afterwards; what asks
 * exactly the same as one that is there is not saved again.
 * @throws ArenaError judge_invalid with every fault, already_exists for a name of Agon’s own judges, not_allowed for a
 * judge of somebody else
 */
export async function saveJudge(
  command: { readonly actor: Actor; readonly source: string },
  deps: Pick<Ports, 'judges' | 'judgeStore' | 'audit' | 'clock'>,
): Promise<SavedJudgeJson> {
  const { actor } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'write');
  const judge = readSource(command.source);
  await refuseTakenName(judge, actor, deps);
  const nowMs = deps.clock.now();
  const saved = await deps.judgeStore.saveVersion(judge, actor.userId, nowMs);
  const version = await deps.judgeStore.byIdentity(judge.identity);
  if (version === null) throw new ArenaError('internal', 'A judge that was saved is not there.');
  if (saved) {
    await deps.audit.record({
      actor: actor.userId ?? actor.role,
      action: 'save_judge',
      campaignId: null,
      details: { judge: judge.id, version: version.version, identity: judge.identity },
      atMs: nowMs,
    });
  }
  return { ...presentJudgeVersion(version), saved };
}

async function refuseTakenName(
  judge: Judge,
  actor: Actor,
  deps: Pick<Ports, 'judges' | 'judgeStore'>,
): Promise<void> {
  const builtIn = await deps.judges.all();
  if (CONTROLS.test(judge.id) || builtIn.some(({ id }) => id === judge.id)) {
    throw new ArenaError('already_exists', `"${judge.id}" is a judge that comes with Agon.`, {
      hint: `Give yours another id, such as ${judge.id.replace(CONTROLS, '')}-2.`,
      at: { column: 'id', value: judge.id },
    });
  }
  const first = (await deps.judgeStore.versions(judge.id)).findLast(({ origin }) => origin === 'own');
  if (first === undefined || first.by === actor.userId || hasRole(actor, 'admin')) return;
  throw new ArenaError('not_allowed', `"${judge.id}" is a judge of ${first.author ?? 'somebody else'}.`, {
    hint: 'Save yours under another id, or ask an admin of this arena.',
    at: { column: 'id', value: judge.id },
  });
}
