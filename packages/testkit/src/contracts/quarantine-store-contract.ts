import type { ExportStore, Ids, QuarantineStore, VoteFilter } from '@agon/arena';
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

    it('puts in and takes out whatever all conditions hold for, or says what it would', async () => {
      const { quarantine, exports, imports, ids, campaign } = await setUp();
      const [id, other] = [await campaign(), await campaign()];
      const bundle = sampleBundle(id, ids.next(), 6);
      const votes = bundle.votes.map((vote, at) => ({
        ...vote,
        rater: at < 4 ? 'busy' : `once-${at}`,
        outcome: at % 2 === 0 ? ('a' as const) : ('b' as const),
        atMs: SAMPLE_MS + at,
      }));
      await imports.write({ ...bundle, votes });
      await imports.write(sampleBundle(other, ids.next(), 3));
      const find = (filter: VoteFilter) => quarantine.putAll(id, filter, ENTRY, true);
      expect(await find({ mostVotes: 1 })).toEqual({ votes: 2, voters: 2, changed: 2 });
      expect(await find({ mostVotes: 4, outcome: 'a' })).toEqual({ votes: 3, voters: 2, changed: 3 });
      expect(await find({ fromMs: SAMPLE_MS + 1, toMs: SAMPLE_MS + 3 })).toEqual({
        votes: 2,
        voters: 1,
        changed: 2,
      });
      expect(await find({ address: 'nowhere' })).toEqual({ votes: 0, voters: 0, changed: 0 });
      const reasons = async () => (await allOf(exports.votes(id))).map(({ excluded }) => excluded);
      expect(await reasons()).toEqual(Array(6).fill(null));
      expect(await quarantine.putAll(id, { mostVotes: 1 }, ENTRY, false)).toMatchObject({ changed: 2 });
      expect(await reasons()).toEqual([null, null, null, null, 'odd', 'odd']);
      expect(await find({ outcome: 'a' })).toEqual({ votes: 3, voters: 2, changed: 2 });
      expect(await quarantine.liftAll(id, { outcome: 'a' }, true)).toEqual({
        votes: 3,
        voters: 2,
        changed: 1,
      });
      expect(await quarantine.liftAll(id, { outcome: 'a' }, false)).toMatchObject({ changed: 1 });
      expect(await reasons()).toEqual([null, null, null, null, null, 'odd']);
      expect((await allOf(exports.votes(other))).every(({ excluded }) => excluded === null)).toBe(true);
    });

    it('knows nobody by a name that nobody has', async () => {
      const { quarantine, campaign } = await setUp();
      expect(await quarantine.put(await campaign(), 'nobody', ENTRY)).toEqual({ votes: 0, changed: 0 });
    });
  });
}
