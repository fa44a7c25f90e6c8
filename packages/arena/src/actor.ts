import type { KeyScope } from '@agon/contract';
import { ArenaError, type UserId } from '@agon/domain';

/** From least to most: each role may do what the ones before it may. `system` is the owner of the data folder. */
export const ACTOR_ROLES = ['public', 'voter', 'researcher', 'admin', 'system'] as const;
export type ActorRole = (typeof ACTOR_ROLES)[number];

/** Who asks. Every use case takes one and checks it in its first line. */
export type Actor = {
  readonly role: ActorRole;
  /** Null for `public` and `system`. */
  readonly userId: UserId | null;
  /** What an API key was made for; null: a session or the owner, with all rights of the role. */
  readonly scopes: readonly KeyScope[] | null;
  /** The session of somebody without an account; absent: no. */
  readonly anonymous?: boolean;
};

export const PUBLIC_ACTOR: Actor = { role: 'public', userId: null, scopes: null };
export const SYSTEM_ACTOR: Actor = { role: 'system', userId: null, scopes: null };

/** A scope and what it includes: whoever may write may read, and `admin` may everything. */
const INCLUDED: Readonly<Record<KeyScope, readonly KeyScope[]>> = {
  read: ['read'],
  vote: ['vote'],
  write: ['write', 'read'],
  admin: ['admin', 'write', 'vote', 'read'],
};

/** Whether the actor's role reaches `role`. */
export function hasRole(actor: Actor, role: ActorRole): boolean {
  return ACTOR_ROLES.indexOf(actor.role) >= ACTOR_ROLES.indexOf(role);
}

/**
 * @throws ArenaError('not_signed_in') when nobody is signed in and the role needs it
 * @throws ArenaError('not_allowed') when the role is too low
 */
export function requireRole(actor: Actor, role: ActorRole): void {
  if (hasRole(actor, role)) return;
  if (actor.role === 'public') {
    throw new ArenaError('not_signed_in', 'This needs a signed-in person or an API key.', {
      hint: 'Sign in, or send "Authorization: Bearer <key>".',
    });
  }
  throw new ArenaError('not_allowed', `This needs the role ${role}; yours is ${actor.role}.`, {
    hint: 'Ask an admin of this arena for the role.',
  });
}

/** Whether the actor is no API key, or one that was made for `scope`. */
export function hasScope(actor: Actor, scope: KeyScope): boolean {
  return actor.scopes === null || actor.scopes.some((held) => INCLUDED[held].includes(scope));
}

/** @throws ArenaError('not_allowed') when the actor is an API key that was not made for `scope` */
export function requireScope(actor: Actor, scope: KeyScope): void {
  if (hasScope(actor, scope)) return;
  throw new ArenaError('not_allowed', `This API key lacks the scope ${scope}.`, {
    hint: `Make a key with the scope ${scope}.`,
  });
}
