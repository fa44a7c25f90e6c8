import type { CampaignRecord } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT, bundleOf, importedModel, makeContest, type TwoArenas } from './contest.ts';

export function campaignStoreContract(setUp: () => TwoArenas): void {
  async function recordOf(
    { here, campaign }: TwoArenas,
    change: Partial<CampaignRecord> = {},
  ): Promise<CampaignRecord> {
    const { settings } = (await here.campaigns.findById(await campaign()))!;
    const id = here.ids.next() as CampaignId;
    return {
      id,
      slug: `own-${id}`,
      title: 'Herons',
      description: 'ü "quoted"\nand more',
      attribution: 'The marsh, CC BY 4.0',
      state: 'draft',
      settings: { ...settings, quota: 7, self_naming: 'mask', tags: ['clear'] },
      createdAtMs: AT,
      ...change,
    };
  }

  describe('the contract of CampaignStore', () => {
    it('finds what was created, by name and by id, everywhere', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const record = await recordOf(arenas);
      expect(await elsewhere.campaigns.find(record.slug)).toBeNull();
      expect(await elsewhere.campaigns.findById(record.id)).toBeNull();
      await here.campaigns.create(record, null);
      for (const { campaigns } of [here, elsewhere]) {
        expect(await campaigns.find(record.slug)).toEqual(record);
        expect(await campaigns.findById(record.id)).toEqual(record);
      }
    });

    it('gives a name to one campaign, however many ask at once and wherever', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const first = await recordOf(arenas);
      const records = ['a', 'b', 'c', 'd'].map((title) => ({
        ...first,
        id: here.ids.next() as CampaignId,
        title,
      }));
      const created = await Promise.allSettled(
        records.map((record, i) => (i % 2 === 0 ? here : elsewhere).campaigns.create(record, null)),
      );
      const refused = created.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(refused).toHaveLength(3);
      for (const error of refused) expect(error).toMatchObject({ code: 'already_exists' });
      const winner = records[created.findIndex((result) => result.status === 'fulfilled')];
      expect(await here.campaigns.find(first.slug)).toEqual(winner);
    });

    it('lists campaigns newest first, page by page, with drafts or without', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const records: CampaignRecord[] = [];
      for (const state of ['open', 'draft', 'closed', 'draft'] as const) {
        records.unshift(await recordOf(arenas, { state }));
        await here.campaigns.create(records[0]!, null);
      }
      // `recordOf` leaves drafts of its own
      const own = new Set<string>(records.map((record) => record.id));
      const walk = async (draftsOf: 'all' | null) => {
        const seen: CampaignRecord[] = [];
        for (let after: CampaignId | null = null; ; after = seen.at(-1)!.id) {
          const page = await elsewhere.campaigns.list({ draftsOf, after, limit: 2 });
          expect(page.length).toBeLessThanOrEqual(2);
          seen.push(...page);
          if (page.length < 2) return seen;
        }
      };
      const all = await walk('all');
      expect(new Set(all.map((record) => record.id)).size).toBe(all.length);
      expect(all.filter((record) => own.has(record.id))).toEqual(records);
      const shown = await walk(null);
      expect(shown.filter((record) => own.has(record.id))).toEqual(
        records.filter((record) => record.state !== 'draft'),
      );
      expect(shown.filter((record) => record.state === 'draft')).toEqual([]);
    });

    it('changes what a change names, at once, and nothing else', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const record = await recordOf(arenas);
      const other = await recordOf(arenas);
      await here.campaigns.create(record, null);
      await here.campaigns.create(other, null);
      expect(await here.campaigns.find(record.slug)).toEqual(record);
      expect(await here.campaigns.change(record.id, { state: 'open' })).toEqual({ ...record, state: 'open' });
      expect(await here.campaigns.find(record.slug)).toEqual({ ...record, state: 'open' });
      const settings = { ...record.settings, quota: null };
      const changed = { ...record, state: 'open' as const, title: 'Cranes', settings };
      expect(await here.campaigns.change(record.id, { title: 'Cranes', settings })).toEqual(changed);
      expect(await here.campaigns.change(record.id, {})).toEqual(changed);
      expect(await elsewhere.campaigns.findById(record.id)).toEqual(changed);
      expect(await elsewhere.campaigns.findById(other.id)).toEqual(other);
    });

    it('looks a draft up each time, as it does a name that is not there', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const record = await recordOf(arenas);
      await here.campaigns.create(record, null);
      expect(await here.campaigns.find(record.slug)).toEqual(record);
      await elsewhere.campaigns.change(record.id, { title: 'Cranes' });
      expect(await here.campaigns.find(record.slug)).toMatchObject({ title: 'Cranes' });
      // and one that is a draft again is not taken for what it was
      await here.campaigns.change(record.id, { state: 'open' });
      await here.campaigns.change(record.id, { state: 'draft' });
      expect(await here.campaigns.findById(record.id)).toMatchObject({ state: 'draft' });
    });

    it('counts what several campaigns hold, without what was taken back', async () => {
      const arenas = setUp();
      const { here, elsewhere, campaign } = arenas;
      const contest = await makeContest(arenas);
      const empty = await campaign();
      const undone = await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(1), 'b');
      const told = { promptKey: null, turns: null, category: null, language: null };
      const bundle = bundleOf(contest.id, here.ids, {
        models: ['crane', 'heron'].map(importedModel),
        battles: [{ key: 'told', modelA: 'crane', modelB: 'heron', ...told }],
        votes: [{ battleKey: 'told', rater: 'ada', outcome: 'a', key: 'told by ada', atMs: AT }],
        verdicts: [{ battleKey: 'told', judge: 'owl', outcome: 'a', shareA: null, atMs: AT }],
      });
      await here.imports.write(bundle);
      // a vote that was undone by its voter is still a vote of the chain
      await here.votes.undo(undone.id, AT + 1);
      const counts = { models: 3, prompts: 2, answers: 6, battles: 3, votes: 3, verdicts: 1 };
      const unknown = here.ids.next() as CampaignId;
      expect(await elsewhere.campaigns.counts([empty, unknown, contest.id])).toEqual(
        new Map([
          [empty, { models: 0, prompts: 0, answers: 0, battles: 0, votes: 0, verdicts: 0 }],
          [contest.id, counts],
        ]),
      );
      expect(await here.campaigns.comparisonCounts(contest.id)).toEqual({ votes: 3, verdicts: 1 });
      await here.imports.undo(bundle.id, AT + 2);
      const left = { ...counts, battles: 2, votes: 2, verdicts: 0 };
      expect(await elsewhere.campaigns.counts([contest.id])).toEqual(new Map([[contest.id, left]]));
      expect(await here.campaigns.comparisonCounts(contest.id)).toEqual({ votes: 2, verdicts: 0 });
      expect(await here.campaigns.comparisonCounts(empty)).toEqual({ votes: 0, verdicts: 0 });
      expect(await here.campaigns.counts([])).toEqual(new Map());
    });

    it('says how far a campaign is at a time', async () => {
      const arenas = setUp();
      const { here, elsewhere } = arenas;
      const contest = await makeContest(arenas);
      await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(1, ['heron', 'crane']), 'tie');
      const rater = await contest.voter();
      const [open, skipped] = [contest.battle(0, ['stork', 'heron']), contest.battle(1)];
      await contest.issue(rater, open, skipped);
      await here.battles.skip(skipped.id, rater, 'offensive', '');
      const hourMs = 3_600_000;
      const progress = await elsewhere.campaigns.progress(contest.id, AT + hourMs - 1);
      expect(progress).toMatchObject({
        votes: 2,
        votes_last_hour: 2,
        raters: 2,
        battles: { issued: 1, voted: 2, skipped: 1, expired: 0 },
        skips: [{ reason: 'offensive', count: 1 }],
        // of stork, to both prompts
        self_naming_answers: 2,
        blank_answers: 0,
        several_answers: 0,
        pairs: [
          { model_a: 'crane', model_b: 'heron', votes: 2, issued: 0 },
          { model_a: 'heron', model_b: 'stork', votes: 0, issued: 1 },
        ],
      });
      expect(progress.raters_by_votes).toHaveLength(2);
      const later = await elsewhere.campaigns.progress(contest.id, AT + hourMs + 1);
      expect(later).toMatchObject({ votes: 2, votes_last_hour: 0 });
      const blank = await contest.answerAgain(0, 'crane', '\n');
      await contest.answerAgain(0, 'crane', 'on second thoughts');
      const more = await elsewhere.campaigns.progress(contest.id, AT);
      expect(more).toMatchObject({ self_naming_answers: 2, blank_answers: 1, several_answers: 1 });
      await here.imports.undo(blank.importId, AT + 1);
      expect((await elsewhere.campaigns.progress(contest.id, AT)).blank_answers).toBe(0);
    });

    it('compares raters on the same two answers, and on no other two of the same models', async () => {
      const arenas = setUp();
      const contest = await makeContest(arenas);
      const { answer } = await contest.answerAgain(0, 'crane', 'on second thoughts');
      const anew = contest.battle(0);
      await contest.cast({ ...anew, answers: { ...anew.answers, a: answer } }, 'b');
      const agreements = async () =>
        (await arenas.here.campaigns.progress(contest.id, AT)).raters_by_votes.map(
          (each) => each.agreement_n,
        );
      await contest.cast(contest.battle(0), 'a');
      expect(await agreements()).toEqual([0, 0]);
      await contest.cast(contest.battle(0, ['heron', 'crane']), 'b');
      expect((await agreements()).sort()).toEqual([0, 1, 1]);
    });
  });
}
