import type { ArenaError, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import {
  ACTOR_ROLES,
  type Actor,
  hasRole,
  PUBLIC_ACTOR,
  requireRole,
  requireScope,
  SYSTEM_ACTOR,
} from './actor.ts';

const voter: Actor = { role: 'voter', userId: 'u' as UserId, scopes: null };
const code = (act: () => void) => {
  try {
    act();
    return null;
  } catch (error) {
    return (error as ArenaError).code;
  }
};

describe('actor', () => {
  it('lets each role do what the lower ones may', () => {
    for (const [have, role] of ACTOR_ROLES.entries())
      for (const [need, wanted] of ACTOR_ROLES.entries())
        expect(hasRole({ ...voter, role }, wanted)).toBe(have >= need);
  });

  it('tells nobody from too little', () => {
    expect(code(() => requireRole(PUBLIC_ACTOR, 'voter'))).toBe('not_signed_in');
    expect(code(() => requireRole(voter, 'researcher'))).toBe('not_allowed');
    expect(code(() => requireRole(voter, 'voter'))).toBeNull();
    expect(code(() => requireRole(PUBLIC_ACTOR, 'public'))).toBeNull();
    expect(code(() => requireRole(SYSTEM_ACTOR, 'admin'))).toBeNull();
  });

  it.each([
    // held, wanted, allowed: the table in the docstring of INCLUDED
    [['read'], 'read', true],
    [['read'], 'write', false],
    [['write'], 'read', true],
    [['write'], 'vote', false],
    [['vote'], 'read', false],
    [['admin'], 'vote', true],
    [['read', 'vote'], 'vote', true],
    [[], 'read', false],
  ] as const)('key with %j may %s: %s', (scopes, wanted, allowed) => {
    expect(code(() => requireScope({ ...voter, scopes }, wanted))).toBe(allowed ? null : 'not_allowed');
  });

  it('binds no session by scopes', () => {
    expect(code(() => requireScope(voter, 'admin'))).toBeNull();
  });
});
