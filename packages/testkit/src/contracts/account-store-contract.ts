import type { AccountRecord, AccountStore } from '@agon/arena';
import type { RaterId, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  /** On data of its own, without any person. */
  readonly accounts: AccountStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: AccountStore;
  /** Default: a voter who signed up just now. */
  person(is?: Partial<Pick<AccountRecord, 'role' | 'anonymous' | 'createdAtMs'>>): Promise<UserId>;
  /** Who votes for this person, as the data has it. */
  raterOf(user: UserId): Promise<RaterId>;
};

const AT_MS = 1_700_000_000_000;

export function accountStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of AccountStore', () => {
    it('pages through people, oldest first, everyone once, even those of the same moment', async () => {
      const { accounts, person } = await setUp();
      const late = await person({ createdAtMs: AT_MS + 1 });
      const together = await Promise.all([1, 2, 3].map(() => person({ createdAtMs: AT_MS })));
      const voter = await person({ anonymous: true, createdAtMs: AT_MS });
      const seen: UserId[] = [];
      for (let after: UserId | null = null, page = 0; page < 3; page += 1) {
        const found: readonly AccountRecord[] = await accounts.list({ after, limit: 2 });
        seen.push(...found.map(({ id }) => id));
        after = found.at(-1)?.id ?? after;
      }
      expect(seen).toHaveLength(4);
      expect(seen.at(-1)).toBe(late);
      expect(seen.slice(0, 3).sort()).toEqual([...together].sort());
      expect(await accounts.find(voter)).toMatchObject({ id: voter, anonymous: true, createdAtMs: AT_MS });
      const { email } = (await accounts.find(late))!;
      for (const written of [email, email.toUpperCase()]) {
        expect(await accounts.findByEmail(written)).toMatchObject({ id: late });
      }
      expect(await accounts.findByEmail('nobody@example.org')).toBeNull();
      expect(await accounts.find('nobody' as UserId)).toBeNull();
    });

    it('changes roles, everywhere at once', async () => {
      const { accounts, elsewhere, person } = await setUp();
      const user = await person();
      expect(await elsewhere.hasAdmin()).toBe(false);
      expect(await accounts.changeRole(user, 'admin')).toMatchObject({ id: user, role: 'admin' });
      expect(await elsewhere.find(user)).toMatchObject({ role: 'admin' });
      expect(await elsewhere.hasAdmin()).toBe(true);
      expect(await accounts.changeRole('nobody' as UserId, 'admin')).toBeNull();
    });

    it('never loses the last admin, not even to two who step down at once', async () => {
      for (let round = 0; round < 3; round += 1) {
        const { accounts, elsewhere, person } = await setUp();
        const [first, second] = [await person({ role: 'admin' }), await person({ role: 'admin' })];
        const results = await Promise.all([
          accounts.changeRole(first, 'voter'),
          elsewhere.changeRole(second, 'voter'),
        ]);
        expect(results.filter((result) => result === 'last_admin')).toHaveLength(1);
        const left = results[0] === 'last_admin' ? first : second;
        expect(await accounts.find(left)).toMatchObject({ role: 'admin' });
      }
    });

    it('gives the anonymous rater to the account, unless the account has its own', async () => {
      const { accounts, person, raterOf } = await setUp();
      const [anonymous, account] = [await person({ anonymous: true }), await person()];
      const rater = await raterOf(anonymous);
      await accounts.linkRater(anonymous, account);
      expect(await raterOf(account)).toBe(rater);
      const later = await person({ anonymous: true });
      const theirs = await raterOf(later);
      await accounts.linkRater(later, account);
      expect(await raterOf(account)).toBe(rater);
      expect(await raterOf(later)).toBe(theirs);
    });

    it('gives the first admin to one of many who claim at once and wherever', async () => {
      const { accounts, elsewhere, person } = await setUp();
      const people = await Promise.all([1, 2, 3, 4].map(() => person()));
      expect(await accounts.isSetupOffered('hash')).toBe(false);
      expect(await accounts.claimSetup('hash', people[0]!, AT_MS)).toBe(false);
      await accounts.offerSetup('hash', AT_MS);
      await accounts.offerSetup('other hash', AT_MS);
      expect(await elsewhere.isSetupOffered('hash')).toBe(true);
      const claims = await Promise.all(
        people.map((user, index) =>
          (index % 2 === 0 ? accounts : elsewhere).claimSetup(index < 2 ? 'hash' : 'other hash', user, AT_MS),
        ),
      );
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
      const found = await Promise.all(people.map((user) => accounts.find(user)));
      expect(found.map((user) => user?.role === 'admin')).toEqual(claims);
      expect(await elsewhere.isSetupOffered('hash')).toBe(false);
      expect(await elsewhere.isSetupOffered('other hash')).toBe(false);
    });

    it('uses no token up for somebody who is not there', async () => {
      const { accounts, person } = await setUp();
      await accounts.offerSetup('hash', AT_MS);
      expect(await accounts.claimSetup('hash', 'nobody' as UserId, AT_MS)).toBe(false);
      expect(await accounts.isSetupOffered('hash')).toBe(true);
      expect(await accounts.claimSetup('hash', await person(), AT_MS)).toBe(true);
    });
  });
}
