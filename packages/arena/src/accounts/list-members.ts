import type { ReplyOf } from '@agon/contract';
import type { UserId } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentMember } from './present-member.ts';

export type ListMembers = { readonly actor: Actor; readonly cursor?: string; readonly limit: number };

/** People with accounts, oldest first. */
export async function listMembers(
  command: ListMembers,
  deps: Pick<Ports, 'accounts'>,
): Promise<ReplyOf<'listMembers'>> {
  requireRole(command.actor, 'admin');
  requireScope(command.actor, 'admin');
  const accounts = await deps.accounts.list({
    after: (command.cursor as UserId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = accounts.slice(0, command.limit);
  return {
    items: page.map(presentMember),
    next_cursor: accounts.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
