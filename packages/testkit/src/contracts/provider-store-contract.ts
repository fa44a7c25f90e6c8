import type { Ids, NewProvider, ProviderCapabilities, ProviderRecord, ProviderStore } from '@agon/arena';
import type { EpochMs, ProviderId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT } from './contest.ts';

type Setup = {
  readonly providers: ProviderStore;
  /** The same data in another process. */
  readonly elsewhere: ProviderStore;
  readonly ids: Ids;
  /** Notes what a check found. */
  check(id: ProviderId, found: ProviderCapabilities, atMs: EpochMs): Promise<void>;
};

/** @param setUp data of its own at each call, without providers */
export function providerStoreContract(setUp: () => Promise<Setup>): void {
  const make = ({ ids }: Setup, is: Partial<NewProvider> = {}): NewProvider => ({
    id: ids.next() as ProviderId,
    name: 'local',
    preset: 'vllm',
    baseUrl: 'http://127.0.0.1:8000/v1',
    keyEnv: null,
    sealedKey: null,
    keyEnd: null,
    allowsPrivate: true,
    limits: { concurrency: null, callsPerMinute: 90, timeoutMs: 1500 },
    by: null,
    createdAtMs: AT,
    ...is,
  });
  const asStored = ({ by: _by, ...provider }: NewProvider): ProviderRecord => ({
    ...provider,
    capabilities: null,
    checkedAtMs: null,
    removedAtMs: null,
  });
  const checked = { models: ['crane'], chat: true, topLogprobs: 20, latencyMs: 1.5 };

  async function start(is: Partial<NewProvider> = {}) {
    const setup = await setUp();
    const made = make(setup, is);
    await setup.providers.add(made);
    return {
      ...setup,
      made,
      stored: asStored(made),
      make: (other: Partial<NewProvider>) => make(setup, other),
    };
  }

  describe('the contract of ProviderStore', () => {
    it('keeps a provider as it was added, for every process', async () => {
      const sealed = { sealedKey: 'v1.k.iv.text', keyEnd: 'wxyz' };
      const { elsewhere, stored, made, ids } = await start(sealed);
      expect(await elsewhere.named('local')).toEqual(stored);
      expect(await elsewhere.find(made.id)).toEqual(stored);
      expect(await elsewhere.named('other')).toBeNull();
      expect(await elsewhere.find(ids.next() as ProviderId)).toBeNull();
    });

    it('lists by name, whatever its case, and tells names of different case apart', async () => {
      const { providers, elsewhere, make, made } = await start();
      for (const name of ['zeta', 'Beta', 'alpha', 'LOCAL']) await providers.add(make({ name }));
      expect((await elsewhere.list()).map(({ name }) => name)).toEqual([
        'alpha',
        'Beta',
        'LOCAL',
        'local',
        'zeta',
      ]);
      expect(await elsewhere.named('local')).toMatchObject({ id: made.id });
      expect(await elsewhere.named('LOCAL')).not.toMatchObject({ id: made.id });
    });

    it('refuses a name that is taken, also where two processes take it at once', async () => {
      const { providers, elsewhere, make, stored } = await start();
      await expect(elsewhere.add(make({ baseUrl: 'https://elsewhere.example/v1' }))).rejects.toMatchObject({
        code: 'already_exists',
        at: { column: 'name', value: 'local' },
      });
      expect(await elsewhere.list()).toEqual([stored]);
      const ends = await Promise.allSettled([
        providers.add(make({ name: 'both' })),
        elsewhere.add(make({ name: 'both' })),
      ]);
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await providers.list()).map(({ name }) => name)).toEqual(['both', 'local']);
    });

    it('refuses a key that is both stored and in a variable', async () => {
      const { providers, make, made, stored } = await start({ keyEnv: 'LOCAL_KEY' });
      await expect(providers.add(make({ name: 'two', keyEnv: 'A', sealedKey: 'v1' }))).rejects.toThrow();
      await expect(providers.change(stored, { sealedKey: 'v1' })).rejects.toThrow();
      expect(await providers.find(made.id)).toEqual(stored);
    });

    it('changes what is given and leaves the rest', async () => {
      const { providers, elsewhere, made, stored } = await start();
      const limits = { concurrency: 4, callsPerMinute: null, timeoutMs: 2000 };
      expect(await providers.change(stored, { limits, preset: 'sglang' })).toBe(true);
      expect(await elsewhere.find(made.id)).toEqual({ ...stored, limits, preset: 'sglang' });
      expect(await elsewhere.change(stored, {})).toBe(true);
      // what address and key are is what a change is decided on; the rest may be others' doing
      expect(
        await elsewhere.change(stored, { sealedKey: 'v1.sealed', keyEnd: 'abcd', allowsPrivate: false }),
      ).toBe(true);
      expect(await providers.find(made.id)).toEqual({
        ...stored,
        limits,
        preset: 'sglang',
        sealedKey: 'v1.sealed',
        keyEnd: 'abcd',
        allowsPrivate: false,
      });
    });

    it('changes nothing that was decided on another address or key', async () => {
      const moved = { baseUrl: 'https://elsewhere.example/v1' };
      for (const first of [moved, { keyEnv: 'OTHER_KEY' }, { sealedKey: 'v1.other' }]) {
        const { providers, elsewhere, made, stored } = await start();
        expect(await providers.change(stored, first)).toBe(true);
        for (const late of [{ ...moved, keyEnv: 'LATE' }, { allowsPrivate: true }, { preset: 'late' }]) {
          expect(await elsewhere.change(stored, late)).toBe(false);
        }
        expect(await elsewhere.find(made.id)).toEqual({ ...stored, ...first });
      }
      const { providers, elsewhere, made, stored } = await start();
      const ends = await Promise.all([
        providers.change(stored, moved),
        elsewhere.change(stored, { keyEnv: 'SECRET_OF_THE_OWNER' }),
      ]);
      expect(ends.toSorted()).toEqual([false, true]);
      const { baseUrl, keyEnv } = (await providers.find(made.id))!;
      expect(baseUrl === moved.baseUrl && keyEnv !== null).toBe(false);
    });

    it('keeps what a check found until address or key are others', async () => {
      const { providers, elsewhere, made, check, stored } = await start();
      const found = { capabilities: checked, checkedAtMs: AT + 7 };
      let now = stored;
      for (const change of [
        { baseUrl: 'https://other.example/v1' },
        { keyEnv: 'OTHER_KEY' },
        { keyEnv: null, sealedKey: 'v1.one', keyEnd: 'abcd' },
        { sealedKey: 'v1.two' },
        { sealedKey: null, keyEnd: null },
      ]) {
        await check(made.id, checked, AT + 7);
        expect(await elsewhere.find(made.id)).toEqual({ ...now, ...found });
        expect(await elsewhere.change(now, change)).toBe(true);
        now = { ...now, ...change };
        expect(await providers.find(made.id)).toEqual(now);
      }
      await check(made.id, checked, AT + 7);
      const same = { preset: 'custom', limits: now.limits, baseUrl: now.baseUrl, keyEnv: null };
      expect(await elsewhere.change(now, same)).toBe(true);
      expect(await providers.find(made.id)).toEqual({ ...now, ...same, ...found });
    });

    it('puts a key that was sealed anew in the place of the same one only', async () => {
      const { providers, elsewhere, made, check } = await start({ sealedKey: 'v1.old', keyEnd: 'abcd' });
      await check(made.id, checked, AT);
      expect(await elsewhere.reseal(made.id, 'v1.old', 'v1.new')).toBe(true);
      expect(await elsewhere.reseal(made.id, 'v1.old', 'v1.late')).toBe(false);
      expect(await providers.find(made.id)).toMatchObject({
        sealedKey: 'v1.new',
        keyEnd: 'abcd',
        capabilities: checked,
      });
    });

    it('removes from use, wipes the key and frees the name; runs still find it', async () => {
      const { providers, elsewhere, made, make, stored } = await start({ sealedKey: 'v1.k', keyEnd: 'abcd' });
      await providers.remove(made.id, AT + 5);
      expect([await elsewhere.list(), await elsewhere.named('local')]).toEqual([[], null]);
      const gone = { ...stored, sealedKey: null, keyEnd: null, removedAtMs: AT + 5 };
      expect(await elsewhere.find(made.id)).toEqual(gone);
      // neither a second removal nor a change brings anything back
      await elsewhere.remove(made.id, AT + 9);
      expect(await elsewhere.change(stored, { sealedKey: 'v1.again' })).toBe(false);
      expect(await elsewhere.change(gone, { sealedKey: 'v1.again' })).toBe(false);
      expect(await providers.find(made.id)).toEqual(gone);
      const next = make({});
      await elsewhere.add(next);
      expect(await providers.named('local')).toEqual(asStored(next));
    });
  });
}
