import type { Role } from '@agon/contract';
import type { EpochMs, UserId } from '@agon/domain';

/** A person, signed up or anonymous. */
export type AccountRecord = {
  readonly id: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly anonymous: boolean;
  readonly createdAtMs: EpochMs;
};

export interface AccountStore {
  find(id: UserId): Promise<AccountRecord | null>;
  /** In whatever case it is written. */
  findByEmail(email: string): Promise<AccountRecord | null>;
  /** People who signed up, oldest first; anonymous voters are left out. */
  list(page: { readonly after: UserId | null; readonly limit: number }): Promise<readonly AccountRecord[]>;
  /** Null where there is no such person; `last_admin` where it would leave the arena without an admin. */
  changeRole(id: UserId, role: Role): Promise<AccountRecord | 'last_admin' | null>;
  hasAdmin(): Promise<boolean>;
  /**
   * An anonymous voter signed up: their rater, with all its votes, belongs to the account from now on. Where the account
   * has voted before, it keeps its own rater, and the anonymous votes stay with theirs.
   */
  linkRater(anonymous: UserId, account: UserId): Promise<void>;
  /** Keeps the hash of a one-time token for the first admin. */
  offerSetup(tokenHash: string, atMs: EpochMs): Promise<void>;
  /** The token was offered, is unused, and no admin exists. */
  isSetupOffered(tokenHash: string): Promise<boolean>;
  /** Uses the token up and makes `user` the admin, both or neither; false where another request was first. */
  claimSetup(tokenHash: string, user: UserId, atMs: EpochMs): Promise<boolean>;
}
