import { type GivenBattles, type NewVoterBattle, type OpenBattle, pairIndexOf } from '@agon/arena';
import type { BattleId, CampaignId, RaterId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { allOf } from './all-of.ts';
import { AT, bundleOf, importedModel, importedPrompt, makeContest, type TwoArenas } from './contest.ts';

const openOf = ({ id, promptId, models, answers, expiresAtMs }: NewVoterBattle): OpenBattle => ({
  id,
  promptId,
  models,
  answers,
  expiresAtMs,
});

export function battleStoreContract(setUp: () => TwoArenas): void {
  async function start() {
    const arenas = setUp();
    const contest = await makeContest(arenas);
    return { ...arenas, contest, rater: await contest.voter() };
  }
  const cellOf = ({ contest }: Awaited<ReturnType<typeof start>>, { promptId, models }: NewVoterBattle) =>
    contest.index.cellOf(promptId, models.a, models.b)!;
  /** How many cells are not to be drawn again. */
  const goneOf = (
    { index }: Awaited<ReturnType<typeof makeContest>>,
    { seen }: Pick<GivenBattles, 'seen'>,
  ): number =>
    Array.from({ length: index.starts.at(-1)! }, (_, cell) => seen.has(cell)).filter(Boolean).length;

  describe('the contract of BattleStore', () => {
    it('gives a voter’s open battles, oldest first, wherever it is asked', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const drawn = [contest.battle(1), contest.battle(0), contest.battle(0, ['stork', 'crane'])];
      await contest.issue(rater, ...drawn);
      for (const stores of [here, elsewhere]) {
        const given = await contest.given(rater, stores);
        expect(given).toMatchObject({ votes: 0, drawn: 3, open: drawn.map(openOf) });
        expect(goneOf(contest, given)).toBe(0);
        expect(await contest.given(await contest.voter(), stores)).toMatchObject({ drawn: 0, open: [] });
      }
    });

    it('refuses a draw that was made before the voter’s battles changed elsewhere', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const old = await contest.basis(rater, elsewhere);
      await contest.issue(rater, contest.battle(0));
      expect(await elsewhere.battles.issueToVoter(old, [contest.battle(1)])).toBe(false);
      expect(await elsewhere.battles.issueToVoter(old, [])).toBe(false);
      expect(await contest.given(rater, elsewhere)).toMatchObject({ drawn: 1 });
      const fresh = await contest.basis(rater, elsewhere);
      expect(fresh.changes).toBeGreaterThan(old.changes);
      expect(await elsewhere.battles.issueToVoter(fresh, [])).toBe(true);
      // looking is no change
      expect(await here.battles.issueToVoter(fresh, [contest.battle(1)])).toBe(true);
    });

    it('refuses a draw that was made before the content changed', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const old = await contest.basis(rater);
      const prompts = [importedPrompt(contest.id, 'third')];
      await elsewhere.imports.write(bundleOf(contest.id, here.ids, { prompts }));
      expect(await here.battles.issueToVoter(old, [contest.battle(0)])).toBe(false);
      expect(await contest.given(rater)).toMatchObject({ drawn: 0, open: [] });
      expect(await here.battles.issueToVoter(await contest.basis(rater), [contest.battle(0)])).toBe(true);
    });

    it('issues one of the draws that were made at once from the same basis', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const basis = await contest.basis(rater);
      const issued = await Promise.all(
        [here, elsewhere, here, elsewhere].map((stores) =>
          stores.battles.issueToVoter(basis, [contest.battle(0), contest.battle(1)]),
        ),
      );
      expect(issued.filter(Boolean)).toHaveLength(1);
      await here.battles.issueToVoter(basis, []);
      expect(await contest.given(rater)).toMatchObject({ drawn: 2 });
    });

    it('issues all battles of a draw or none', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const taken = contest.battle(0);
      await contest.issue(await contest.voter(), taken);
      const draw = [contest.battle(1), { ...contest.battle(0), id: taken.id }];
      await expect(here.battles.issueToVoter(await contest.basis(rater), draw)).rejects.toThrow();
      expect(await contest.given(rater, elsewhere)).toMatchObject({ drawn: 0, open: [] });
    });

    it('skips an open battle of this voter, once, and keeps why', async () => {
      const started = await start();
      const { here, elsewhere, contest, rater } = started;
      const [own, voted] = [contest.battle(0), contest.battle(1)];
      await contest.issue(rater, own, voted);
      await here.votes.append(contest.vote(voted, rater, 'a'));
      const skip = (id: BattleId, by: RaterId, stores = here) =>
        stores.battles.skip(id, by, 'offensive', 'rude');
      expect(await skip(own.id, await contest.voter())).toBe(false);
      expect(await skip(voted.id, rater)).toBe(false);
      expect(await skip(here.ids.next() as BattleId, rater)).toBe(false);
      const { changes } = await contest.given(rater);
      expect(await skip(own.id, rater)).toBe(true);
      expect(await skip(own.id, rater, elsewhere)).toBe(false);
      for (const stores of [here, elsewhere]) {
        const given = await contest.given(rater, stores);
        expect(given.changes).toBeGreaterThan(changes);
        expect(given).toMatchObject({ votes: 1, drawn: 2, open: [] });
        expect([own, voted].map((battle) => given.seen.has(cellOf(started, battle)))).toEqual([true, true]);
      }
      const kept = (await allOf(here.exports.battles(contest.id))).find((each) => each.id === own.id);
      expect(kept).toMatchObject({ state: 'skipped', skipReason: 'offensive' });
    });

    it('gives a battle back when its vote is undone', async () => {
      const started = await start();
      const { here, elsewhere, contest, rater } = started;
      const battle = contest.battle(0);
      await contest.issue(rater, battle);
      const vote = contest.vote(battle, rater, 'b');
      await here.votes.append(vote);
      const voted = await contest.given(rater);
      expect(voted).toMatchObject({ votes: 1, open: [] });
      expect(voted.seen.has(cellOf(started, battle))).toBe(true);
      await here.votes.undo(vote.id, AT + 1);
      for (const stores of [here, elsewhere]) {
        const given = await contest.given(rater, stores);
        expect(given).toMatchObject({ votes: 0, drawn: 1, open: [openOf(battle)] });
        expect(goneOf(contest, given)).toBe(0);
      }
    });

    it('lets battles run out of time, once, and does not count them as seen', async () => {
      const { here, elsewhere, contest, rater } = await start();
      // long before every other battle of these tests
      const longAgo = 1_000_000_000_000;
      const [late, voted] = [contest.battle(0, undefined, longAgo), contest.battle(1, undefined, longAgo)];
      const later = contest.battle(0, ['stork', 'crane'], longAgo + 1);
      await contest.issue(rater, late, voted, later);
      await here.votes.append(contest.vote(voted, rater, 'a', longAgo));
      expect(await here.battles.expire(later.expiresAtMs)).toBe(1);
      expect(await here.battles.expire(later.expiresAtMs)).toBe(0);
      const given = await contest.given(rater, elsewhere);
      expect(given).toMatchObject({ votes: 1, drawn: 3, open: [openOf(later)] });
      // the three cells of the second prompt: two of its three texts were seen
      expect(goneOf(contest, given)).toBe(3);
      // a voter who sat before it all the time may still say why not
      expect(await here.battles.skip(late.id, rater, 'cannot_judge', '')).toBe(true);
    });

    it('knows the pairs of answers that have a battle, a judge’s too', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const asked = contest.battle(0, ['heron', 'stork']);
      await here.battles.issueToJudge(asked);
      await contest.issue(rater, contest.battle(1));
      const outcomeOnly = { promptKey: null, turns: null, category: null, language: null };
      await here.imports.write(
        bundleOf(contest.id, here.ids, {
          models: ['crane', 'stork'].map(importedModel),
          battles: [{ key: 'told', modelA: 'crane', modelB: 'stork', ...outcomeOnly }],
        }),
      );
      const pairs = await elsewhere.battles.pairsOf(contest.id);
      expect(pairs).toHaveLength(2);
      expect(pairs).toContainEqual({
        promptId: asked.promptId,
        models: asked.models,
        answers: asked.answers,
      });
      expect(await contest.given(rater)).toMatchObject({ drawn: 1 });
      expect(await elsewhere.battles.pairsOf(here.ids.next() as CampaignId)).toEqual([]);
      // turned, it is the same pair; with another answer of a model it is not
      await here.battles.issueToJudge(contest.battle(0, ['stork', 'heron']));
      expect(await elsewhere.battles.pairsOf(contest.id)).toHaveLength(2);
      const { answer } = await contest.answerAgain(0, 'heron', 'on second thoughts');
      const anew = contest.battle(0, ['heron', 'stork']);
      const answers = { ...anew.answers, a: answer };
      await here.battles.issueToJudge({ ...anew, answers });
      const { promptId, models } = anew;
      const more = await elsewhere.battles.pairsOf(contest.id);
      expect(more).toHaveLength(3);
      expect(more).toContainEqual({ promptId, models, answers });
    });

    it('says which of several answers a battle shows, as things stand', async () => {
      const { here, elsewhere, contest, rater } = await start();
      const first = contest.battle(0, ['heron', 'crane']);
      await contest.issue(rater, first);
      expect(await elsewhere.battles.answerPlaces(first.id)).toEqual({ a: null, b: null });
      const second = await contest.answerAgain(0, 'crane', 'on second thoughts');
      const third = await contest.answerAgain(0, 'crane', 'on third thoughts');
      const later = contest.battle(0, ['crane', 'heron']);
      const shown = { ...later, answers: { ...later.answers, a: third.answer } };
      await contest.issue(rater, shown);
      for (const stores of [here, elsewhere]) {
        expect(await stores.battles.answerPlaces(first.id)).toEqual({ a: null, b: { number: 1, of: 3 } });
        expect(await stores.battles.answerPlaces(shown.id)).toEqual({ a: { number: 3, of: 3 }, b: null });
      }
      await here.imports.undo(second.importId, AT + 1);
      expect(await elsewhere.battles.answerPlaces(shown.id)).toEqual({ a: { number: 2, of: 2 }, b: null });
      await here.imports.undo(third.importId, AT + 2);
      expect(await elsewhere.battles.answerPlaces(shown.id)).toEqual({ a: null, b: null });
      expect(await here.battles.answerPlaces(here.ids.next() as BattleId)).toEqual({ a: null, b: null });
    });

    it('remembers texts, of whatever model and prompt, until the vote on them is undone', async () => {
      const started = await start();
      const { elsewhere, here, contest, rater } = started;
      // what crane said of the first prompt, stork says of the second
      const { own } = await contest.answerAgain(1, 'stork', `crane on first of ${contest.id}?`);
      expect(own).toHaveLength(2);
      const index = pairIndexOf(await here.content.drawable(contest.id), {
        choice: 'newest',
        skipSelfNaming: false,
        skipBlank: false,
      });
      const left = async (stores: typeof here) => {
        const { seen } = await stores.battles.givenTo(contest.id, rater, index);
        const cells = Array.from({ length: index.starts.at(-1)! }, (_, cell) => cell);
        return cells.filter((cell) => !seen.has(cell)).length;
      };
      expect(await left(here)).toBe(6);
      const battle = contest.battle(0);
      await contest.issue(rater, battle);
      expect(await left(here)).toBe(6);
      const vote = contest.vote(battle, rater, 'a');
      await here.votes.append(vote);
      // one text is left to the first prompt, which is no pair, and two to the second
      for (const stores of [here, elsewhere]) expect(await left(stores)).toBe(1);
      await here.votes.undo(vote.id, AT + 1);
      expect(await left(here)).toBe(6);
    });

    it('counts a prompt with its two models as seen, with whichever answers', async () => {
      const started = await start();
      const { elsewhere, here, contest, rater } = started;
      const battle = contest.battle(0);
      const { answer } = await contest.answerAgain(0, 'crane', 'on second thoughts');
      const anew = { ...battle, answers: { ...battle.answers, a: answer } };
      await contest.issue(rater, anew);
      await here.votes.append(contest.vote(anew, rater, 'a'));
      for (const stores of [here, elsewhere])
        expect((await contest.given(rater, stores)).seen.has(cellOf(started, battle))).toBe(true);
    });
  });
}
