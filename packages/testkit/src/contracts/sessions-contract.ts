import type { SessionRecord, Sessions } from '@agon/arena';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly sessions: Sessions;
  /** Whose session a browser has that was given these cookies; null: nobody's. */
  readCookies(cookies: readonly string[]): Promise<SessionRecord | null>;
};

const ADA = { name: 'Ada', email: 'ada@example.org', password: 'analytical engine' };

export function sessionsContract(setUp: () => Promise<Setup>): void {
  describe('the contract of Sessions', () => {
    it('starts an anonymous session for a voter of its own each time', async () => {
      const { sessions, readCookies } = await setUp();
      const [first, second] = await Promise.all([sessions.startAnonymous(), sessions.startAnonymous()]);
      expect(first.userId).not.toBe(second.userId);
      for (const { userId, cookies } of [first, second])
        expect(await readCookies(cookies)).toMatchObject({ userId, role: 'voter', anonymous: true });
    });

    it('signs up once and in again, each time with a session', async () => {
      const { sessions, readCookies } = await setUp();
      const up = await sessions.signUp(ADA);
      expect(await readCookies(up.cookies)).toMatchObject({
        userId: up.userId,
        role: 'voter',
        anonymous: false,
      });
      const again = await sessions.signIn(ADA);
      expect(again.userId).toBe(up.userId);
      expect(again.cookies).not.toEqual(up.cookies);
      for (const { cookies } of [up, again])
        expect(await readCookies(cookies)).toMatchObject({ userId: up.userId });
      await expect(sessions.signUp({ ...ADA, password: 'another password' })).rejects.toMatchObject({
        code: 'already_exists',
      });
      expect((await sessions.signIn(ADA)).userId).toBe(up.userId);
    });

    it('gives an address to one of two who sign up with it at once', async () => {
      const { sessions } = await setUp();
      const results = await Promise.allSettled([sessions.signUp(ADA), sessions.signUp(ADA)]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = results.find((result) => result.status === 'rejected');
      expect(refused?.reason).toMatchObject({ code: 'already_exists' });
    });

    it('refuses what is no address and what is no password', async () => {
      const { sessions } = await setUp();
      for (const wrong of [{ email: 'no address' }, { password: 'short' }])
        await expect(sessions.signUp({ ...ADA, ...wrong })).rejects.toMatchObject({
          code: 'invalid_request',
        });
    });

    it('does not tell a wrong password from an unknown address', async () => {
      const { sessions } = await setUp();
      await sessions.signUp(ADA);
      const refusal = (person: Parameters<Sessions['signIn']>[0]) =>
        sessions.signIn(person).then(
          () => null,
          ({ code, message, hint }) => ({ code, message, hint }),
        );
      const wrong = await refusal({ ...ADA, password: 'difference engine' });
      expect(wrong).toMatchObject({ code: 'not_allowed' });
      expect(await refusal({ ...ADA, email: 'charles@example.org' })).toEqual(wrong);
    });
  });
}
