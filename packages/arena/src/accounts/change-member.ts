import type { ReplyOf, Role } from '@agon/contract';
import { ArenaError, type UserId } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentMember } from './present-member.ts';

export type ChangeMember = { readonly actor: Actor; readonly user: string; readonly role: Role };

/** Gives a person another role. The last admin keeps it: an arena without one could not be mended from inside. */
export async function changeMember(
  command: ChangeMember,
  deps: Pick<Ports, 'accounts' | 'audit' | 'clock'>,
): Promise<ReplyOf<'changeMember'>> {
  requireRole(command.actor, 'admin');
  requireScope(command.actor, 'admin');
  const changed = await deps.accounts.changeRole(command.user as UserId, command.role);
  if (changed === null) {
    throw new ArenaError('not_found', 'There is no such person.', { data: { user: command.user } });
  }
  if (changed === 'last_admin') {
    throw new ArenaError('not_allowed', 'This is the last admin.', {
      hint: 'Make another person an admin first.',
    });
  }
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'change_member',
    campaignId: null,
    details: { user: command.user, role: command.role },
    atMs: deps.clock.now(),
  });
  return presentMember(changed);
}
