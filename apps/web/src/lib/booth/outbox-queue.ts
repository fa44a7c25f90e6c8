import type { CountedVote, VoterProgress } from '@agon/contract';
import type { ArenaError } from '@agon/domain';
import { type Delivery, deliveryOf } from './delivery.ts';
import { type Annotation, nextStep, type OutboxEntry, type Step, type VoteEntry } from './outbox-entry.ts';
import type { OutboxStorage } from './outbox-storage.ts';

/** What became of an entry. */
export type OutboxEvent =
  | { readonly kind: 'counted'; readonly entry: VoteEntry; readonly reply: CountedVote }
  | { readonly kind: 'progress'; readonly entry: OutboxEntry; readonly progress: VoterProgress }
  | {
      readonly kind: 'refused';
      readonly entry: OutboxEntry;
      readonly step: Step;
      readonly error: ArenaError;
    };

/** The reply of a step; only `cast` has a vote, and `annotate` has no progress. */
export type StepReply = {
  readonly counted?: CountedVote;
  readonly progress?: VoterProgress;
};

export type OutboxPorts = {
  readonly storage: OutboxStorage;
  send(entry: OutboxEntry, step: Step): Promise<StepReply>;
  /** 0..1 */
  random(): number;
  /** @returns how to call it off */
  after(ms: number, call: () => void): () => void;
  onEvent(event: OutboxEvent): void;
  /** Entries or trouble have changed. */
  onChange(): void;
};

/** Why entries stay: null while nothing stands in the way. */
export type OutboxTrouble = Exclude<Delivery, { kind: 'never' }> | null;

/** How many failures more than others something that was taken back may have, and still goes first. */
const TRIES_AHEAD = 5;

/**
 * Sends entries one at a time until each is confirmed or refused. An entry is on the device before it is sent, and
 * leaves it only after the server's answer; sending it twice is harmless, because its key stays the same.
 */
export class OutboxQueue {
  readonly #ports: OutboxPorts;
  #entries: readonly OutboxEntry[];
  #sending: string | null = null;
  #failures = 0;
  #trouble: OutboxTrouble = null;
  #cancelWait: (() => void) | null = null;
  #isKept = true;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#entries = ports.storage.load();
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  get trouble(): OutboxTrouble {
    return this.#trouble;
  }

  /** False: the device keeps nothing, and closing the page would lose what waits. */
  get isKept(): boolean {
    return this.#isKept;
  }

  add(entry: OutboxEntry): void {
    this.#put(entry);
    void this.#run();
  }

  /**
   * Takes back a vote that is not confirmed yet.
   * @returns false where it is no longer here, because it was counted or refused in the meantime
   */
  takeBack(key: string): boolean {
    const entry = this.#find(key);
    if (entry?.kind !== 'vote') return false;
    const isKnownToNobody = entry.attempts === 0 && this.#sending !== key;
    if (isKnownToNobody) this.#drop(key);
    else this.#put({ ...entry, takeBack: true });
    return true;
  }

  /** Adds reasons or a note to a vote, confirmed or not; the last annotation replaces those before it. */
  annotate(vote: VoteEntry, annotation: Annotation): void {
    const entry = this.#find(vote.key);
    this.add({ ...(entry?.kind === 'vote' ? entry : vote), annotation });
  }

  /** Tries at once: the network is back, or the voter has signed in. */
  wake(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    if (this.#trouble !== null) this.#setTrouble(null);
    void this.#run();
  }

  /** Sends nothing more from this page; entries stay on the device. */
  stop(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#trouble = { kind: 'ask' };
  }

  async #run(): Promise<void> {
    while (this.#sending === null && this.#trouble === null) {
      const entry = this.#next();
      if (entry === null) return;
      await this.#attempt(entry);
    }
  }

  /**
   * The oldest of those that were tried least; on one battle always the first. What was taken back goes before the
   * others, as the next vote to be counted makes it final; not for ever, should it fail and fail.
   */
  #next(): OutboxEntry | null {
    const battles = new Set<string>();
    const heads = this.#entries.filter(({ battle }) => !battles.has(battle) && battles.add(battle));
    const tries = (entry: OutboxEntry) =>
      entry.kind === 'vote' && entry.takeBack ? entry.attempts - TRIES_AHEAD : entry.attempts;
    return heads.sort((one, other) => tries(one) - tries(other) || one.atMs - other.atMs)[0] ?? null;
  }

  async #attempt(entry: OutboxEntry): Promise<void> {
    const step = nextStep(entry);
    if (step === null) return this.#drop(entry.key);
    this.#sending = entry.key;
    // written before it leaves: if this page dies now, the next one knows that the server may have it
    if (step === 'cast' && entry.attempts === 0) this.#put({ ...entry, attempts: 1 });
    try {
      const reply = await this.#ports.send(entry, step);
      this.#sending = null;
      this.#failures = 0;
      this.#confirm(entry, step, reply);
    } catch (error) {
      this.#sending = null;
      this.#fail(entry, step, error);
    }
  }

  #confirm(sent: OutboxEntry, step: Step, reply: StepReply): void {
    const entry = this.#find(sent.key);
    if (entry === undefined) return;
    if (entry.kind === 'vote' && step === 'cast' && reply.counted !== undefined) {
      this.#settle({ ...entry, vote: reply.counted.vote.id });
      if (!entry.takeBack) this.#ports.onEvent({ kind: 'counted', entry, reply: reply.counted });
      return;
    }
    if (entry.kind === 'vote' && step === 'annotate') {
      // what was added while this was on its way is still to be sent
      const isSame = sent.kind === 'vote' && sent.annotation === entry.annotation;
      this.#settle(isSame ? { ...entry, annotation: null } : entry);
      return;
    }
    this.#drop(entry.key);
    if (reply.progress !== undefined)
      this.#ports.onEvent({ kind: 'progress', entry, progress: reply.progress });
  }

  #settle(entry: VoteEntry): void {
    if (nextStep(entry) === null) this.#drop(entry.key);
    else this.#put(entry);
  }

  #fail(sent: OutboxEntry, step: Step, error: unknown): void {
    this.#failures += 1;
    const delivery = deliveryOf(error, this.#failures, this.#ports.random());
    const entry = this.#find(sent.key);
    if (delivery.kind === 'never') {
      this.#failures = 0;
      this.#drop(sent.key);
      // nobody waits for a vote that was taken back and then refused
      const isWanted = entry?.kind !== 'vote' || !entry.takeBack || step === 'take_back';
      if (entry !== undefined && isWanted)
        this.#ports.onEvent({ kind: 'refused', entry, step, error: delivery.error });
      return;
    }
    if (entry !== undefined) this.#put({ ...entry, attempts: entry.attempts + 1 });
    this.#setTrouble(delivery);
    if (delivery.kind === 'later')
      this.#cancelWait = this.#ports.after(delivery.waitMs, () => {
        this.#cancelWait = null;
        this.wake();
      });
  }

  #find(key: string): OutboxEntry | undefined {
    return this.#entries.find((entry) => entry.key === key);
  }

  #put(entry: OutboxEntry): void {
    const isKnown = this.#find(entry.key) !== undefined;
    this.#entries = isKnown
      ? this.#entries.map((each) => (each.key === entry.key ? entry : each))
      : [...this.#entries, entry];
    this.#isKept = this.#ports.storage.save(entry);
    this.#ports.onChange();
  }

  #drop(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#ports.storage.remove(key);
    this.#ports.onChange();
  }

  #setTrouble(trouble: OutboxTrouble): void {
    this.#trouble = trouble;
    this.#ports.onChange();
  }
}
