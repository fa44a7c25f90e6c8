import type {
  Asked,
  BatchFile,
  CallFault,
  ModelBatches,
  ModelClient,
  RemoteBatch,
} from '../ports/model-client.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { BatchRecord, LeasedCall, RunRecord, Settled } from '../ports/run-store.ts';
import { batchPriceShare } from './batch-rules.ts';
import { promptTokensOf } from './call-pool.ts';
import { afterFault, endsRun } from './fault-policy.ts';
import { kindOf, nonceOf } from './kinds/kind-of.ts';
import { loadMaterial } from './load-material.ts';
import { costOfTokens, priced } from './run-prices.ts';
import type { WorkPorts } from './work-ports.ts';

export type BatchStep =
  /** Something is at the provider, or the provider is away: look again then. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'stop'; readonly state: 'paused' | 'failed'; readonly why: string }
  /** No batch is open, and what is left of the run, if anything, is asked live. */
  | { readonly kind: 'live' }
  /** The run is over or paused, and nothing of it is at the provider. */
  | { readonly kind: 'over' };

/** Calls whose texts are read and rendered at once. */
const PAGE = 500;
/** Until a batch has surely ended: it has a day, and some more to be cancelled or collected. */
const BATCH_LEASE_MS = 30 * 86_400_000;
/** A call that came back from so many batches without a reply is asked live. */
const MAX_BATCHES = 3;
const FIRST_LOOK_MS = 10_000;
const LAST_LOOK_MS = 60_000;
/** Between two tries where the provider was away. */
const AGAIN_MS = 30_000;
/** Results that are stored in one transaction. */
const STORED_AT_ONCE = 256;

/** As providers say it: nothing more will happen to the batch. */
const OVER = ['completed', 'expired', 'failed', 'cancelled'];

/**
 * One step of a run that asks in batches: sends what is to be asked, looks after what was sent, stores what came back.
 * A batch is written down before it is sent and carries its number, so that whoever comes after a crash finds it; its calls
 * are leased to nobody until it has ended, and those without a reply return to the pool then.
 */
export async function workBatches(
  run: RunRecord,
  provider: ProviderRecord,
  client: ModelClient,
  deps: WorkPorts,
  signal: AbortSignal,
): Promise<BatchStep> {
  const { batches } = client;
  if (batches === undefined) return { kind: 'live' };
  const step = await deps.batches.alone(run.id, () =>
    new BatchWork(run, provider, batches, deps, signal).step(),
  );
  return step ?? { kind: 'wait', untilMs: deps.clock.now() + FIRST_LOOK_MS };
}

type Done<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'step'; readonly step: BatchStep };

class BatchWork {
  readonly #run: RunRecord;
  readonly #share: number;
  readonly #remote: ModelBatches;
  readonly #deps: WorkPorts;
  readonly #signal: AbortSignal;

  constructor(
    run: RunRecord,
    provider: ProviderRecord,
    remote: ModelBatches,
    deps: WorkPorts,
    signal: AbortSignal,
  ) {
    this.#run = run;
    this.#share = batchPriceShare(provider);
    this.#remote = remote;
    this.#deps = deps;
    this.#signal = signal;
  }

  async step(): Promise<BatchStep> {
    const { batches, clock } = this.#deps;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const batch of await batches.open(this.#run.id)) {
      const step = batch.state === 'sending' ? await this.#send(batch, null) : await this.#look(batch);
      if (step?.kind === 'stop') return step;
      if (step?.kind === 'wait') dueMs = Math.min(dueMs, step.untilMs);
    }
    if (dueMs < Number.POSITIVE_INFINITY) return { kind: 'wait', untilMs: dueMs };
    if (!(await this.#isOpen())) return { kind: 'over' };
    return this.#sendRest(clock.now());
  }

  async #isOpen(): Promise<boolean> {
    const run = await this.#deps.runs.find(this.#run.id);
    return run?.state === 'running' || run?.state === 'queued';
  }

