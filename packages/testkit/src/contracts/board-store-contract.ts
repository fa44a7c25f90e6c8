import type { BoardStore, SnapshotRecord } from '@agon/arena';
import type { CampaignId, SnapshotId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT, bundleOf, importedModel, makeContest, SEAL, type TwoArenas } from './contest.ts';

type Board = Parameters<BoardStore['keep']>[1];
type Unified = Parameters<BoardStore['keep']>[2];
type Setup = TwoArenas & {
  /** The boards of a campaign as they are now, in JSON. */
  boards(campaign: CampaignId): Promise<{ readonly board: Board; readonly unified: Unified }>;
};

export function boardStoreContract(setUp: () => Setup): void {
  async function start() {
    const setup = setUp();
    const { here, elsewhere } = setup;
    const contest = await makeContest(setup);
    const { slug } = (await here.campaigns.findById(contest.id))!;
    let kept = 0;
    /** Keeps the boards of now, each under its own numbers. */
    async function keep() {
      const boards = await setup.boards(contest.id);
      kept += 1;
      const snapshot = {
        id: here.ids.next() as SnapshotId,
        campaign: slug,
        title: `Herons, ${kept}`,
        atMs: AT + kept,
        votes: 10 * kept,
        verdicts: kept,
      };
      await here.boards.keep(
        { ...snapshot, campaignId: contest.id, by: null, seal: SEAL },
        boards.board,
        boards.unified,
      );
      return { snapshot, ...boards, seal: SEAL };
    }
    return { ...setup, here, elsewhere, contest, keep };
  }

  describe('the contract of BoardStore', () => {
    it('gives a campaign’s own scores with their benchmarks, until their import is undone', async () => {
      const { here, elsewhere, contest, campaign } = await start();
      const scores = [
        { model: 'crane', benchmark: `fishing-${contest.id}`, score: 0.5, n: 200, source: 'report' },
        { model: 'heron', benchmark: `fishing-${contest.id}`, score: 0.75, n: null, source: 'report' },
        { model: 'heron', benchmark: `nesting-${contest.id}`, score: 0, n: 10, source: 'own' },
      ];
      const models = ['crane', 'heron'].map(importedModel);
      const bundle = bundleOf(contest.id, here.ids, { models, scores });
      await here.imports.write(bundle);
      const measured = await elsewhere.boards.scores(contest.id);
      expect(measured.scores).toHaveLength(3);
      expect(measured.scores).toEqual(expect.arrayContaining(scores));
      expect(measured.benchmarks.map((benchmark) => benchmark.name).sort()).toEqual(
        ['fishing', 'nesting'].map((name) => `${name}-${contest.id}`),
      );
      const none = { benchmarks: [], scores: [] };
      expect(await here.boards.scores(await campaign())).toEqual(none);
      await here.imports.undo(bundle.id, AT + 1);
      expect(await elsewhere.boards.scores(contest.id)).toEqual(none);
    });

    it('keeps a board as it was, whatever comes after', async () => {
      const { here, elsewhere, contest, keep } = await start();
      await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(1), 'b');
      const kept = await keep();
      await contest.cast(contest.battle(1, ['stork', 'heron']), 'a');
      await here.campaigns.change(contest.id, { title: 'Renamed' });
      expect(await elsewhere.boards.findSnapshot(kept.snapshot.id)).toEqual(kept);
      expect(await elsewhere.boards.findSnapshot(here.ids.next() as SnapshotId)).toBeNull();
      expect(await elsewhere.boards.findSnapshot('no identifier' as SnapshotId)).toBeNull();
    });

    it('refuses to keep another board under the same id', async () => {
      const { here, contest, keep, boards } = await start();
      const kept = await keep();
      await contest.cast(contest.battle(0), 'a');
      const { board, unified } = await boards(contest.id);
      const again = { ...kept.snapshot, title: 'Other', campaignId: contest.id, by: null, seal: SEAL };
      await expect(here.boards.keep(again, board, unified)).rejects.toThrow();
      expect(await here.boards.findSnapshot(kept.snapshot.id)).toEqual(kept);
    });

    it('lists the boards of a campaign, newest first, page by page', async () => {
      const { elsewhere, contest, keep, campaign } = await start();
      const made: SnapshotRecord[] = [];
      for (let i = 0; i < 3; i += 1) made.unshift((await keep()).snapshot);
      const first = await elsewhere.boards.listSnapshots(contest.id, { after: null, limit: 2 });
      expect(first).toEqual(made.slice(0, 2));
      const rest = await elsewhere.boards.listSnapshots(contest.id, { after: first[1]!.id, limit: 2 });
      expect(rest).toEqual(made.slice(2));
      expect(await elsewhere.boards.listSnapshots(await campaign(), { after: null, limit: 2 })).toEqual([]);
    });

    it('says what the newest boards said of all models', async () => {
      const { elsewhere, contest, keep, campaign } = await start();
      await keep();
      const empty = await keep();
      await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(1), 'b');
      const rated = await keep();
      // two models met: there is something to rate
      expect(rated.board.people?.models).toHaveLength(2);
      expect(await elsewhere.boards.keptRatings(contest.id, 2)).toEqual([
        {
          snapshot: rated.snapshot,
          query: rated.board.query,
          people: rated.board.people?.models,
          judges: [],
        },
        { snapshot: empty.snapshot, query: empty.board.query, people: [], judges: [] },
      ]);
      expect(await elsewhere.boards.keptRatings(await campaign(), 2)).toEqual([]);
    });
  });
}
