import type { CountedVote } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry, SkipEntry, Step, VoteEntry } from './outbox-entry.ts';
import { type OutboxEvent, OutboxQueue, type StepReply } from './outbox-queue.ts';

const PROGRESS = { votes: 1, quota: null, done: false, completion_code: null };

function vote(key: string, given: Partial<VoteEntry> = {}): VoteEntry {
  return {
    kind: 'vote',
    key,
    campaign: 'demo',
    battle: `battle of ${key}`,
    ticket: 't',
    atMs: Number(key.slice(1)),
    attempts: 0,
    outcome: 'a',
    shownMs: 1,
    vote: null,
    takeBack: false,
    annotation: null,
    ...given,
  };
}

const SKIP: SkipEntry = {
  kind: 'skip',
  key: 's9',
  campaign: 'demo',
  battle: 'bs',
  ticket: 't',
  atMs: 9,
  attempts: 0,
  reason: 'other',
  note: '',
};

const counted = (entry: OutboxEntry): CountedVote => ({
  vote: {
    id: `id of ${entry.key}`,
    battle: entry.battle,
    outcome: 'a',
    at: '2026-01-01T00:00:00Z',
    undo_until: '',
  },
  reveal: null,
  before: null,
  progress: PROGRESS,
});

const NO_NETWORK = new ArenaError('provider_unreachable', 'No answer.');

