import type { Ids, KeyRecord, KeyStore } from '@agon/arena';
import type { UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly keys: KeyStore;
  readonly ids: Ids;
  /** Makes a person with the role researcher. */
  person(): Promise<UserId>;
};

export function keyStoreContract(setUp: () => Setup): void {
  const record = (ids: Ids, userId: UserId | null, name = 'script'): KeyRecord => ({
    id: ids.next(),
    name,
    prefix: 'agon_abc',
    scopes: ['read', 'write'],
    userId,
    createdAtMs: 1_700_000_000_000,
    lastUsedAtMs: null,
  });

  describe('the contract of KeyStore', () => {
    it('finds a key by its hash, with the role that its owner has now', async () => {
      const { keys, ids, person } = setUp();
      const own = record(ids, await person());
      await keys.add(own, `hash of ${own.id}`);
      expect(await keys.findByHash(`hash of ${own.id}`)).toEqual({ ...own, ownerRole: 'researcher' });
      expect(await keys.find(own.id)).toEqual(own);
      expect(await keys.findByHash('hash of nothing')).toBeNull();
    });

    it('lists the keys of one owner, newest first, page by page', async () => {
      const { keys, ids, person } = setUp();
      const user = await person();
      const made: KeyRecord[] = [];
      for (const name of ['first', 'second', 'third']) {
        // identifiers sort by the millisecond
        await new Promise((resolve) => setTimeout(resolve, 2));
        made.unshift(record(ids, user, name));
        await keys.add(made[0]!, `hash of ${made[0]!.id}`);
      }
      const page = await keys.list(user, { after: null, limit: 2 });
      expect(page).toEqual(made.slice(0, 2));
      expect(await keys.list(user, { after: page[1]!.id, limit: 2 })).toEqual(made.slice(2));
      expect(await keys.list(await person(), { after: null, limit: 2 })).toEqual([]);
    });

    it('notes when a key was used, and forgets a removed one', async () => {
      const { keys, ids, person } = setUp();
      const own = record(ids, await person());
      await keys.add(own, `hash of ${own.id}`);
      await keys.touch(own.id, 1_700_000_001_234);
      expect(await keys.find(own.id)).toMatchObject({ lastUsedAtMs: 1_700_000_001_234 });
      expect(await keys.remove(own.id)).toBe(true);
      expect(await keys.remove(own.id)).toBe(false);
      expect(await keys.findByHash(`hash of ${own.id}`)).toBeNull();
    });
  });
}
