import type { BoardFeed } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import type { Database } from './connect.ts';

const CHANNEL = 'agon_board';

/**
 * Announces changes to every process on the database (LISTEN/NOTIFY). Many changes within `gatherMs` become one
 * message: a busy campaign announces itself a few times a second, not once a vote.
 */
export async function createBoardFeed(
  { sql }: Database,
  options: { readonly gatherMs?: number } = {},
): Promise<BoardFeed & { close(): Promise<void> }> {
  const listeners = new Map<string, Set<() => void>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const listening = await sql.listen(CHANNEL, (campaign) => {
    for (const listener of listeners.get(campaign) ?? []) listener();
  });
  return {
    subscribe(campaign: CampaignId, listener) {
      const own = listeners.get(campaign) ?? new Set();
      listeners.set(campaign, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0) listeners.delete(campaign);
      };
    },
    changed(campaign) {
      if (timers.has(campaign)) return;
      const timer = setTimeout(() => {
        timers.delete(campaign);
        // a lost announcement delays a page's refresh, nothing more
        sql.notify(CHANNEL, campaign).catch(() => {});
      }, options.gatherMs ?? 100);
      timers.set(campaign, timer);
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer);
      await listening.unlisten().catch(() => {});
    },
  };
}
