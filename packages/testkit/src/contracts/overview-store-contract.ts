import { setTimeout as pause } from 'node:timers/promises';
import type { BoardStore, ExportStore, OverviewStore, SnapshotRecord, Viewer } from '@agon/arena';
import type { CampaignId, SnapshotId, UserId, VoteId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { allOf } from './all-of.ts';
import { SEAL } from './contest.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

type Setup = JudgeSetup & {
  readonly overview: OverviewStore;
  readonly exports: ExportStore;
  readonly boards: BoardStore;
  /** A campaign with this slug as its title. Default: open, without a target. */
  campaign(is?: {
    readonly slug?: string;
    readonly state?: 'draft' | 'open' | 'closed';
    readonly target?: number;
    /** Default: nobody; it belongs to the arena. */
    readonly by?: UserId;
  }): Promise<CampaignId>;
  person(): Promise<UserId>;
  exclude(vote: VoteId, reason: string): Promise<void>;
};

export function overviewStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of OverviewStore', () => {
    it('shows runs that are not over, however old, and those that ended lately; newest first', async () => {
      const setup = await setUp();
      const { overview, runs } = setup;
      const { run: runOf } = await sampleJudging(setup, 1);
      const [old, past, late, fresh, paused] = [0, 1, 2, 3, 4].map((ms) => runOf({ atMs: SAMPLE_MS + ms }));
      for (const run of [late, old, fresh, past, paused]) await runs.create(run!, []);
      await runs.move(past!.id, ['queued'], 'done', null, SAMPLE_MS + 99);
      await runs.move(late!.id, ['queued'], 'cancelled', null, SAMPLE_MS + 100);
      await runs.move(fresh!.id, ['queued'], 'running', null, SAMPLE_MS + 100);
      await runs.move(paused!.id, ['queued'], 'paused', 'The budget is spent.', SAMPLE_MS + 1);
      const shown = await overview.runsSince('all', SAMPLE_MS + 100, 9);
      expect(shown).toEqual([paused!.id, fresh!.id, late!.id, old!.id]);
      expect(await overview.runsSince('all', SAMPLE_MS + 100, 1)).toEqual(shown.slice(0, 1));
    });

    it('counts the votes of open campaigns and of each of their models, 0 included', async () => {
      const { overview, imports, ids, campaign } = await setUp();
      await campaign({ slug: 'draft', state: 'draft' });
      await campaign({ slug: 'closed', state: 'closed' });
      await campaign({ slug: 'empty' });
      const bundle = sampleBundle(await campaign({ slug: 'full', target: 50 }), ids.next(), 3);
      const third = { ...bundle.answers[0]!, model: 'model-3' };
      await imports.write({ ...bundle, answers: [...bundle.answers, third] });
      const models = (votes: number) => [
        { model: 'model-1', votes },
        { model: 'model-2', votes },
        { model: 'model-3', votes: 0 },
      ];
      const shown = async () =>
        [...(await overview.openCampaigns('all'))].sort((x, y) => x.campaign.localeCompare(y.campaign));
      const empty = { campaign: 'empty', title: 'empty', votes: 0, target: null, models: [] };
      const full = { campaign: 'full', title: 'full', target: 50 };
      expect(await shown()).toEqual([empty, { ...full, votes: 3, models: models(3) }]);
      await imports.undo(bundle.id, SAMPLE_MS);
      const [, undone] = await shown();
      expect(undone).toMatchObject({ ...full, votes: 0 });
      expect(undone!.models.every(({ votes }) => votes === 0)).toBe(true);
    });

    it('counts excluded votes by campaign, without those of undone imports', async () => {
      const { overview, imports, exports, ids, campaign, exclude } = await setUp();
      const [some, many] = [await campaign({ slug: 'some' }), await campaign({ slug: 'many' })];
      const bundle = sampleBundle(many, ids.next(), 3);
      await imports.write(sampleBundle(some, ids.next(), 3));
      await imports.write(bundle);
      expect(await overview.excludedVotes('all')).toEqual([]);
      const excluded = [
        ...(await allOf(exports.votes(some))).slice(0, 1),
        ...(await allOf(exports.votes(many))).slice(0, 2),
      ];
      for (const vote of excluded) await exclude(vote.id as VoteId, 'too fast');
      const counts = async () =>
        Object.fromEntries((await overview.excludedVotes('all')).map((row) => [row.campaign, row.count]));
      expect(await counts()).toEqual({ some: 1, many: 2 });
      await imports.undo(bundle.id, SAMPLE_MS);
      expect(await counts()).toEqual({ some: 1 });
    });

    it('shows to each what they may view: their campaigns, and those of the arena', async () => {
      const setup = await setUp();
      const { overview, runs, boards, imports, exports, ids, campaign, person, exclude } = setup;
      const { run: runOf } = await sampleJudging(setup, 1);
      const [ada, bob] = [await person(), await person()];
      const shown = { atMs: SAMPLE_MS, votes: 1, verdicts: 0 };
      for (const [slug, by] of [
        ['of-ada', ada],
        ['of-bob', bob],
      ] as const) {
        const campaignId = await campaign({ slug, by });
        await runs.create(runOf({ campaignId }), []);
        await imports.write(sampleBundle(campaignId, ids.next(), 1));
        const [vote] = await allOf(exports.votes(campaignId));
        await exclude(vote!.id as VoteId, 'too fast');
        const snapshot = { id: ids.next() as SnapshotId, campaign: slug, title: slug, ...shown };
        await boards.keep({ ...snapshot, campaignId, by: null, seal: SEAL }, {} as never, {} as never);
      }
      await runs.create(runOf({ campaignId: null, kind: 'probe' }), []);
      const facts = async (viewer: Viewer) => {
        const found = await Promise.all((await overview.runsSince(viewer, SAMPLE_MS, 9)).map(runs.find));
        const names = (places: readonly { readonly campaign: string }[]) =>
          places.map((place) => place.campaign).filter((slug) => slug.startsWith('of-'));
        return {
          runs: found.map((run) => run?.campaign).filter((slug) => slug === null || slug?.startsWith('of-')),
          open: names(await overview.openCampaigns(viewer)),
          excluded: names(await overview.excludedVotes(viewer)),
          snapshots: names(await overview.snapshots(viewer, 9)),
        };
      };
      const only = (slug: string) => ({ open: [slug], excluded: [slug], snapshots: [slug] });
      expect(await facts(ada)).toEqual({ runs: expect.arrayContaining([null, 'of-ada']), ...only('of-ada') });
      expect((await facts(ada)).runs).toHaveLength(2);
      expect(await facts(bob)).toMatchObject(only('of-bob'));
      expect((await facts('all')).snapshots).toEqual(['of-bob', 'of-ada']);
      expect((await facts('all')).runs).toHaveLength(3);
    });

    it('shows the newest snapshots of all campaigns', async () => {
      const { overview, boards, ids, campaign } = await setUp();
      const campaigns = [await campaign({ slug: 'one' }), await campaign({ slug: 'two' })];
      const kept: SnapshotRecord[] = [];
      for (const index of [0, 1, 2]) {
        // identifiers sort by the millisecond
        await pause(2);
        const snapshot = {
          id: ids.next() as SnapshotId,
          campaign: index === 1 ? 'two' : 'one',
          title: `Snapshot ${index}`,
          atMs: SAMPLE_MS + index,
          votes: index,
          verdicts: 2 * index,
        };
        const campaignId = campaigns[index % 2]!;
        await boards.keep({ ...snapshot, campaignId, by: null, seal: SEAL }, {} as never, {} as never);
        kept.unshift(snapshot);
      }
      expect(await overview.snapshots('all', 9)).toEqual(kept);
      expect(await overview.snapshots('all', 2)).toEqual(kept.slice(0, 2));
    });
  });
}
