import type { CallFault, LeasedCall, Settled } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS } from './sample-bundle.ts';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

const UNTIL_MS = SAMPLE_MS + 1000;
const BUSY: CallFault = { reason: 'rate_limited', message: 'asked too often', retryAfterMs: null };
const GONE: CallFault = { reason: 'unreachable', message: 'nobody there', retryAfterMs: null };
const again = (call: LeasedCall, fault: CallFault | null, notBeforeMs: number): Settled => ({
  kind: 'again',
  call,
  fault,
  notBeforeMs,
  atMs: SAMPLE_MS,
});

/** The calls of a run: the truth about what is pending, whoever works on it. */
export function runCallsContract(setUp: () => Promise<JudgeSetup>): void {
  /** A run of `prompts` calls. */
  const begin = async (prompts: number) => {
    const setup = await setUp();
    const judging = await sampleJudging(setup, prompts);
    const run = judging.run();
    await setup.runs.create(run, judging.calls);
    const record = (await setup.runs.find(run.id))!;
    const settle = (...settled: Settled[]) => setup.runs.settle(record, 'test-1', settled);
    return { ...setup, ...judging, id: run.id, record, settle };
  };
  const idsOf = (calls: readonly LeasedCall[]) => calls.map(({ id }) => id).sort((x, y) => x - y);

  describe('the contract of RunStore: calls', () => {
    it('leases each call to one worker, however many ask at once and wherever', async () => {
      const { runs, elsewhere, id, battles } = await begin(12);
      const leased = await Promise.all(
        [runs, elsewhere, runs, elsewhere, runs, elsewhere].map((each) =>
          each.lease(id, 2, SAMPLE_MS, UNTIL_MS),
        ),
      );
      const all = leased.flat();
      expect(all).toHaveLength(12);
      expect(all.map(({ target }) => target).sort()).toEqual([...battles].sort());
      expect(all[0]).toMatchObject({ order: 'ab', repeat: 1, attempts: 1, faults: 0 });
    });

    it('takes a lease back when it has run out, and not before, and keeps one that is renewed', async () => {
      const { runs, elsewhere, id } = await begin(4);
      const lost = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const [kept] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await runs.renew([kept!], UNTIL_MS + 5000);
      const free = await elsewhere.lease(id, 9, UNTIL_MS - 1, UNTIL_MS + 1000);
      expect(free).toHaveLength(1);
      const again = await elsewhere.lease(id, 9, UNTIL_MS, UNTIL_MS + 1000);
      expect(idsOf(again)).toEqual(idsOf(lost));
      expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
      // who lost a lease cannot renew it
      await runs.renew(lost, UNTIL_MS + 9000);
      expect(idsOf(await runs.lease(id, 9, UNTIL_MS + 1000, UNTIL_MS + 2000))).toEqual(
        idsOf([...lost, ...free]),
      );
    });

    it('keeps a call that was given back until its time, with its fault, and says when it is due', async () => {
      const { runs, elsewhere, id, settle } = await begin(2);
      const leased = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      await settle(again(leased[0]!, BUSY, SAMPLE_MS + 500), again(leased[1]!, GONE, SAMPLE_MS + 700));
      expect((await runs.counts(id)).faults).toEqual([
        {
          reason: 'rate_limited',
          state: 'pending',
          count: 1,
          example: 'asked too often',
          lastAtMs: SAMPLE_MS,
        },
        { reason: 'unreachable', state: 'pending', count: 1, example: 'nobody there', lastAtMs: SAMPLE_MS },
      ]);
      expect(await elsewhere.nextDue(id)).toBe(SAMPLE_MS + 500);
      expect(await elsewhere.lease(id, 2, SAMPLE_MS + 499, UNTIL_MS)).toEqual([]);
      // a rate limit is no fault of the call
      expect(await elsewhere.lease(id, 2, SAMPLE_MS + 500, UNTIL_MS)).toEqual([
        {
          ...leased[0],
          attempts: 2,
          turnedAway: { atMs: SAMPLE_MS, notBeforeMs: SAMPLE_MS + 500 },
        },
      ]);
      expect(await elsewhere.lease(id, 2, SAMPLE_MS + 700, UNTIL_MS)).toEqual([
        { ...leased[1], attempts: 2, faults: 1 },
      ]);
      expect(await runs.nextDue(id)).toBe(UNTIL_MS);
    });

    it('does not give back a call that another worker has taken over', async () => {
      const { runs, elsewhere, id, settle } = await begin(1);
      const [lost] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await elsewhere.lease(id, 1, UNTIL_MS, UNTIL_MS + 1000);
      await settle(again(lost!, null, UNTIL_MS));
      expect(await runs.lease(id, 1, UNTIL_MS + 1, UNTIL_MS + 2000)).toEqual([]);
      expect(await runs.lease(id, 1, UNTIL_MS + 1000, UNTIL_MS + 2000)).toEqual([{ ...lost!, attempts: 3 }]);
    });

    it('reads one reply a call, never opens the call again, and keeps what a second reply cost', async () => {
      const { runs, elsewhere, id, record, replied, settle } = await begin(1);
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await Promise.all(
        [runs, elsewhere].map((each) =>
          each.settle(record, 'test-1', [replied(call!, 'a', { costUsd: 0.5 })]),
        ),
      );
      await elsewhere.settle(record, 'test-1', [replied(call!, 'b', { costUsd: 0.25 })]);
      await settle(again(call!, BUSY, SAMPLE_MS));
      expect(await elsewhere.lease(id, 1, UNTIL_MS + 1, UNTIL_MS + 2)).toEqual([]);
      expect(await runs.nextDue(id)).toBeNull();
      expect(await runs.counts(id)).toMatchObject({
        total: 1,
        pending: 0,
        done: 1,
        results: { a: 1 },
        faults: [],
        costUsd: 1.25,
      });
      expect(await runs.spent(id)).toBe(1.25);
    });

    it('stores many results at once, or none of them', async () => {
      const { runs, id, record, read, replied } = await begin(2);
      const [first, second] = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const broken = { ...replied(second!, 'a'), read: read({ ...second!, target: 'no battle' }, 'a') };
      await expect(runs.settle(record, 'test-1', [replied(first!, 'a'), broken])).rejects.toThrow();
      expect(await runs.counts(id)).toMatchObject({ pending: 2, done: 0, results: {}, costUsd: null });
      expect(await runs.replies(id, 0, 9)).toEqual([]);
    });

    it('gives a call up, with its reason, and asks it again when told to', async () => {
      const { runs, elsewhere, id, settle, read } = await begin(2);
      const [first, second] = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const failed = (call: LeasedCall): Settled => ({
        kind: 'failed',
        call,
        fault: GONE,
        read: read(call, 'provider_error'),
        atMs: SAMPLE_MS,
      });
      await settle(failed(first!), again(second!, GONE, SAMPLE_MS));
      expect(await runs.counts(id)).toMatchObject({
        pending: 1,
        failed: 1,
        sent: 2,
        retried: 1,
        results: { provider_error: 1 },
      });
      expect(await elsewhere.retryFailed(id)).toBe(1);
      const leased = await elsewhere.lease(id, 9, SAMPLE_MS, UNTIL_MS);
      expect(idsOf(leased)).toEqual(idsOf([first!, second!]));
      // a call that is asked for again begins anew
      expect(leased.map(({ faults }) => faults)).toEqual([0, 1]);
    });

    it('asks again, and reads again, what met one reason and nothing else', async () => {
      const { runs, elsewhere, id, settle, read, replied } = await begin(4);
      const [first, second, third, fourth] = await runs.lease(id, 4, SAMPLE_MS, UNTIL_MS);
      const failed = (call: LeasedCall, fault: CallFault): Settled => ({
        kind: 'failed',
        call,
        fault,
        read: read(call, 'refused'),
        atMs: SAMPLE_MS + 7,
      });
      await settle(
        failed(first!, GONE),
        failed(second!, BUSY),
        replied(third!, 'refused', { texts: ['no'] }),
        replied(fourth!, 'cut_off', { texts: ['so'] }),
      );
      const counts = await elsewhere.counts(id);
      // a call that was given up is no reply, though both were read as the same
      expect(counts).toMatchObject({
        results: { refused: 3, cut_off: 1 },
        replies: { refused: { count: 1, example: 'no' }, cut_off: { count: 1, example: 'so' } },
      });
      expect(counts.faults.map(({ reason, lastAtMs }) => [reason, lastAtMs])).toEqual([
        ['rate_limited', SAMPLE_MS + 7],
        ['unreachable', SAMPLE_MS + 7],
      ]);
      const labels = async (label: string) =>
        (await elsewhere.replies(id, 0, 9, label)).map(({ callId }) => callId);
      expect(await labels('refused')).toEqual([third!.id]);
      expect(await labels('tie')).toEqual([]);
      expect(await elsewhere.retryFailed(id, 'timeout')).toBe(0);
      expect(await elsewhere.retryFailed(id, 'unreachable')).toBe(1);
      expect(idsOf(await runs.lease(id, 9, SAMPLE_MS, UNTIL_MS))).toEqual([first!.id]);
      expect(await runs.counts(id)).toMatchObject({ failed: 1, pending: 1 });
    });

    it('counts many runs at once as it counts each of them', async () => {
      const { runs, elsewhere, id, calls, run: runOf, settle, replied } = await begin(3);
      const [first, second] = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      await settle(replied(first!, 'a', { costUsd: 0.5 }), again(second!, GONE, SAMPLE_MS));
      const other = runOf();
      await runs.create(other, calls.slice(0, 1));
      const found = await elsewhere.countsOf([other.id, id]);
      expect([...found.keys()]).toEqual([other.id, id]);
      expect(found.get(id)).toEqual(await runs.counts(id));
      expect(found.get(other.id)).toEqual(await runs.counts(other.id));
      expect(found.get(id)).toMatchObject({ total: 3, done: 1, retried: 1, costUsd: 0.5 });
      expect(found.get(other.id)).toMatchObject({ total: 1, done: 0, costUsd: null, faults: [] });
      expect(await elsewhere.countsOf([])).toEqual(new Map());
    });

    it('puts a scored verdict in the place of an unscored one, and not the other way round', async () => {
      const setup = await begin(1);
      const { runs, id, replied, calls, run: runOf, settle, judgeStore, campaignId, judgeId } = setup;
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await settle(replied(call!, 'refused', { texts: ['no'] }));
      expect(await runs.counts(id)).toMatchObject({
        results: { refused: 1 },
        replies: { refused: { count: 1, example: 'no', lastAtMs: SAMPLE_MS } },
      });
      const scored = () => judgeStore.scored(campaignId, judgeId, 'judge-model');
      expect(await scored()).toEqual([]);
      const second = runOf();
      await runs.create(second, calls);
      const [next] = await runs.lease(second.id, 1, SAMPLE_MS, UNTIL_MS);
      await runs.settle((await runs.find(second.id))!, 'test-1', [replied(next!, 'tie')]);
      expect(await scored()).toHaveLength(1);
      const third = runOf();
      await runs.create(third, calls);
      const [last] = await runs.lease(third.id, 1, SAMPLE_MS, UNTIL_MS);
      await runs.settle((await runs.find(third.id))!, 'test-1', [replied(last!, 'refused')]);
      expect(await scored()).toHaveLength(1);
    });

    it('counts what was asked, answered and paid, and how orders agree', async () => {
      const { runs, record, replied, calls, run: runOf, battles } = await begin(3);
      const run = runOf();
      await runs.create(run, [...calls, { ...calls[0]!, order: 'ba' }]);
      const [first, second, , mirrored] = await runs.lease(run.id, 9, SAMPLE_MS, UNTIL_MS);
      const said = { promptTokens: 100, cachedTokens: 60, completionTokens: 7, costUsd: 0.25 };
      await runs.settle({ ...record, id: run.id }, 'test-1', [
        replied(first!, 'a', said),
        replied(second!, 'b'),
        replied(mirrored!, 'a'),
      ]);
      expect(await runs.counts(run.id)).toMatchObject({
        targets: battles.length,
        total: 4,
        pending: 1,
        inFlight: 1,
        done: 3,
        sent: 3,
        retried: 0,
        results: { a: 2, b: 1 },
        promptTokens: 100,
        cachedTokens: 60,
        completionTokens: 7,
        costUsd: 0.25,
        faults: [],
      });
      const orders = [...(await runs.orderCounts(run.id))].sort((x, y) =>
        String(x.ab).localeCompare(String(y.ab)),
      );
      expect(orders).toEqual([
        { ab: 'a', ba: 'a', count: 1 },
        { ab: 'b', ba: null, count: 1 },
        { ab: null, ba: null, count: 1 },
      ]);
    });

    it('keeps a reply complete, and reads it again without asking', async () => {
      const { runs, elsewhere, id, record, replied, read, settle, judgeStore, campaignId, judgeId } =
        await begin(1);
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      const reply = {
        texts: ['first', 'second'],
        reasoning: 'hm',
        finishReason: 'length',
        logprobs: [{ token: 'A', logprob: -0.5, top: [{ token: 'B', logprob: -1 }] }],
      };
      await settle(replied(call!, 'cut_off', reply));
      const [stored] = await elsewhere.replies(id, 0, 9);
      expect(stored).toMatchObject({ target: call!.target, order: 'ab', repeat: 1, label: 'cut_off', reply });
      expect(await elsewhere.replies(id, stored!.replyId, 9)).toEqual([]);
      const scored = () => judgeStore.scored(campaignId, judgeId, 'judge-model');
      await elsewhere.reread(record, 'test-2', [{ stored: stored!, read: read(call!, 'b') }]);
      expect(await scored()).toHaveLength(1);
      expect((await runs.counts(id)).results).toEqual({ b: 1 });
      const [now] = await runs.replies(id, 0, 9);
      await elsewhere.reread(record, 'test-3', [{ stored: now!, read: read(call!, 'refused') }]);
      expect(await scored()).toEqual([]);
    });
  });
}