  /** Puts everything that waits into batches. */
  async #sendRest(nowMs: number): Promise<BatchStep> {
    const { runs } = this.#deps;
    const apart: LeasedCall[] = [];
    let isSent = false;
    await runs.reclaim(this.#run.id);
    const spent = (await runs.spent(this.#run.id)) ?? 0;
    const money = {
      leftUsd: this.#run.budgetUsd === null ? null : this.#run.budgetUsd - spent,
      isSpent: false,
    };
    try {
      for (let isMore = true; isMore && !money.isSpent; ) {
        const filled = await this.#fill(nowMs, money, apart);
        isMore = filled.isMore;
        if (filled.file.calls === 0) continue;
        const batch = await this.#deps.batches.begin(
          this.#run.id,
          filled.calls,
          nowMs,
          nowMs + BATCH_LEASE_MS,
        );
        isSent = true;
        const step = await this.#send(batch, filled.file);
        if (step !== null) return step;
      }
    } finally {
      // those that no batch takes
      await this.#settle(
        apart.map((call) => ({ kind: 'again', call, fault: null, notBeforeMs: nowMs, atMs: nowMs })),
      );
    }
    if (isSent) return { kind: 'wait', untilMs: this.#deps.clock.now() + FIRST_LOOK_MS };
    if (money.isSpent) {
      const why = `What is left of the budget of ${this.#run.budgetUsd} USD may not pay for another call, were its reply as long as it may be. Resume the run with a larger one.`;
      return { kind: 'stop', state: 'paused', why };
    }
    return { kind: 'live' };
  }

  /** One file of calls; what no batch takes, or nobody can pay for, goes to `apart`. */
  async #fill(
    nowMs: number,
    money: { leftUsd: number | null; isSpent: boolean },
    apart: LeasedCall[],
  ): Promise<{ readonly file: BatchFile; readonly calls: readonly LeasedCall[]; readonly isMore: boolean }> {
    const { runs } = this.#deps;
    const kind = kindOf(this.#run);
    const file = this.#remote.newFile();
    const calls: LeasedCall[] = [];
    const leaseMs = 10 * 60_000;
    for (;;) {
      const page = await runs.lease(this.#run.id, PAGE, nowMs, nowMs + leaseMs);
      if (page.length === 0) return { file, calls, isMore: false };
      const material = await loadMaterial(kind, this.#run.campaignId, page, this.#deps);
      for (const [place, call] of page.entries()) {
        const request = kind.render(this.#run.config, call, material, nonceOf(this.#run, call));
        // a second turn needs the reply to the first
        if (request.kind !== 'chat' || request.turns.length > 1 || call.attempts > MAX_BATCHES) {
          apart.push(call);
          continue;
        }
        const mostUsd = this.#mostUsd(request);
        if (money.leftUsd !== null && mostUsd > money.leftUsd) {
          money.isSpent = true;
          apart.push(call);
          continue;
        }
        if (!file.add(call.id, request)) {
          const rest = page.slice(place);
          await this.#settle(
            rest.map((each) => ({ kind: 'again', call: each, fault: null, notBeforeMs: nowMs, atMs: nowMs })),
          );
          return { file, calls, isMore: true };
        }
        if (money.leftUsd !== null) money.leftUsd -= mostUsd;
        calls.push(call);
      }
    }
  }

  /** What a call costs whose reply is as long as it may be. */
  #mostUsd(request: Parameters<BatchFile['add']>[1]): number {
    const { prices } = this.#run;
    if (prices === null) return 0;
    const tokens = { prompt: promptTokensOf(request), cached: 0, completion: request.settings.maxTokens };
    return costOfTokens(tokens, prices, this.#share);
  }

  /**
   * Sends a batch that is written down, or finds it at the provider where somebody sent it and could not say so any more.
   * @param file null: it is made again from the batch's calls
   * @returns null: it is at the provider
   */
  async #send(batch: BatchRecord, file: BatchFile | null): Promise<BatchStep | null> {
    const { batches, clock } = this.#deps;
    const key = `${this.#run.id}/${batch.id}`;
    if (file === null) {
      const dueMs = (batch.checkedAtMs ?? Number.NEGATIVE_INFINITY) + AGAIN_MS;
      if (clock.now() < dueMs) return { kind: 'wait', untilMs: dueMs };
      const found = await this.#try(batch, this.#remote.find(key, batch.inputFile, this.#signal));
      if (found.kind === 'step') return found.step;
      if (found.value !== null) {
        await batches.noteRemote(batch.id, found.value.id, found.value.state, clock.now());
        return { kind: 'wait', untilMs: clock.now() };
      }
      if (!(await this.#isOpen())) {
        await batches.end(batch.id, 'ended', null, clock.now());
        return null;
      }
    }
    let inputFile = batch.inputFile;
    if (inputFile === null) {
      const name = `agon-${this.#run.id}-${batch.id}`;
      const content = file ?? (await this.#fileOf(batch));
      const uploaded = await this.#try(batch, this.#remote.upload(content, name, this.#signal));
      if (uploaded.kind === 'step') return uploaded.step;
      inputFile = uploaded.value;
      await batches.noteFile(batch.id, inputFile);
    }
    const made = await this.#try(batch, this.#remote.create(inputFile, key, this.#signal));
    if (made.kind === 'step') return made.step;
    await batches.noteRemote(batch.id, made.value.id, made.value.state, clock.now());
    return file === null ? { kind: 'wait', untilMs: clock.now() + FIRST_LOOK_MS } : null;
  }

  async #fileOf(batch: BatchRecord): Promise<BatchFile> {
    const kind = kindOf(this.#run);
    const file = this.#remote.newFile();
    const calls = await this.#deps.batches.callsOf(batch.id);
    for (let from = 0; from < calls.length; from += PAGE) {
      const page = calls.slice(from, from + PAGE);
      const material = await loadMaterial(kind, this.#run.campaignId, page, this.#deps);
      for (const call of page) {
        const request = kind.render(this.#run.config, call, material, nonceOf(this.#run, call));
        if (request.kind === 'chat') file.add(call.id, request);
      }
    }
    return file;
  }

  /** @returns null: it has ended */
  async #look(batch: BatchRecord): Promise<BatchStep | null> {
    const { batches, clock } = this.#deps;
    const nowMs = clock.now();
    const isOpen = await this.#isOpen();
    const dueMs = (batch.checkedAtMs ?? 0) + pauseOf(batch, nowMs);
    const isToCancel = !isOpen && !/^cancell/.test(batch.remoteState ?? '') && (await this.#isCancelled());
    if (nowMs < dueMs && !isToCancel) return { kind: 'wait', untilMs: dueMs };
    const id = batch.remoteId ?? '';
    const looked = await this.#try(batch, this.#remote.look(id, this.#signal));
    if (looked.kind === 'step') return looked.step;
    let remote = looked.value;
    if (isToCancel && !OVER.includes(remote.state)) {
      const cancelled = await this.#try(batch, this.#remote.cancel(id, this.#signal));
      if (cancelled.kind === 'step') return cancelled.step;
      remote = cancelled.value;
    }
    await batches.noteRemote(batch.id, id, remote.state, nowMs);
    if (!OVER.includes(remote.state)) return { kind: 'wait', untilMs: nowMs + pauseOf(batch, nowMs) };
    const lines = await this.#try(batch, this.#remote.collect(remote, this.#signal));
    if (lines.kind === 'step') return lines.step;
    await this.#store(batch, lines.value);
    await batches.end(
      batch.id,
      remote.state === 'completed' ? 'collected' : 'ended',
      remote.state,
      clock.now(),
    );
    return remote.state === 'failed' && isOpen
      ? { kind: 'stop', state: 'failed', why: whyFailed(remote) }
      : null;
  }

  async #isCancelled(): Promise<boolean> {
    return (await this.#deps.runs.find(this.#run.id))?.state === 'cancelled';
  }

  /** Stores what came back; of calls that have ended meanwhile, nothing. */
  async #store(
    batch: BatchRecord,
    lines: readonly { readonly callId: number; readonly asked: Asked | null }[],
  ): Promise<void> {
    const { batches, clock, feed, runs } = this.#deps;
    const { config, prices, campaignId } = this.#run;
    const kind = kindOf(this.#run);
    const calls = new Map((await batches.callsOf(batch.id)).map((call) => [call.id, call]));
    const atMs = clock.now();
    const settled = lines.flatMap(({ callId, asked }): Settled[] => {
      const call = calls.get(callId);
      if (call === undefined || asked === null) return [];
      const nonce = nonceOf(this.#run, call);
      if (asked.kind === 'reply') {
        const reply = priced(asked.reply, prices, () => 0, this.#share);
        const read = kind.read(config, call, { kind: 'reply', reply }, nonce);
        return [{ kind: 'reply', call, reply, read, atMs }];
      }
      const { fault } = asked;
      const step = afterFault(fault, call, atMs, true);
      if (step.kind === 'again') return [{ kind: 'again', call, fault, notBeforeMs: step.notBeforeMs, atMs }];
      const read = kind.read(config, call, { kind: 'fault', fault }, nonce);
      return [{ kind: 'failed', call, fault, read, atMs }];
    });
    await this.#settle(settled);
    if (campaignId === null || settled.length === 0) return;
    if (kind.lands === 'answers') await runs.publishAnswers(campaignId);
    if (kind.lands !== undefined) feed.changed(campaignId);
  }

  async #settle(settled: readonly Settled[]): Promise<void> {
    for (let from = 0; from < settled.length; from += STORED_AT_ONCE) {
      await this.#deps.runs.settle(
        this.#run,
        kindOf(this.#run).parser,
        settled.slice(from, from + STORED_AT_ONCE),
      );
    }
  }

  /** A step at the provider; where it cannot be done now, what the run should do. */
  async #try<Value>(
    batch: BatchRecord,
    tried: Promise<{ kind: 'ok'; value: Value } | { kind: 'fault'; fault: CallFault }>,
  ): Promise<Done<Value>> {
    const done = await tried;
    if (done.kind === 'ok') return done;
    const { fault } = done;
    if (fault.reason === 'refused' || fault.reason === 'too_long' || endsRun(fault)) {
      // it was never taken: its calls can be asked in another way once somebody goes on with the run
      const nowMs = this.#deps.clock.now();
      if (batch.state === 'sending') await this.#deps.batches.end(batch.id, 'ended', null, nowMs);
      // what is at the provider stays there, and is looked after once it lets us
      else await this.#deps.batches.touch(batch.id, nowMs);
      return {
        kind: 'step',
        step: { kind: 'stop', state: 'failed', why: `A batch could not be kept: ${fault.message}` },
      };
    }
    const untilMs = this.#deps.clock.now() + Math.max(AGAIN_MS, fault.retryAfterMs ?? 0);
    await this.#deps.batches.touch(batch.id, untilMs - AGAIN_MS);
    return { kind: 'step', step: { kind: 'wait', untilMs } };
  }
}

/** Young batches are looked at more often: small ones are back within minutes. */
function pauseOf({ createdAtMs }: BatchRecord, nowMs: number): number {
  return Math.min(LAST_LOOK_MS, Math.max(FIRST_LOOK_MS, (nowMs - createdAtMs) / 4));
}

function whyFailed({ failure }: RemoteBatch): string {
  return `The provider did not accept a batch${failure === null ? '' : ` (${failure})`}. Its calls were not asked; resume the run to send them again.`;
}
