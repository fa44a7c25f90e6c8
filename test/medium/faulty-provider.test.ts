import { type Asked, type ModelClient, SYSTEM_ACTOR, startJudgeRun, workRun } from '@agon/arena';
import type { RunId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { expect, it } from 'vitest';
import { seedCampaign } from '../crash/seed-campaign.ts';
import { judgesWithoutProbes } from '../crash/without-probes.ts';
import { ASKING, LATE_REPLY, RunsUnderTest } from './runs-under-test.ts';
import { VirtualTime } from './virtual-time.ts';

const CALLS = 2000;
const CONCURRENCY = 64;
const LATENCY_MS = 2000;
const TIMEOUT_MS = 30_000;

/** One attempt: when, how long it took a place, and how long the provider wants to be left alone. */
type Attempt = { readonly atMs: number; readonly heldMs: number; readonly retryAfterMs: number | null };

it('gets every verdict out of a provider that fails in half of its replies, as fast as its faults allow', async () => {
  const time = new VirtualTime();
  const chance = seededRandom('faulty provider');
  const attempts = new Map<string, Attempt[]>();
  const client: ModelClient = {
    async ask(request, signal) {
      if (request.kind !== 'chat') throw new Error('a judge run chats');
      const text = request.turns.join();
      const [nonce = ''] = /(?<=<v-)[0-9a-f]+/.exec(text) ?? [];
      const key = text.replaceAll(nonce, '');
      const { heldMs, asked } = outcome(chance.next(), chance.below(120), labelOf(key), nonce);
      const retryAfterMs = asked.kind === 'fault' ? asked.fault.retryAfterMs : null;
      attempts.set(key, [...(attempts.get(key) ?? []), { atMs: time.now(), heldMs, retryAfterMs }]);
      await time.after(heldMs, signal);
      return asked;
    },
  };
  const arena = await RunsUnderTest.open(time.now);
  try {
    await seedCampaign(arena.database, { slug: 'faulty', models: 2, prompts: CALLS / 2 });
    const ports = { ...arena.ports(), judges: judgesWithoutProbes };
    const { run } = await startJudgeRun(
      {
        ...ASKING,
        actor: SYSTEM_ACTOR,
        campaign: 'faulty',
        judge: 'pair-explain',
        model: 'scripted',
        baseUrl: 'http://127.0.0.1:9/v1',
        orders: 'both',
        limit: CALLS / 2,
        repeat: 1,
        concurrency: CONCURRENCY,
      },
      ports,
    );
    const id = run as RunId;
    const deps = {
      ...ports,
      runs: time.outside(ports.runs),
      battles: time.outside(ports.battles),
      content: time.outside(ports.content),
      providers: time.outside(ports.providers),
      modelClients: { open: async () => client },
      timers: { after: time.after },
    };
    const work = async () => {
      for (;;) {
        const result = await workRun(id, deps, new AbortController().signal);
        if (result.kind === 'finished') return;
        await time.after(result.untilMs - time.now());
      }
    };
    const beganMs = time.now();
    await time.during(work());
    const tookMs = time.now() - beganMs;

    const counts = await ports.runs.counts(id);
    expect(counts).toMatchObject({ total: CALLS, pending: 0, inFlight: 0 });
    expect(counts.done + counts.failed).toBe(CALLS);
    // a call is given up after its fourth passing fault: (0.22 / 0.7)^4 of them
    expect(counts.failed).toBeLessThan(CALLS / 50);
    expect(Object.values(counts.results).reduce((sum, count) => sum + count, 0)).toBe(CALLS);
    const [invented] = await arena.database.sql<{ count: number; scored: number }[]>`
      select (count(*) filter (where d.outcome is distinct from
        case when d.unscored in ('timeout', 'provider_error') or p.turns->>0 !~ 'prompt-[0-9]*[02468][?]' then null
          when d.slot_order = 'ab' then 'a' else 'b' end))::int as count, count(d.outcome)::int as scored
      from verdicts d join battles b on b.id = d.battle_id join prompts p on p.id = b.prompt_id where d.run_id = ${id}`;
    expect(invented?.count).toBe(0);
    expect(invented?.scored).toBeGreaterThan(0.97 * (CALLS / 2));

    const all = [...attempts.values()];
    const tooEarly = all.flatMap((tries) =>
      tries.filter(({ atMs }, i) => {
        const before = tries[i - 1];
        return before?.retryAfterMs != null && atMs < before.atMs + before.retryAfterMs;
      }),
    );
    expect(tooEarly).toEqual([]);
    const allowedMs = bestMs(all);
    process.stdout.write(
      `faulty provider: ${Math.round(tookMs / 1000)} s, its faults allow ${Math.round(allowedMs / 1000)} s; ${all.flat().length} attempts at ${CALLS} calls\n`,
    );
    expect(allowedMs / tookMs).toBeGreaterThanOrEqual(0.8);
  } finally {
    await arena.close();
  }
}, 180_000);

/** What a judge thinks depends on the battle alone; of half of them it says nothing that can be read. */
function labelOf(prompt: string): string {
  return /prompt-\d*[02468]\?/.test(prompt) ? 'A' : 'A or B';
}

/** 30 % refused for a while, 10 % errors, 5 % hang or drip, 5 % cut JSON, 2 % reset; the rest replies. */
function outcome(
  draw: number,
  seconds: number,
  label: string,
  nonce: string,
): { readonly heldMs: number; readonly asked: Asked } {
  const fault = (
    reason: 'rate_limited' | 'server_error' | 'timeout' | 'unreadable' | 'unreachable',
    heldMs: number,
    retryAfterMs: number | null = null,
  ) => ({ heldMs, asked: { kind: 'fault' as const, fault: { reason, message: reason, retryAfterMs } } });
  if (draw < 0.3) return fault('rate_limited', 50, 1000 * (1 + seconds));
  if (draw < 0.4) return fault('server_error', 50);
  if (draw < 0.45) return fault('timeout', TIMEOUT_MS);
  if (draw < 0.5) return fault('unreadable', LATENCY_MS);
  if (draw < 0.52) return fault('unreachable', 50);
  const texts = [`Because.\n<v-${nonce}>${label}</v-${nonce}>`];
  const reply = { ...LATE_REPLY, texts, reasoning: null, finishReason: 'stop', logprobs: null };
  return { heldMs: LATENCY_MS, asked: { kind: 'reply', reply: { ...reply, latencyMs: LATENCY_MS } } };
}

/** How long the same attempts take where a free place always takes the call that may be asked first. */
function bestMs(calls: readonly (readonly Attempt[])[]): number {
  const places = Array.from({ length: CONCURRENCY }, () => 0);
  const waiting = calls.map((attempts) => ({ attempts, next: 0, fromMs: 0 }));
  let endMs = 0;
  for (let left = calls.flat().length; left > 0; left -= 1) {
    const call = waiting.reduce((first, each) => (each.fromMs < first.fromMs ? each : first));
    const place = places.indexOf(Math.min(...places));
    const { heldMs, retryAfterMs } = call.attempts[call.next]!;
    const doneMs = Math.max(places[place]!, call.fromMs) + heldMs;
    places[place] = doneMs;
    endMs = Math.max(endMs, doneMs);
    call.next += 1;
    call.fromMs = call.next < call.attempts.length ? doneMs + (retryAfterMs ?? 0) : Number.POSITIVE_INFINITY;
  }
  return endMs;
}
