import type { Me } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';

/** Who asks, and what they may do. An anonymous voter has a session but no name to show. */
export async function getMe(command: { readonly actor: Actor }, deps: Pick<Ports, 'accounts'>): Promise<Me> {
  const { actor } = command;
  const [account, hasAdmin] = await Promise.all([
    actor.userId === null ? null : deps.accounts.find(actor.userId),
    deps.accounts.hasAdmin(),
  ]);
  const isOwner = actor.role === 'system';
  const named = account !== null && !account.anonymous;
  return {
    signed_in: account !== null || isOwner,
    anonymous: account?.anonymous ?? false,
    user: named ? { id: account.id, name: account.name, email: account.email } : null,
    role: isOwner ? 'admin' : (account?.role ?? null),
    setup_open: !hasAdmin,
  };
}
