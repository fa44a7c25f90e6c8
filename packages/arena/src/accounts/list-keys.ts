import type { ReplyOf } from '@agon/contract';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentKey } from './present-key.ts';

export type ListKeys = { readonly actor: Actor; readonly cursor?: string; readonly limit: number };

/** One's own keys, newest first. */
export async function listKeys(command: ListKeys, deps: Pick<Ports, 'keys'>): Promise<ReplyOf<'listKeys'>> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'admin');
  const keys = await deps.keys.list(command.actor.userId, {
    after: command.cursor ?? null,
    limit: command.limit + 1,
  });
  const page = keys.slice(0, command.limit);
  return {
    items: page.map(presentKey),
    next_cursor: keys.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
