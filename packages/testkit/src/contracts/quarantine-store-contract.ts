import type { ExportStore, Ids, QuarantineStore } from '@agon/arena';
import type { CampaignId, VoteId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { WritableImports } from '../import-bundle.ts';
import { allOf } from './all-of.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly quarantine: QuarantineStore;
  readonly exports: ExportStore;
  readonly imports: WritableImports;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
  exclude(vote: VoteId, reason: string): Promise<void>;
};

const ENTRY = { reason: 'odd', by: 'ada', atMs: SAMPLE_MS };

export function quarantineStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of QuarantineStore', () => {
    it('puts in what one voter cast in one campaign, once, and takes it out again', async () => {
      const { quarantine, exports, imports, ids, campaign, exclude } = await setUp();
      const [id, other] = [await campaign(), await campaign()];
      const bundle = sampleBundle(id, ids.next(), 4);
      const votes = bundle.votes.map((vote, at) => ({ ...vote, rater: at === 3 ? 'somebody' : 'odd %_' }));
      await imports.write({ ...bundle, votes });
      await imports.write({ ...sampleBundle(other, ids.next(), 4), votes: [] });
      const reasons = async () => (await allOf(exports.votes(id))).map(({ excluded }) => excluded);
      await exclude((await allOf(exports.votes(id)))[0]!.id as VoteId, 'earlier');
      expect(await quarantine.put(id, 'odd %_', ENTRY)).toEqual({ votes: 3, changed: 2 });
      expect(await reasons()).toEqual(['earlier', 'odd', 'odd', null]);
      expect(await quarantine.put(id, 'odd %_', ENTRY)).toEqual({ votes: 3, changed: 0 });
      expect(await quarantine.lift(id, 'somebody')).toEqual({ votes: 1, changed: 0 });
      expect(await quarantine.lift(other, 'odd %_')).toEqual({ votes: 0, changed: 0 });
      expect(await quarantine.lift(id, 'odd %_')).toEqual({ votes: 3, changed: 3 });
      expect(await reasons()).toEqual([null, null, null, null]);
    });

    it('knows nobody by a name that nobody has', async () => {
      const { quarantine, campaign } = await setUp();
      expect(await quarantine.put(await campaign(), 'nobody', ENTRY)).toEqual({ votes: 0, changed: 0 });
    });
  });
}
