import type { Client } from '@agon/client';
import type { BlindBattle, Campaign, VoterProgress } from '@agon/contract';
import { isArenaError, type Outcome } from '@agon/domain';
import { type BoothStage, boothScreen, type DrawTrouble, votesGiven } from './booth-screen.ts';
import { deliveryOf } from './delivery.ts';
import type { LastVote } from './last-vote.ts';
import { type Annotation, isWaiting, type OutboxEntry, type VoteEntry } from './outbox-entry.ts';
import { type OutboxEvent, OutboxQueue, type OutboxTrouble } from './outbox-queue.ts';
import type { OutboxStorage } from './outbox-storage.ts';
import { ReadingClock } from './reading-clock.ts';
import { sendEntry } from './send-entry.ts';

/** The battle on screen, and the next one behind it. */
const HELD = 2;
/** The most that one draw may count, those held included. */
const MOST_DRAWN = 5;

/** Something that went against the voter's expectation and needs a sentence. */
export type BoothNotice = {
  readonly id: number;
  readonly kind: 'vote_refused' | 'undo_refused' | 'undo_unreachable';
  /** Code of the refusal. */
  readonly code: string;
};

export type BoothPorts = {
  readonly api: Client;
  readonly storage: OutboxStorage;
  /** Milliseconds since 1970. */
  /** Token of the link by which the voter came; null: none. */
  readonly invitation?: string | null;
  now(): number;
  /** Milliseconds that never go back. */
  elapsed(): number;
  random(): number;
  newKey(): string;
  after(ms: number, call: () => void): () => void;
};

/** Everything that the booth knows between two pages. Components show it and call its verbs. */
export class Booth {
  readonly campaign: Campaign;
  readonly clock: ReadingClock;
  readonly #ports: BoothPorts;
  readonly #queue: OutboxQueue;
  readonly #needsAccount: boolean;

  stage: BoothStage = $state('unknown');
  held: readonly BlindBattle[] = $state.raw([]);
  progress: VoterProgress | null = $state.raw(null);
  exhausted = $state(false);
  trouble: DrawTrouble | null = $state(null);
  last: LastVote | null = $state.raw(null);
  notices: readonly BoothNotice[] = $state.raw([]);
  isUndoing = $state(false);
  entries: readonly OutboxEntry[] = $state.raw([]);
  outboxTrouble: OutboxTrouble = $state.raw(null);
  isKept = $state(true);

  readonly waiting = $derived(
    this.entries.filter((entry) => entry.campaign === this.campaign.slug && isWaiting(entry)).length,
  );
  readonly votes = $derived(votesGiven(this.progress, this.waiting));
  readonly battle = $derived(this.held[0] ?? null);
  readonly screen = $derived.by(() =>
    boothScreen({
      isOpen: this.campaign.state === 'open',
      needsAccount: this.#needsAccount,
      stage: this.stage,
      held: this.held.length,
      progress: this.progress,
      waiting: this.waiting,
      exhausted: this.exhausted,
      trouble: this.trouble,
    }),
  );

  readonly #receivedMs = new Map<string, number>();
  #isDrawing = false;
  #drawFailures = 0;
  #cancelDraw: (() => void) | null = null;
  #asked = 0;
  #answered = 0;
  #nextNotice = 1;

