import type { BoardFeed } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

type Setup = {
  readonly feed: BoardFeed;
  /** The feed of another process on the same data. */
  readonly elsewhere: BoardFeed;
};

export function boardFeedContract(setUp: () => Setup): void {
  const [own, other] = ['campaign-a', 'campaign-b'] as CampaignId[];

  describe('the contract of BoardFeed', () => {
    it('tells every process of a change, and of changes in other campaigns nothing', async () => {
      const { feed, elsewhere } = setUp();
      const heard: string[] = [];
      const hear = (each: BoardFeed, name: string) =>
        new Promise<void>((resolve) => {
          each.subscribe(own!, () => {
            heard.push(name);
            resolve();
          });
        });
      const told = Promise.all([hear(feed, 'here'), hear(elsewhere, 'elsewhere')]);
      feed.subscribe(other!, () => heard.push('other'));
      feed.changed(own!);
      await told;
      expect(heard.sort()).toEqual(['elsewhere', 'here']);
    });

    it('tells nothing to who has stopped listening', async () => {
      const { feed } = setUp();
      let gone = 0;
      const stop = feed.subscribe(own!, () => {
        gone += 1;
      });
      stop();
      const told = new Promise<void>((resolve) => feed.subscribe(own!, resolve));
      feed.changed(own!);
      await told;
      expect(gone).toBe(0);
    });
  });
}
