import { ArenaError, type RaterId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { RaterStore } from '../ports/rater-store.ts';

/** The rater behind a request. @throws ArenaError('not_signed_in') */
export async function identifyVoter(actor: Actor, deps: { raters: RaterStore }): Promise<RaterId> {
  if (actor.userId === null) {
    throw new ArenaError('not_signed_in', 'Voting needs a session.', {
      hint: 'Open the campaign’s page and agree to take part; an anonymous session starts there.',
    });
  }
  if (actor.scopes !== null && !actor.scopes.includes('vote')) {
    throw new ArenaError('not_allowed', 'This API key may not vote.', {
      hint: 'Use a key with the scope "vote".',
    });
  }
  return deps.raters.raterOf(actor.userId);
}
