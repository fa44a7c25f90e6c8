import type { ComparisonStore } from '@agon/arena';
import type { BattleId, CampaignId, Comparison } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT, bundleOf, importedModel, makeContest, type TwoArenas } from './contest.ts';
import { type ListedComparison, listComparisons } from './list-comparisons.ts';

type Setup = TwoArenas & {
  /** An import of these rows, in their order. */
  imported(campaign: CampaignId, rows: readonly Comparison[]): Promise<{ undo(): Promise<void> }>;
  /** Keeps what changes this battle from ending, as a slow process would. */
  hold(battle: BattleId): Promise<{
    /** Resolves once something waits for the battle. */
    waited(): Promise<void>;
    letGo(): Promise<void>;
  }>;
};

export function comparisonStoreContract(setUp: () => Setup): void {
  async function start() {
    const setup = setUp();
    return { ...setup, contest: await makeContest(setup) };
  }
  /** As it is now: readers share the columns. */
  const lookAt = async (store: ComparisonStore, campaign: CampaignId) => {
    const comparisons = await store.read(campaign);
    return { rows: listComparisons(comparisons), revision: comparisons.revision };
  };
  /** Each vote of a contest has a voter of its own. */
  const rowOf = async (store: ComparisonStore, campaign: CampaignId, rater: string) =>
    (await lookAt(store, campaign)).rows.find((row) => row.rater === rater);

  describe('the contract of ComparisonStore', () => {
    it('says of a vote what a board filters by', async () => {
      const { here, contest } = await start();
      const battle = contest.battle(0);
      const vote = await contest.cast(battle, 'b');
      const { rows } = await lookAt(here.comparisons, contest.id);
      expect(rows).toEqual([
        {
          modelA: 'crane',
          modelB: 'heron',
          outcome: 'b',
          source: 'people',
          rater: vote.raterId,
          promptKey: battle.promptId,
          category: 'writing',
          language: 'en',
          answers: battle.answers,
          atMs: AT,
          excluded: null,
        },
      ] satisfies ListedComparison[]);
    });

    it('knows the same two answers in both slots, and no others', async () => {
      const { here, contest } = await start();
      await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(0, ['heron', 'crane']), 'a');
      await contest.cast(contest.battle(1), 'a');
      await contest.cast(contest.battle(0, ['crane', 'stork']), 'a');
      const { rows } = await lookAt(here.comparisons, contest.id);
      const shown = rows.map(({ answers }) => [answers!.a, answers!.b].sort().join());
      expect(shown.map((answers) => shown.indexOf(answers))).toEqual([0, 0, 2, 3]);
      expect(rows.map((row) => row.modelA)).toEqual(['crane', 'heron', 'crane', 'crane']);
    });

    it('takes in what was added elsewhere, and keeps its number where nothing was', async () => {
      const { here, elsewhere, contest, campaign } = await start();
      const vote = await contest.cast(contest.battle(0), 'a');
      const before = await lookAt(elsewhere.comparisons, contest.id);
      expect(await lookAt(elsewhere.comparisons, contest.id)).toEqual(before);
      const next = await contest.cast(contest.battle(1), 'tie');
      const after = await lookAt(elsewhere.comparisons, contest.id);
      expect(after.rows.map((row) => row.rater)).toEqual([vote.raterId, next.raterId]);
      expect(after.revision).toBeGreaterThan(before.revision);
      // read from the start, they are the same
      expect((await lookAt(here.comparisons, contest.id)).rows).toEqual(after.rows);
      expect((await lookAt(here.comparisons, await campaign())).rows).toEqual([]);
    });

    it('leaves out an undone vote with its reason, until it is recast', async () => {
      const { here, elsewhere, contest } = await start();
      const battle = contest.battle(0);
      const vote = await contest.cast(battle, 'a');
      const stages = [await lookAt(elsewhere.comparisons, contest.id)];
      await here.votes.undo(vote.id, AT + 1);
      stages.push(await lookAt(elsewhere.comparisons, contest.id));
      await here.votes.append(contest.vote(battle, vote.raterId, 'both_bad', AT + 2));
      stages.push(await lookAt(elsewhere.comparisons, contest.id));
      expect(stages.map(({ rows }) => [rows[0]!.outcome, rows[0]!.excluded])).toEqual([
        ['a', null],
        ['a', expect.stringMatching(/./)],
        ['both_bad', null],
      ]);
      const revisions = stages.map((stage) => stage.revision);
      expect([...new Set(revisions)].sort((x, y) => x - y)).toEqual(revisions);
    });

    it('leaves out a vote that was changed after its names were shown, undone or not, and read anew too', async () => {
      const { here, elsewhere, contest } = await start();
      const battle = contest.battle(0);
      const rater = await contest.voter();
      await contest.issue(rater, battle);
      const vote = { ...contest.vote(battle, rater, 'a'), revealed: true };
      await here.votes.append(vote);
      const stages = [await rowOf(here.comparisons, contest.id, rater)];
      await here.votes.undo(vote.id, AT + 1);
      await here.votes.append(contest.vote(battle, rater, 'b', AT + 2));
      stages.push(await rowOf(here.comparisons, contest.id, rater));
      await here.votes.undo(vote.id, AT + 3);
      stages.push(await rowOf(here.comparisons, contest.id, rater));
      await here.votes.append(contest.vote(battle, rater, 'a', AT + 4));
      stages.push(await rowOf(here.comparisons, contest.id, rater));
      stages.push(await rowOf(elsewhere.comparisons, contest.id, rater));
      const changed = 'changed_after_reveal';
      expect(stages.map((row) => row?.excluded)).toEqual([null, changed, 'undone', changed, changed]);
    });

    it('sees a change that began before another one and ended after it', async () => {
      const { here, elsewhere, contest, hold } = await start();
      const slow = contest.battle(0);
      const [first, second] = [await contest.cast(slow, 'a'), await contest.cast(contest.battle(1), 'a')];
      const held = await hold(slow.id);
      const undoing = here.votes.undo(first.id, AT + 1);
      await held.waited();
      await elsewhere.votes.undo(second.id, AT + 1);
      const before = await lookAt(here.comparisons, contest.id);
      expect(before.rows.map((row) => row.excluded === null)).toEqual([true, false]);
      await held.letGo();
      await undoing;
      const after = await lookAt(here.comparisons, contest.id);
      expect(after.rows.map((row) => row.excluded === null)).toEqual([false, false]);
      expect(after.revision).toBeGreaterThan(before.revision);
    });

    it('leaves out answers that name their model, by the rule of the day', async () => {
      const { here, contest } = await start();
      const battle = contest.battle(0, ['crane', 'stork']);
      const vote = await contest.cast(battle, 'a');
      await contest.cast(contest.battle(0), 'a');
      const counted = await lookAt(here.comparisons, contest.id);
      expect(counted.rows.map((row) => row.excluded)).toEqual([null, null]);
      const { settings } = (await here.campaigns.findById(contest.id))!;
      await here.campaigns.change(contest.id, { settings: { ...settings, self_naming: 'exclude' } });
      const excluded = await lookAt(here.comparisons, contest.id);
      const reason = excluded.rows[0]!.excluded;
      expect(excluded.rows.map((row) => row.excluded)).toEqual([expect.stringMatching(/./), null]);
      expect(excluded.revision).toBeGreaterThan(counted.revision);
      // a vote that was taken back and cast again is about the same two answers
      await here.votes.undo(vote.id, AT + 1);
      expect((await rowOf(here.comparisons, contest.id, vote.raterId))?.excluded).not.toBe(reason);
      await here.votes.append(contest.vote(battle, vote.raterId, 'b', AT + 2));
      const recast = await rowOf(here.comparisons, contest.id, vote.raterId);
      expect(recast).toMatchObject({ outcome: 'b', excluded: reason });
    });

    it('holds imported votes and verdicts until their import is undone', async () => {
      const { here, elsewhere, contest } = await start();
      const live = await contest.cast(contest.battle(0), 'a');
      const before = await lookAt(here.comparisons, contest.id);
      const bundle = bundleOf(contest.id, here.ids, {
        models: ['crane', 'heron'].map(importedModel),
        battles: [
          {
            key: 'told',
            promptKey: 'elsewhere-1',
            modelA: 'heron',
            modelB: 'crane',
            turns: 2,
            category: 'coding',
            language: 'zh',
          },
        ],
        votes: [{ battleKey: 'told', rater: 'ada', outcome: 'tie', key: 'told by ada', atMs: AT }],
        verdicts: [{ battleKey: 'told', judge: 'owl', outcome: 'a', shareA: 0.75, atMs: AT + 1 }],
      });
      await elsewhere.imports.write(bundle);
      const full = await lookAt(here.comparisons, contest.id);
      expect(full.revision).toBeGreaterThan(before.revision);
      const told = {
        modelA: 'heron',
        modelB: 'crane',
        promptKey: 'elsewhere-1',
        turn: 2,
        category: 'coding',
        language: 'zh',
        answers: null,
        excluded: null,
      };
      const imported = full.rows.filter((row) => row.rater !== live.raterId);
      expect(imported).toHaveLength(2);
      expect(imported).toContainEqual(expect.objectContaining({ ...told, source: 'people', outcome: 'tie' }));
      expect(imported).toContainEqual(
        expect.objectContaining({ ...told, source: 'judges', rater: 'owl', outcome: 'a', shareA: 0.75 }),
      );
      await elsewhere.imports.undo(bundle.id, AT + 2);
      const left = await lookAt(here.comparisons, contest.id);
      expect(left.rows.map((row) => row.rater)).toEqual([live.raterId]);
      expect(left.revision).toBeGreaterThan(full.revision);
    });

    it('says of imported rows what their file says, and nothing that it does not say', async () => {
      const { here, contest, imported } = await start();
      const plain = { modelA: 'ibis', modelB: 'heron', outcome: 'a' } as const;
      const full = { turn: 2, promptKey: 'p', category: 'coding', language: 'zh', atMs: AT } as const;
      const votes: Comparison[] = [
        { ...plain, source: 'people' },
        { ...plain, ...full, source: 'people', rater: 'ada', weight: 3, shareA: 0.75 },
        { ...plain, source: 'people', rater: 'ada', weight: 0 },
        { ...plain, source: 'people', outcome: 'both_bad', shareA: 0.25 },
      ];
      const verdicts: Comparison[] = [
        { ...plain, source: 'judges', rater: 'owl', weight: 0.5 },
        { ...plain, ...full, source: 'judges', rater: 'wren' },
      ];
      await imported(contest.id, [votes[0]!, verdicts[0]!, ...votes.slice(1), verdicts[1]!]);
      const { rows } = await lookAt(here.comparisons, contest.id);
      const named = rows.map(({ answers, excluded, rater, ...row }) => {
        expect([answers, excluded]).toEqual([null, null]);
        return row;
      });
      expect(named).toEqual([...votes, ...verdicts].map(({ rater: _, ...row }) => row));
      const [first, ada, adaToo, last] = rows;
      expect([first!.rater, last!.rater]).toEqual([undefined, undefined]);
      expect(ada!.rater).toBe(adaToo!.rater);
      expect(rows.slice(4).map(({ rater }) => rater)).toEqual(['owl', 'wren']);
    });

    it('keeps votes in the order of the chain, those of an import in the order of its file', async () => {
      const { here, elsewhere, contest, imported } = await start();
      const outcomes = async (store: ComparisonStore) =>
        (await lookAt(store, contest.id)).rows
          .map(({ outcome, weight }) => `${outcome}${weight ?? ''}`)
          .join();
      const file = (weight: number): Comparison[] =>
        (['b', 'a', 'tie'] as const).map((outcome) => ({
          ...{ modelA: 'ibis', modelB: 'heron', outcome, source: 'people', weight },
        }));
      await contest.cast(contest.battle(0), 'a');
      const first = await imported(contest.id, file(2));
      await contest.cast(contest.battle(0), 'b');
      expect(await outcomes(here.comparisons)).toBe('a,b2,a2,tie2,b');
      const vote = await contest.cast(contest.battle(1), 'tie');
      await imported(contest.id, file(3));
      await first.undo();
      await contest.cast(contest.battle(0), 'both_bad');
      await here.votes.undo(vote.id, AT + 1);
      for (const store of [here.comparisons, elsewhere.comparisons]) {
        expect(await outcomes(store)).toBe('a,b,tie,b3,a3,tie3,both_bad');
        const { rows } = await lookAt(store, contest.id);
        expect(rows.map((row) => row.excluded === null)).toEqual(rows.map((_, at) => at !== 2));
      }
    });
  });
}
