import type { Me } from '@agon/contract';
import { ArenaError, isArenaError } from '@agon/domain';
import type { Ports } from '../ports/ports.ts';
import type { OpenedSession } from '../ports/session.ts';
import { getMe } from './get-me.ts';

export type ClaimSetup = {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
};

/**
 * Makes the first admin. The token is the right to it, so there is no actor to check; it works once.
 * @throws ArenaError('not_allowed') where the token is unknown or used, or an admin exists
 */
export async function claimSetup(
  command: ClaimSetup,
  deps: Pick<Ports, 'accounts' | 'sessions' | 'secrets' | 'clock' | 'audit'>,
): Promise<{ readonly me: Me; readonly session: OpenedSession }> {
  const hash = deps.secrets.hash(command.token);
  if (!(await deps.accounts.isSetupOffered(hash))) throw refusal();
  const session = await openAccount(command, deps);
  if (!(await deps.accounts.claimSetup(hash, session.userId, deps.clock.now()))) throw refusal();
  await deps.audit.record({
    actor: session.userId,
    action: 'claim_setup',
    campaignId: null,
    details: {},
    atMs: deps.clock.now(),
  });
  const me = await getMe({ actor: { role: 'admin', userId: session.userId, scopes: null } }, deps);
  return { me, session };
}

/** A claim that was cut off after the sign-up can be made again: then the same password signs in. */
async function openAccount(command: ClaimSetup, deps: Pick<Ports, 'sessions'>): Promise<OpenedSession> {
  try {
    return await deps.sessions.signUp(command);
  } catch (error) {
    if (!isArenaError(error) || error.code !== 'already_exists') throw error;
    return deps.sessions.signIn(command);
  }
}

function refusal(): ArenaError {
  return new ArenaError('not_allowed', 'This set-up link is not valid any more.', {
    hint: 'It works once. While there is no admin, each start prints a new one.',
  });
}
