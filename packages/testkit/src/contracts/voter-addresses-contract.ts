import type { Ids, VoterAddresses } from '@agon/arena';
import type { CampaignId, RaterId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS } from './sample-bundle.ts';

type Setup = {
  readonly addresses: VoterAddresses;
  readonly elsewhere: VoterAddresses;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
};

const HOUR_MS = 3_600_000;

export function voterAddressesContract(setUp: () => Promise<Setup>): void {
  describe('the contract of VoterAddresses', () => {
    it('groups voters by where they came from, in each campaign apart, and forgets', async () => {
      const { addresses, elsewhere, ids, campaign } = await setUp();
      const [id, other] = [await campaign(), await campaign()];
      const [ann, bob] = [ids.next() as RaterId, ids.next() as RaterId];
      const [home, cafe] = [addresses.hash(id, '203.0.113.9'), addresses.hash(id, '203.0.113.10')];
      expect(new Set([home, cafe, addresses.hash(other, '203.0.113.9')]).size).toBe(3);
      await addresses.note(id, ann, home, SAMPLE_MS);
      await elsewhere.note(id, ann, home, SAMPLE_MS + 5);
      await elsewhere.note(id, bob, home, SAMPLE_MS + 9);
      await addresses.note(id, bob, cafe, SAMPLE_MS + 2 * HOUR_MS);
      await addresses.note(other, bob, home, SAMPLE_MS);
      const none = { votes: 0, singleVoters: 0, quarantined: 0 };
      const groups = [
        { address: home, voters: 2, ...none, firstAtMs: SAMPLE_MS, lastAtMs: SAMPLE_MS + 9 },
        {
          address: cafe,
          voters: 1,
          ...none,
          firstAtMs: SAMPLE_MS + 2 * HOUR_MS,
          lastAtMs: SAMPLE_MS + 2 * HOUR_MS,
        },
      ];
      expect(await elsewhere.groups(id, 9)).toEqual(groups);
      expect(await elsewhere.groups(id, 1)).toEqual(groups.slice(0, 1));
      expect(await addresses.forget(SAMPLE_MS + HOUR_MS)).toBe(3);
      expect(await elsewhere.groups(id, 9)).toEqual(groups.slice(1));
    });
  });
}
