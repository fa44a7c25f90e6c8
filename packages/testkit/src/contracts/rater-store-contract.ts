import type { RaterStore } from '@agon/arena';
import type { CampaignId, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly raters: RaterStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: RaterStore;
  person(): Promise<UserId>;
  campaign(): Promise<CampaignId>;
};

export function raterStoreContract(setUp: () => Setup): void {
  describe('the contract of RaterStore', () => {
    it('gives a person one rater, however many ask at once and wherever', async () => {
      const { raters, elsewhere, person } = setUp();
      const user = await person();
      const asked = await Promise.all(
        [raters, elsewhere, raters, elsewhere].map((each) => each.raterOf(user)),
      );
      expect(new Set(asked).size).toBe(1);
      expect(await raters.raterOf(await person())).not.toBe(asked[0]);
    });

    it('names raters by letters that tell nothing, the same everywhere', async () => {
      const { raters, elsewhere, person } = setUp();
      const ids = [await raters.raterOf(await person()), await raters.raterOf(await person())];
      const names = await raters.pseudonymsOf(ids);
      expect([...names.keys()].sort()).toEqual([...ids].sort());
      expect(new Set(names.values()).size).toBe(2);
      for (const [id, name] of names) {
        expect(name).toMatch(/^[0-9a-f]{8}$/);
        expect(id).not.toContain(name);
      }
      expect(await elsewhere.pseudonymsOf(ids)).toEqual(names);
      expect(await raters.pseudonymsOf([])).toEqual(new Map());
    });

    it('has no finishers before anybody votes', async () => {
      const { raters, person, campaign } = setUp();
      const id = await campaign();
      const rater = await raters.raterOf(await person());
      await raters.giveConsent(rater, id, 1, 'en', 1_700_000_000_000);
      expect(await raters.finishersOf(id, 1)).toEqual([]);
      const names = await raters.pseudonymsOf([rater]);
      expect(await raters.finishersOf(id, 0)).toEqual([{ rater, name: names.get(rater), votes: 0 }]);
      expect(await raters.finishersOf(await campaign(), 0)).toEqual([]);
    });

    it('remembers consent for one campaign and one version, everywhere', async () => {
      const { raters, elsewhere, person, campaign } = setUp();
      const rater = await raters.raterOf(await person());
      const id = await campaign();
      expect(await raters.hasConsent(rater, id, 1)).toBe(false);
      await raters.giveConsent(rater, id, 1, 'en', 1_700_000_000_000);
      await raters.giveConsent(rater, id, 1, 'zh', 1_700_000_000_001);
      expect(await raters.hasConsent(rater, id, 1)).toBe(true);
      expect(await elsewhere.hasConsent(rater, id, 1)).toBe(true);
      expect(await raters.hasConsent(rater, id, 2)).toBe(false);
      expect(await raters.hasConsent(rater, await campaign(), 1)).toBe(false);
    });
  });
}
