import type { KeyScope, Role } from '@agon/contract';
import type { EpochMs, UserId } from '@agon/domain';

export type KeyRecord = {
  readonly id: string;
  readonly name: string;
  /** First characters of the key. */
  readonly prefix: string;
  readonly scopes: readonly KeyScope[];
  /** Null: made by the owner of the data folder. */
  readonly userId: UserId | null;
  readonly createdAtMs: EpochMs;
  readonly lastUsedAtMs: EpochMs | null;
};

export interface KeyStore {
  add(record: KeyRecord, hash: string): Promise<void>;
  /** Newest first. */
  list(
    owner: UserId | null,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly KeyRecord[]>;
  find(id: string): Promise<KeyRecord | null>;
  remove(id: string): Promise<boolean>;
  /** The key with this hash and the role of its owner as it is now. */
  findByHash(hash: string): Promise<(KeyRecord & { readonly ownerRole: Role | null }) | null>;
  touch(id: string, atMs: EpochMs): Promise<void>;
}
