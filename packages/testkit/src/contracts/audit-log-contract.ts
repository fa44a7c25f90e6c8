import type { AuditLog } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { describe, expect, it } from 'vitest';

export function auditLogContract(
  setUp: () => { readonly audit: AuditLog; campaign(): Promise<CampaignId> },
): void {
  describe('the contract of AuditLog', () => {
    it('gives a campaign what was done to it, newest first, page by page', async () => {
      const { audit, campaign } = setUp();
      const [own, other] = [await campaign(), await campaign()];
      for (const [index, action] of ['made', 'opened', 'closed'].entries()) {
        const details = { index, text: 'ü "quoted"' };
        await audit.record({
          actor: 'owner',
          action,
          campaignId: own,
          details,
          atMs: 1_700_000_000_000 + index,
        });
      }
      const first = await audit.list(own, { after: null, limit: 2 });
      expect(first.map(({ id: _, ...entry }) => entry)).toEqual([
        {
          actor: 'owner',
          action: 'closed',
          details: { index: 2, text: 'ü "quoted"' },
          atMs: 1_700_000_000_002,
        },
        {
          actor: 'owner',
          action: 'opened',
          details: { index: 1, text: 'ü "quoted"' },
          atMs: 1_700_000_000_001,
        },
      ]);
      const rest = await audit.list(own, { after: first[1]!.id, limit: 2 });
      expect(rest.map((entry) => entry.action)).toEqual(['made']);
      expect(await audit.list(other, { after: null, limit: 2 })).toEqual([]);
    });
  });
}
