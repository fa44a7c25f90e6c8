import type { KeyScope, ReplyOf } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentKey } from './present-key.ts';

/** Lets a secret scanner, and a person, see what it is. */
export const KEY_PREFIX = 'agon_';
const SHOWN_CHARACTERS = KEY_PREFIX.length + 6;

export type CreateKey = {
  readonly actor: Actor;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
};

/** Makes an API key with the rights of its owner, narrowed to `scopes`. The key is in the reply and nowhere else. */
export async function createKey(
  command: CreateKey,
  deps: Pick<Ports, 'keys' | 'secrets' | 'ids' | 'clock' | 'audit'>,
): Promise<ReplyOf<'createKey'>> {
  const { actor } = command;
  requireRole(actor, command.scopes.includes('admin') ? 'admin' : 'researcher');
  requireScope(actor, 'admin');
  if (actor.userId === null && command.scopes.includes('vote')) {
    throw new ArenaError('invalid_request', 'A vote belongs to a person, and this key would have none.', {
      hint: 'Sign in and make the key there, or leave the scope "vote" out.',
      at: { column: 'scopes', value: 'vote' },
    });
  }
  const key = `${KEY_PREFIX}${deps.secrets.make()}`;
  const record = {
    id: deps.ids.next(),
    name: command.name,
    prefix: key.slice(0, SHOWN_CHARACTERS),
    scopes: [...new Set(command.scopes)],
    userId: actor.userId,
    createdAtMs: deps.clock.now(),
    lastUsedAtMs: null,
  };
  await deps.keys.add(record, deps.secrets.hash(key));
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'create_key',
    campaignId: null,
    details: { key: record.id, name: record.name, scopes: record.scopes },
    atMs: record.createdAtMs,
  });
  return { key, record: presentKey(record) };
}
