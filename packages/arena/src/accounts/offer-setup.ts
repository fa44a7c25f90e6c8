import type { Ports } from '../ports/ports.ts';

/**
 * Makes a one-time token for the first admin, while there is none. A token that nobody used stays good, so a restart
 * does not break the link of the start before.
 * @returns the token, to be printed and not kept; null where an admin exists
 */
export async function offerSetup(
  deps: Pick<Ports, 'accounts' | 'secrets' | 'clock'>,
): Promise<string | null> {
  if (await deps.accounts.hasAdmin()) return null;
  const token = deps.secrets.make();
  await deps.accounts.offerSetup(deps.secrets.hash(token), deps.clock.now());
  return token;
}
