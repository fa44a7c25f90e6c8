import { ArenaError } from '@agon/domain';
import { type Actor, hasRole, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';

/** Revokes a key: one's own, or anybody's for an admin. */
export async function deleteKey(
  command: { readonly actor: Actor; readonly key: string },
  deps: Pick<Ports, 'keys' | 'audit' | 'clock'>,
): Promise<{ id: string }> {
  const { actor } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'admin');
  const key = await deps.keys.find(command.key);
  const mayDelete = key !== null && (key.userId === actor.userId || hasRole(actor, 'admin'));
  if (!mayDelete || !(await deps.keys.remove(command.key))) {
    throw new ArenaError('not_found', 'You have no such key.', { data: { key: command.key } });
  }
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'delete_key',
    campaignId: null,
    details: { key: key.id, name: key.name },
    atMs: deps.clock.now(),
  });
  return { id: key.id };
}
