import { createHash } from 'node:crypto';
import type { ExportedVote, NewVote } from '@agon/arena';
import type { BattleId, VoteId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { allOf } from './all-of.ts';
import { AT, makeContest, type TwoArenas } from './contest.ts';

/** Every hash of a chain, made from the facts alone. */
function chainOf(votes: readonly ExportedVote[]): string[] {
  let link = '0'.repeat(64);
  return votes.map((vote, i) => {
    const facts = [link, i + 1, vote.id, vote.battle, vote.rater, vote.firstOutcome, Date.parse(vote.at!)];
    link = createHash('sha256').update(facts.join('\n')).digest('hex');
    return link;
  });
}

export function voteStoreContract(setUp: () => TwoArenas): void {
  async function start() {
    const arenas = setUp();
    const contest = await makeContest(arenas);
    const rater = await contest.voter();
    const battles = [contest.battle(0), contest.battle(1)] as const;
    await contest.issue(rater, ...battles);
    return { ...arenas, contest, rater, battles };
  }
  const storedOf = ({ id, battleId, raterId, campaignId, outcome, revealed, atMs }: NewVote) => ({
    id,
    battleId,
    raterId,
    campaignId,
    outcome,
    revealed,
    atMs,
  });

  describe('the contract of VoteStore', () => {
    it('names the models of a counted vote, and finds it everywhere', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const vote = contest.vote(battles[0], rater, 'b');
      expect(await here.votes.append(vote)).toEqual({
        kind: 'appended',
        vote: storedOf(vote),
        models: { a: 'crane', b: 'heron' },
        votesOfRater: 1,
        before: null,
      });
      for (const stores of [here, elsewhere]) {
        expect(await stores.votes.find(vote.id)).toEqual({
          ...storedOf(vote),
          undone: false,
          canUndo: true,
        });
        expect(await stores.votes.findByKey(rater, vote.idempotencyKey)).toEqual(storedOf(vote));
        expect(await stores.votes.countOf(rater, contest.id)).toBe(1);
      }
      expect(await here.votes.findByKey(await contest.voter(), vote.idempotencyKey)).toBeNull();
      expect(await here.votes.find(here.ids.next() as VoteId)).toBeNull();
      expect(await here.votes.find('no identifier' as VoteId)).toBeNull();
    });

    it('answers a request that comes again, to any process, with its first vote', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const vote = contest.vote(battles[0], rater, 'a');
      const again = Array.from({ length: 5 }, (_, i) => ({
        ...contest.vote(battles[0], rater, 'a', AT + i),
        idempotencyKey: vote.idempotencyKey,
      }));
      const results = await Promise.all(
        [vote, ...again].map((each, i) => (i % 2 === 0 ? here : elsewhere).votes.append(each)),
      );
      expect(results.map((result) => result.kind).sort()).toEqual(['appended', ...Array(5).fill('replayed')]);
      const told = results.flatMap((result) => ('vote' in result ? [JSON.stringify(result.vote)] : []));
      expect(new Set(told).size).toBe(1);
      expect(await elsewhere.votes.countOf(rater, contest.id)).toBe(1);
    });

    it('counts one vote on a battle, one battle for a key, and none on a skipped one', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const vote = contest.vote(battles[0], rater, 'a');
      await here.votes.append(vote);
      const others = await contest.voter();
      const theirs = contest.battle(0);
      await contest.issue(others, theirs);
      const results = await Promise.all([
        here.votes.append(contest.vote(battles[0], rater, 'b')),
        here.votes.append({ ...contest.vote(battles[1], rater, 'b'), idempotencyKey: vote.idempotencyKey }),
        // what is refused beside it does it no harm
        here.votes.append(contest.vote(theirs, others, 'tie')),
        elsewhere.votes.append(contest.vote(battles[0], rater, 'b')),
      ]);
      expect(results.map((result) => result.kind)).toEqual(['conflict', 'conflict', 'appended', 'conflict']);
      await here.battles.skip(battles[1].id, rater, 'cannot_judge', '');
      expect(await here.votes.append(contest.vote(battles[1], rater, 'b'))).toEqual({ kind: 'conflict' });
      expect(await here.votes.find(vote.id)).toMatchObject({ outcome: 'a' });
      expect(await here.votes.countOf(rater, contest.id)).toBe(1);
    });

    it('knows no battle of another voter, of another campaign, or of nobody', async () => {
      const { here, contest, rater, battles, campaign } = await start();
      const vote = contest.vote(battles[0], rater, 'a');
      const other = await campaign();
      for (const wrong of [
        { ...vote, raterId: await contest.voter() },
        { ...vote, campaignId: other },
        { ...vote, battleId: here.ids.next() as BattleId },
      ])
        expect(await here.votes.append(wrong)).toEqual({ kind: 'unknown_battle' });
      expect(await allOf(here.exports.votes(contest.id))).toEqual([]);
      expect(await here.votes.append(vote)).toMatchObject({ kind: 'appended', votesOfRater: 1 });
    });

    it('tells a voter’s votes that come at once in their order', async () => {
      const { here, contest, rater, battles } = await start();
      const counts = await Promise.all(
        battles.map((battle) => here.votes.append(contest.vote(battle, rater, 'a'))),
      );
      expect(counts).toMatchObject([{ votesOfRater: 1 }, { votesOfRater: 2 }]);
    });

    it('takes a vote back once, whoever asks, and not again when it is delivered late', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const [kept, vote] = battles.map((battle) => contest.vote(battle, rater, 'a'));
      await here.votes.append(kept!);
      await here.votes.append(vote!);
      const undone = await Promise.all(
        [here, elsewhere, here].map((stores) => stores.votes.undo(vote!.id, AT + 1)),
      );
      expect(undone).toEqual([true, true, true]);
      expect(await here.votes.undo(here.ids.next() as VoteId, AT + 1)).toBe(false);
      expect(await elsewhere.votes.find(vote!.id)).toEqual({
        ...storedOf(vote!),
        undone: true,
        canUndo: false,
      });
      expect(await elsewhere.votes.append(vote!)).toEqual({ kind: 'conflict' });
      expect(await here.votes.countOf(rater, contest.id)).toBe(1);
    });

    it('recasts an undone vote under its own name', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const first = contest.vote(battles[0], rater, 'a');
      await here.votes.append(first);
      await here.votes.undo(first.id, AT + 1);
      const second = contest.vote(battles[0], rater, 'tie', AT + 2);
      const stands = { ...storedOf(first), outcome: 'tie', atMs: AT + 2 };
      const models = { a: 'crane', b: 'heron' };
      const recast = await elsewhere.votes.append(second);
      expect(recast).toEqual({ kind: 'appended', vote: stands, models, votesOfRater: 1, before: null });
      expect(await here.votes.append(second)).toEqual({ ...recast, kind: 'replayed' });
      expect(await here.votes.append(first)).toEqual({ kind: 'conflict' });
      expect(await here.votes.find(first.id)).toEqual({ ...stands, undone: false, canUndo: true });
      for (const { idempotencyKey } of [first, second])
        expect(await here.votes.findByKey(rater, idempotencyKey)).toMatchObject({ id: first.id });
      await here.votes.undo(first.id, AT + 3);
      expect(await elsewhere.votes.find(first.id)).toMatchObject({ undone: true });
    });

    it('makes a vote final with the next one, in whatever batch and process that comes, and says which', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const [first, second] = battles.map((battle) => contest.vote(battle, rater, 'a'));
      const models = { a: 'crane', b: 'heron' };
      const firstIsFinal = { id: first!.id, battleId: first!.battleId, models };
      const together = await Promise.all([first!, second!].map((vote) => here.votes.append(vote)));
      expect(together).toMatchObject([{ before: null }, { before: firstIsFinal }]);
      expect(await elsewhere.votes.append(second!)).toMatchObject({ kind: 'replayed', before: null });
      for (const stores of [here, elsewhere]) {
        expect(await stores.votes.find(first!.id)).toMatchObject({ canUndo: false });
        expect(await stores.votes.undo(first!.id, AT + 1)).toBe(false);
      }
      expect(await here.votes.find(first!.id)).toMatchObject({ undone: false });
      // one that was undone is followed by nothing; the vote on it anew is
      const third = contest.battle(0, ['crane', 'stork']);
      await contest.issue(rater, third);
      expect(await elsewhere.votes.undo(second!.id, AT + 1)).toBe(true);
      expect(await elsewhere.votes.append(contest.vote(third, rater, 'b'))).toMatchObject({ before: null });
      const recast = await here.votes.append(contest.vote(battles[1], rater, 'b', AT + 2));
      expect(recast).toMatchObject({ before: { battleId: third.id, models: { a: 'crane', b: 'stork' } } });
      const fourth = contest.battle(1, ['crane', 'stork']);
      await contest.issue(rater, fourth);
      const last = await here.votes.append(contest.vote(fourth, rater, 'b'));
      expect(last).toMatchObject({ before: { id: second!.id, battleId: battles[1].id, models } });
    });

    it('either undoes a vote or tells its names, never both', async () => {
      const { here, elsewhere, contest } = await start();
      for (let i = 0; i < 12; i += 1) {
        const rater = await contest.voter();
        const [one, next] = [contest.battle(0), contest.battle(1)];
        await contest.issue(rater, one, next);
        const vote = contest.vote(one, rater, 'a');
        await here.votes.append(vote);
        const telling = i % 2 === 0 ? elsewhere.votes.settle(vote.id) : null;
        const following =
          telling === null ? elsewhere.votes.append(contest.vote(next, rater, 'b', AT + 1)) : null;
        const [undone, settled, followed] = await Promise.all([
          here.votes.undo(vote.id, AT + 1),
          telling,
          following,
        ]);
        const isTold =
          telling === null
            ? followed !== null && 'before' in followed && followed.before !== null
            : !settled!.undone;
        expect(isTold).toBe(!undone);
        expect(await here.votes.undo(vote.id, AT + 2)).toBe(undone);
      }
    });

    it('leaves a vote out that was changed after its names were shown, from what others said too', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const told = { ...contest.vote(battles[0], rater, 'a'), revealed: true };
      await here.votes.append(told);
      await here.votes.undo(told.id, AT + 1);
      await elsewhere.votes.append({ ...contest.vote(battles[0], rater, 'b', AT + 2), revealed: false });
      const blind = contest.vote(battles[1], rater, 'a');
      await here.votes.append(blind);
      await here.votes.undo(blind.id, AT + 3);
      await here.votes.append({ ...contest.vote(battles[1], rater, 'tie', AT + 4), revealed: true });
      const exported = await allOf(here.exports.votes(contest.id));
      expect(exported.map(({ outcome, undone, excluded }) => ({ outcome, undone, excluded }))).toEqual([
        { outcome: 'b', undone: false, excluded: 'changed_after_reveal' },
        { outcome: 'tie', undone: false, excluded: null },
      ]);
      const nobody = { a: 0, b: 0, tie: 0, both_bad: 0 };
      const other = await contest.voter();
      expect(await here.votes.othersOn(battles[0].id, other)).toEqual(nobody);
      expect(await here.votes.othersOn(battles[1].id, other)).toEqual({ ...nobody, tie: 1 });
    });

    it('names the models of a vote', async () => {
      const { here, elsewhere, contest, rater, battles } = await start();
      const vote = contest.vote(battles[0], rater, 'a');
      await here.votes.append(vote);
      expect(await elsewhere.votes.modelsOf(vote.id)).toEqual({ a: 'crane', b: 'heron' });
      expect(await here.votes.modelsOf(here.ids.next() as VoteId)).toBeNull();
    });

    it('notes tags and words without touching the vote', async () => {
      const { here, contest, rater, battles } = await start();
      const vote = contest.vote(battles[0], rater, 'a');
      await here.votes.append(vote);
      await here.votes.undo(vote.id, AT + 1);
      const tags = { a: ['clear'], b: [] };
      await here.votes.annotate(vote.id, { tags, note: 'ü "quoted"' }, AT + 2);
      expect(await here.votes.find(vote.id)).toEqual({
        ...storedOf(vote),
        undone: true,
        canUndo: false,
      });
      expect(await allOf(here.exports.votes(contest.id))).toMatchObject([{ tags, note: 'ü "quoted"' }]);
    });

    it('links the votes of all processes in one chain, which no revision breaks', async () => {
      const { here, elsewhere, contest } = await start();
      const stores = [here, elsewhere];
      const cast = await Promise.all(
        Array.from({ length: 8 }, async (_, i) => {
          const rater = await contest.voter();
          const drawn = [contest.battle(0), contest.battle(1)];
          await contest.issue(rater, ...drawn);
          const votes = drawn.map((battle) => contest.vote(battle, rater, 'a', AT + i));
          for (const [v, vote] of votes.entries()) await stores[(i + v) % 2]!.votes.append(vote);
          return votes;
        }),
      );
      const { id, raterId } = cast[0]![0]!;
      const battle = { ...contest.battle(0), id: cast[0]![0]!.battleId };
      await elsewhere.votes.undo(id, AT + 1);
      await here.votes.append(contest.vote(battle, raterId, 'both_bad', AT + 2));
      const chain = await allOf(here.exports.votes(contest.id));
      expect(chain.map((vote) => vote.seq)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
      expect(chain.map((vote) => vote.id).sort()).toEqual(
        cast
          .flat()
          .map((vote) => vote.id as string)
          .sort(),
      );
      expect(chain.map((vote) => vote.hash)).toEqual(chainOf(chain));
    });

    it('says how others voted on the same two answers, in the slots of this battle', async () => {
      const { here, contest, rater, battles } = await start();
      await here.votes.append(contest.vote(battles[0], rater, 'both_bad'));
      const turned = ['heron', 'crane'];
      await contest.cast(contest.battle(0), 'a');
      await contest.cast(contest.battle(0, turned), 'b');
      await contest.cast(contest.battle(0, turned), 'a');
      await contest.cast(contest.battle(0, turned), 'tie');
      // another prompt, another pair
      await contest.cast(contest.battle(1), 'tie');
      await contest.cast(contest.battle(0, ['crane', 'stork']), 'tie');
      // another answer of one of the two
      const { answer } = await contest.answerAgain(0, 'crane', 'on second thoughts');
      const anew = contest.battle(0);
      await contest.cast({ ...anew, answers: { ...anew.answers, a: answer } }, 'both_bad');
      const undone = await contest.cast(contest.battle(0), 'both_bad');
      await here.votes.undo(undone.id, AT + 1);
      const changed = contest.battle(0, turned);
      const before = await contest.cast(changed, 'tie');
      await here.votes.undo(before.id, AT + 1);
      await here.votes.append(contest.vote(changed, before.raterId, 'a', AT + 2));
      // crane is better: a, turned b; heron is better: turned a twice, once recast
      expect(await here.votes.othersOn(battles[0].id, rater)).toEqual({ a: 2, b: 2, tie: 1, both_bad: 0 });
    });
  });
}