  constructor(campaign: Campaign, needsAccount: boolean, stage: BoothStage, ports: BoothPorts) {
    this.campaign = campaign;
    this.#needsAccount = needsAccount;
    this.stage = stage;
    this.#ports = ports;
    this.clock = new ReadingClock(ports.elapsed);
    this.#queue = new OutboxQueue({
      storage: ports.storage,
      send: (entry, step) => sendEntry(ports.api, entry, step),
      random: ports.random,
      after: ports.after,
      onEvent: (event) => this.#hear(event),
      onChange: () => this.#mirror(),
    });
    this.#mirror();
  }

  /** The page stands: send what an earlier page left behind, and ask whether this voter is known. */
  start(): void {
    this.#queue.wake();
    if (this.stage !== 'welcome') void this.fill();
  }

  stop(): void {
    this.#cancelDraw?.();
    this.#queue.stop();
  }

  /** The network is back, or the voter asks to try again. */
  wake(): void {
    this.#queue.wake();
    this.#cancelDraw?.();
    if (this.stage !== 'welcome') void this.fill();
  }

  /** @throws ArenaError where the server refuses or does not answer */
  async consent(language: string, next: BoothStage): Promise<void> {
    const reply = await this.#ports.api('giveConsent', {
      params: { campaign: this.campaign.slug },
      body: {
        version: this.campaign.settings.consent_version,
        language,
        invitation: this.#ports.invitation ?? null,
      },
    });
    this.progress = reply.progress;
    this.stage = next;
    this.wake();
  }

  finishPractice(): void {
    this.stage = 'voting';
    void this.fill();
  }

  /** Counts a vote on the battle on screen and shows the next one, without waiting for the network. */
  vote(outcome: Outcome): VoteEntry | null {
    const battle = this.battle;
    if (battle === null || this.screen !== 'battle') return null;
    const entry: VoteEntry = {
      ...this.#addressed(battle),
      kind: 'vote',
      outcome,
      shownMs: this.clock.ms,
      vote: null,
      takeBack: false,
      annotation: null,
    };
    this.last = { entry, battle, vote: null, reveal: null, undoUntilMs: null };
    this.held = this.held.slice(1);
    this.#queue.add(entry);
    void this.fill();
    return entry;
  }

  skip(reason: string, note: string): void {
    const battle = this.battle;
    if (battle === null) return;
    this.held = this.held.slice(1);
    this.#queue.add({ ...this.#addressed(battle), kind: 'skip', reason, note });
    void this.fill();
  }

  /** Takes the last vote back; its battle is shown again. @returns whether it came back */
  async undo(): Promise<boolean> {
    const last = this.last;
    if (last === null || this.isUndoing) return false;
    if (last.vote === null) {
      if (!this.#queue.takeBack(last.entry.key)) return false;
      this.#bringBack(last);
      return true;
    }
    this.isUndoing = true;
    const ask = this.#ask();
    try {
      const reply = await this.#ports.api('undoVote', { params: { vote: last.vote } });
      this.#learn(ask, reply.progress);
      this.#bringBack(last);
      return true;
    } catch (error) {
      const code = isArenaError(error) ? error.code : 'internal';
      const isAnswer = isArenaError(error) && error.kind === 'rejected';
      this.#notify(isAnswer ? 'undo_refused' : 'undo_unreachable', code);
      return false;
    } finally {
      this.isUndoing = false;
    }
  }

  /** Adds reasons or a note to a vote that was given. */
  annotate(last: LastVote, annotation: Annotation): void {
    const entry = { ...last.entry, annotation };
    if (this.last?.entry.key === entry.key) this.last = { ...this.last, entry };
    this.#queue.annotate({ ...entry, vote: last.vote }, annotation);
  }

  /** After a long absence: battles whose time is over go, and fresh ones come. */
  dropExpired(): void {
    const oldest = this.#ports.now() - this.campaign.settings.battle_ttl_s * 1000;
    const alive = this.held.filter(({ id }) => (this.#receivedMs.get(id) ?? oldest) > oldest);
    if (alive.length === this.held.length) return;
    this.held = alive;
    void this.fill();
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** Draws until two battles are held. Says nothing where it cannot: `trouble` does. */
  async fill(): Promise<void> {
    const isFull = this.held.length >= HELD || this.exhausted || this.progress?.done === true;
    if (this.#isDrawing || isFull || this.#needsAccount || this.campaign.state !== 'open') return;
    const away = new Set(this.entries.map((entry) => entry.battle));
    const holding = [...new Set([...this.held.map((battle) => battle.id), ...away])];
    const count = HELD - this.held.length + holding.length;
    // too many on their way to be named in one draw: their answers come first, and draw again
    if (count > MOST_DRAWN) return;
    this.#isDrawing = true;
    let hasMore = false;
    const ask = this.#ask();
    try {
      const drawn = await this.#ports.api('drawBattles', {
        params: { campaign: this.campaign.slug },
        body: { count, holding },
      });
      this.#drawFailures = 0;
      this.trouble = null;
      if (this.stage === 'unknown') this.stage = 'voting';
      this.#learn(ask, drawn.progress);
      this.exhausted = drawn.exhausted;
      const known = new Set([...this.held.map(({ id }) => id), ...this.entries.map(({ battle }) => battle)]);
      const fresh = drawn.battles.filter(({ id }) => !known.has(id));
      for (const { id } of fresh) this.#receivedMs.set(id, this.#ports.now());
      this.held = [...this.held, ...fresh];
      hasMore = fresh.length > 0;
    } catch (error) {
      this.#drawFailed(error);
    } finally {
      this.#isDrawing = false;
    }
    // one that was voted on in the meantime has left a place
    if (hasMore) void this.fill();
  }

  #drawFailed(error: unknown): void {
    this.#drawFailures += 1;
    const delivery = deliveryOf(error, this.#drawFailures, this.#ports.random());
    if (delivery.kind === 'ask') {
      this.stage = 'welcome';
      return;
    }
    if (delivery.kind === 'never') {
      this.trouble = delivery.error.code === 'campaign_not_open' ? 'closed' : 'refused';
      return;
    }
    const WHY = { network: 'offline', server: 'server', rate: 'rate' } as const;
    this.trouble = WHY[delivery.because];
    this.#cancelDraw?.();
    this.#cancelDraw = this.#ports.after(delivery.waitMs, () => void this.fill());
  }

  #hear(event: OutboxEvent): void {
    const isOurs = event.entry.campaign === this.campaign.slug;
    if (event.kind === 'refused') {
      this.#refused(event);
    } else if (isOurs) {
      const progress = event.kind === 'counted' ? event.reply.progress : event.progress;
      this.#learn(this.#ask(), progress);
      if (event.kind === 'counted' && this.last?.entry.key === event.entry.key) {
        const graceMs = this.campaign.settings.undo_grace_s * 1000;
        const { vote, reveal } = event.reply;
        this.last = { ...this.last, vote: vote.id, reveal, undoUntilMs: this.#ports.now() + graceMs };
      }
    }
    void this.fill();
  }

  #refused({ entry, step, error }: Extract<OutboxEvent, { kind: 'refused' }>): void {
    if (step === 'cast') {
      if (this.last?.entry.key === entry.key) this.last = null;
      if (error.code === 'campaign_not_open') this.trouble = 'closed';
      this.#notify('vote_refused', error.code);
    } else if (step === 'take_back') {
      this.held = this.held.filter((battle) => battle.id !== entry.battle);
      this.#notify('undo_refused', error.code);
    }
  }

  #bringBack(last: LastVote): void {
    this.held = [last.battle, ...this.held.filter((battle) => battle.id !== last.battle.id)];
    this.last = null;
  }

  #notify(kind: BoothNotice['kind'], code: string): void {
    this.notices = [...this.notices.slice(-2), { id: this.#nextNotice, kind, code }];
    this.#nextNotice += 1;
  }

  #addressed(battle: BlindBattle) {
    return {
      key: this.#ports.newKey(),
      campaign: this.campaign.slug,
      battle: battle.id,
      ticket: battle.ticket,
      atMs: this.#ports.now(),
      attempts: 0,
    };
  }

  #ask(): number {
    this.#asked += 1;
    return this.#asked;
  }

  /** An answer to an older question than the last answered one says less than is known. */
  #learn(ask: number, progress: VoterProgress): void {
    if (ask < this.#answered) return;
    this.#answered = ask;
    this.progress = progress;
  }

  #mirror(): void {
    this.entries = this.#queue.entries;
    this.outboxTrouble = this.#queue.trouble;
    this.isKept = this.#queue.isKept;
  }
}
