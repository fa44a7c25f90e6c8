import type { AccountStore, SessionStore } from '@agon/arena';
import type { EpochMs, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly sessions: SessionStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: SessionStore;
  readonly accounts: AccountStore;
  person(is?: { readonly anonymous?: boolean }): Promise<UserId>;
  /** Begins a session; gives its token. */
  begin(user: UserId, expiresAtMs: EpochMs): Promise<string>;
};

const OVER_MS = 1_700_000_000_000;

export function sessionStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of SessionStore', () => {
    it('finds a session until it is over', async () => {
      const { sessions, elsewhere, person, begin } = await setUp();
      const user = await person({ anonymous: true });
      const token = await begin(user, OVER_MS);
      expect(await elsewhere.findSession(token, OVER_MS - 1)).toEqual({
        userId: user,
        role: 'voter',
        anonymous: true,
        expiresAtMs: OVER_MS,
      });
      expect(await sessions.findSession(token, OVER_MS)).toBeNull();
      expect(await sessions.findSession(`${token}x`, OVER_MS - 1)).toBeNull();
      expect(await sessions.findSession('', OVER_MS - 1)).toBeNull();
    });

    it('tells the role that the person has now', async () => {
      const { sessions, elsewhere, accounts, person, begin } = await setUp();
      const user = await person();
      const token = await begin(user, OVER_MS);
      await sessions.findSession(token, 0);
      await accounts.changeRole(user, 'researcher');
      for (const each of [sessions, elsewhere])
        expect(await each.findSession(token, 0)).toMatchObject({ role: 'researcher', anonymous: false });
    });

    it('removes sessions that are over, and only those', async () => {
      const { sessions, elsewhere, person, begin } = await setUp();
      const user = await person();
      for (const expiresAtMs of [OVER_MS - 2, OVER_MS - 1]) await begin(user, expiresAtMs);
      const running = await begin(user, OVER_MS + 1);
      expect(await sessions.removeExpired(OVER_MS)).toBe(2);
      expect(await elsewhere.removeExpired(OVER_MS)).toBe(0);
      expect(await elsewhere.findSession(running, OVER_MS)).toMatchObject({ userId: user });
    });
  });
}