/** A server that answers when told to, a device, and a clock that moves by hand. */
function scene(kept: readonly OutboxEntry[] = []) {
  const device = new Map(kept.map((entry) => [entry.key, entry]));
  const sent: string[] = [];
  const events: OutboxEvent[] = [];
  const open: {
    resolve(reply: StepReply): void;
    reject(error: unknown): void;
    entry: OutboxEntry;
    step: Step;
  }[] = [];
  let timer: { ms: number; call: () => void } | null = null;
  const queue = new OutboxQueue({
    storage: {
      load: () => [...device.values()],
      save: (entry) => Boolean(device.set(entry.key, entry)),
      remove: (key) => void device.delete(key),
    },
    send: (entry, step) => {
      sent.push(`${step} ${entry.key}`);
      return new Promise((resolve, reject) => open.push({ resolve, reject, entry, step }));
    },
    random: () => 1,
    after: (ms, call) => {
      timer = { ms, call };
      return () => {
        timer = null;
      };
    },
    onEvent: (event) => events.push(event),
    onChange: () => {},
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    queue,
    device,
    sent,
    events,
    settle,
    waits: () => timer?.ms ?? null,
    async timePasses() {
      timer?.call();
      await settle();
    },
    async answer() {
      const call = open.shift();
      call?.resolve(call.step === 'cast' ? { counted: counted(call.entry) } : { progress: PROGRESS });
      await settle();
    },
    async fails(error: unknown) {
      open.shift()?.reject(error);
      await settle();
    },
  };
}

describe('OutboxQueue', () => {
  it('keeps a vote on the device until the server has counted it', async () => {
    const { queue, device, events, answer } = scene();
    queue.add(vote('v1'));
    expect(device.get('v1')).toMatchObject({ attempts: 1, vote: null });
    await answer();
    expect(device.size).toBe(0);
    expect(queue.entries).toEqual([]);
    expect(events).toMatchObject([{ kind: 'counted', reply: { vote: { id: 'id of v1' } } }]);
  });

  it('sends one at a time, the oldest first', async () => {
    const { queue, sent, answer } = scene();
    queue.add(vote('v1'));
    queue.add(vote('v2'));
    queue.add(SKIP);
    expect(sent).toEqual(['cast v1']);
    await answer();
    await answer();
    await answer();
    expect(sent).toEqual(['cast v1', 'cast v2', 'skip s9']);
    expect(queue.entries).toEqual([]);
  });

  it('waits longer each time, and goes on with the same key', async () => {
    const { queue, sent, fails, waits, timePasses, answer } = scene();
    queue.add(vote('v1'));
    await fails(NO_NETWORK);
    expect(queue.trouble).toEqual({ kind: 'later', waitMs: 1000, because: 'network' });
    expect(waits()).toBe(1000);
    await timePasses();
    await fails(NO_NETWORK);
    expect(waits()).toBe(2000);
    await timePasses();
    await answer();
    expect(sent).toEqual(['cast v1', 'cast v1', 'cast v1']);
    expect(queue.trouble).toBeNull();
    expect(queue.entries).toEqual([]);
  });

  it('takes votes while the network is gone and sends all when it is back', async () => {
    const { queue, sent, fails, settle, answer } = scene();
    queue.add(vote('v1'));
    await fails(NO_NETWORK);
    queue.add(vote('v2'));
    await settle();
    expect(sent).toEqual(['cast v1']);
    queue.wake();
    await answer();
    await answer();
    expect(queue.entries).toEqual([]);
    expect(sent.slice(1).sort()).toEqual(['cast v1', 'cast v2']);
  });

  it('sends what an earlier page left behind', async () => {
    const { queue, sent, events, answer } = scene([vote('v1', { attempts: 4 })]);
    queue.wake();
    await answer();
    expect(sent).toEqual(['cast v1']);
    expect(events).toMatchObject([{ kind: 'counted' }]);
  });

  it.each(['already_voted', 'ticket_expired', 'campaign_not_open'] as const)(
    'drops a vote that is refused with %s, and says so',
    async (code) => {
      const { queue, device, events, fails } = scene();
      queue.add(vote('v1'));
      await fails(new ArenaError(code, 'No.'));
      expect(device.size).toBe(0);
      expect(queue.trouble).toBeNull();
      expect(events).toMatchObject([{ kind: 'refused', step: 'cast', error: { code } }]);
    },
  );

  it('waits for consent without a timer, and goes on after it', async () => {
    const { queue, fails, waits, sent, answer } = scene();
    queue.add(vote('v1'));
    await fails(new ArenaError('not_signed_in', 'Who are you?'));
    expect(queue.trouble).toEqual({ kind: 'ask' });
    expect(waits()).toBeNull();
    queue.wake();
    await answer();
    expect(sent).toEqual(['cast v1', 'cast v1']);
    expect(queue.entries).toEqual([]);
  });

  it('forgets a vote that was taken back before it was ever sent', async () => {
    const { queue, device, sent, fails, settle } = scene();
    queue.add(vote('v1'));
    await fails(NO_NETWORK);
    queue.add(vote('v2'));
    expect(queue.takeBack('v2')).toBe(true);
    expect(device.has('v2')).toBe(false);
    queue.wake();
    await settle();
    expect(sent).toEqual(['cast v1', 'cast v1']);
  });

  it('sends and undoes a vote that the server may have, before the next vote on that battle', async () => {
    const { queue, sent, events, fails, answer, settle } = scene();
    queue.add(vote('v1', { battle: 'b' }));
    await fails(NO_NETWORK);
    expect(queue.takeBack('v1')).toBe(true);
    queue.add(vote('v2', { battle: 'b', outcome: 'b' }));
    queue.wake();
    await settle();
    await answer();
    await answer();
    await answer();
    expect(sent).toEqual(['cast v1', 'cast v1', 'take_back v1', 'cast v2']);
    expect(queue.entries).toEqual([]);
    expect(events.map((event) => `${event.kind} ${event.entry.key}`)).toEqual(['progress v1', 'counted v2']);
  });

  it('takes a vote back before the next vote on any battle makes it final', async () => {
    const { queue, sent, fails, answer, settle } = scene();
    queue.add(vote('v1'));
    await fails(NO_NETWORK);
    queue.add(vote('v2'));
    expect(queue.takeBack('v1')).toBe(true);
    queue.wake();
    await settle();
    for (let i = 0; i < 3; i += 1) await answer();
    expect(sent).toEqual(['cast v1', 'cast v1', 'take_back v1', 'cast v2']);
    expect(queue.entries).toEqual([]);
  });

  it('takes back a vote that is on its way', async () => {
    const { queue, sent, answer } = scene();
    queue.add(vote('v1'));
    expect(queue.takeBack('v1')).toBe(true);
    await answer();
    expect(sent).toEqual(['cast v1', 'take_back v1']);
    await answer();
    expect(queue.entries).toEqual([]);
  });

  it('says when it is too late to take back, and not when the vote was refused anyway', async () => {
    const late = scene();
    late.queue.add(vote('v1'));
    late.queue.takeBack('v1');
    await late.answer();
    await late.fails(new ArenaError('undo_expired', 'Too late.'));
    expect(late.events).toMatchObject([
      { kind: 'refused', step: 'take_back', error: { code: 'undo_expired' } },
    ]);

    const refused = scene();
    refused.queue.add(vote('v1'));
    refused.queue.takeBack('v1');
    await refused.fails(new ArenaError('ticket_expired', 'Too late.'));
    expect(refused.events).toEqual([]);
    expect(refused.queue.takeBack('v1')).toBe(false);
  });

  it('annotates after the vote is counted, with the last annotation', async () => {
    const { queue, sent, answer } = scene();
    const entry = vote('v1');
    const clear = { tags: { a: ['clear'], b: [] }, note: '' };
    const both = { tags: { a: ['clear', 'style'], b: [] }, note: 'short' };
    queue.add(entry);
    queue.annotate(entry, clear);
    await answer();
    expect(sent).toEqual(['cast v1', 'annotate v1']);
    queue.annotate(entry, both);
    await answer();
    expect(sent).toEqual(['cast v1', 'annotate v1', 'annotate v1']);
    expect(queue.entries).toMatchObject([{ vote: 'id of v1', annotation: both }]);
    await answer();
    expect(queue.entries).toEqual([]);
  });

  it('annotates a vote that was counted long ago', async () => {
    const { queue, sent, answer } = scene();
    queue.annotate(vote('v1', { vote: 'id of v1' }), { tags: { a: [], b: [] }, note: 'late' });
    await answer();
    expect(sent).toEqual(['annotate v1']);
    expect(queue.entries).toEqual([]);
  });

  it('does not let one entry that always fails hold up the others', async () => {
    const { queue, sent, fails, timePasses, answer } = scene();
    queue.add(vote('v1'));
    await fails(new ArenaError('internal', 'A bug.'));
    queue.add(vote('v2'));
    await timePasses();
    await answer();
    expect(sent).toEqual(['cast v1', 'cast v2', 'cast v1']);
  });

  it('says when the device keeps nothing', () => {
    const queue = new OutboxQueue({
      storage: { load: () => [], save: () => false, remove: () => {} },
      send: () => new Promise(() => {}),
      random: () => 1,
      after: () => () => {},
      onEvent: () => {},
      onChange: () => {},
    });
    expect(queue.isKept).toBe(true);
    queue.add(vote('v1'));
    expect(queue.isKept).toBe(false);
  });
});
