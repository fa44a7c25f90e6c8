/** The state of the booth in one place: votes, undo, reveal and draws each change several parts of it at once. */
import type { Client } from '@agon/client';
import type { BlindBattle, Campaign, Reveal, VoterProgress } from '@agon/contract';
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
const MAX_DRAWN = 5;
/** Names are asked for this long after the time to undo: the server's clock is not ours. */
const REVEAL_MARGIN_MS = 250;
/** Names are a courtesy: they are not asked for without end. */
const MAX_ASKED = 8;

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
  /** What was told of the battle before the last one. */
  before: Reveal | null = $state.raw(null);
  notices: readonly BoothNotice[] = $state.raw([]);
  isUndoing = $state(false);
  entries: readonly OutboxEntry[] = $state.raw([]);
  outboxTrouble: OutboxTrouble = $state.raw(null);
  isKept = $state(true);
  /** Grows each time that what is on screen is left. */
  turn = $state(0);
  /** The battle that was on screen for long enough. */
  #ripe: string | null = $state(null);

  readonly waiting = $derived(
    this.entries.filter((entry) => entry.campaign === this.campaign.slug && isWaiting(entry)).length,
  );
  readonly votes = $derived(votesGiven(this.progress, this.waiting));
  readonly battle = $derived(this.held[0] ?? null);
  /** The battle was on screen for as long as the campaign asks: a vote on it is taken. */
  readonly isRipe = $derived(this.battle !== null && this.#ripe === this.battle.id);
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

  #cancelRipening: (() => void) | null = null;
  #cancelReveal: (() => void) | null = null;
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
    this.#cancelRipening?.();
    this.#cancelReveal?.();
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

  /** Both answers of the battle on screen are painted: its time begins. */
  painted(isVisible: boolean): void {
    this.clock.restart(isVisible);
    this.#ripen();
  }

  /** Time in a hidden tab does not count, so the clock is asked again. */
  #ripen(): void {
    this.#cancelRipening?.();
    const leftMs = this.campaign.settings.min_dwell_ms - this.clock.ms;
    if (leftMs <= 0) this.#ripe = this.battle?.id ?? null;
    else this.#cancelRipening = this.#ports.after(leftMs, () => this.#ripen());
  }

  /** What is on screen changes: whatever comes is unread, the same battle as well. */
  #leave(): void {
    this.turn += 1;
    this.#cancelRipening?.();
    this.#ripe = null;
  }

  /**
   * Counts a vote on the battle on screen and shows the next one, without waiting for the network.
   * @returns null where there is none, or nobody can have read it yet
   */
  vote(outcome: Outcome): VoteEntry | null {
    const battle = this.battle;
    if (battle === null || this.screen !== 'battle' || !this.isRipe) return null;
    const entry: VoteEntry = {
      ...this.#addressed(battle),
      kind: 'vote',
      outcome,
      shownMs: this.clock.ms,
      vote: null,
      takeBack: false,
      annotation: null,
    };
    this.#cancelReveal?.();
    // what is not told yet comes with the reply to this vote
    this.before = this.last?.reveal ?? null;
    this.last = { entry, battle, vote: null, reveal: null, undoUntilMs: null };
    this.#leave();
    this.held = this.held.slice(1);
    this.#queue.add(entry);
    void this.fill();
    return entry;
  }

  skip(reason: string, note: string): void {
    const battle = this.battle;
    if (battle === null) return;
    this.#leave();
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
    if (alive[0] !== this.held[0]) this.#leave();
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
    if (count > MAX_DRAWN) return;
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
      if (event.kind === 'counted') this.#counted(event);
    }
    void this.fill();
  }

  #counted({ entry, reply: { vote, reveal, before } }: Extract<OutboxEvent, { kind: 'counted' }>): void {
    if (this.last?.entry.key === entry.key) {
      const graceMs = this.campaign.settings.undo_grace_s * 1000;
      this.last = { ...this.last, vote: vote.id, reveal, undoUntilMs: this.#ports.now() + graceMs };
      if (before !== null) this.before = before.reveal;
      if (reveal === null && this.campaign.settings.reveal) this.#revealAfter(graceMs + REVEAL_MARGIN_MS, 1);
    } else if (before !== null && before.vote === this.last?.vote) {
      // delivered in another order than given: the vote that was given last is final already
      this.#tellLast(before.reveal);
    }
  }

  /** Where no other vote follows, the names of the last one are asked for. */
  #revealAfter(waitMs: number, attempt: number): void {
    this.#cancelReveal?.();
    this.#cancelReveal = this.#ports.after(waitMs, () => void this.#askForNames(attempt));
  }

  async #askForNames(attempt: number): Promise<void> {
    const vote = this.last?.vote ?? null;
    if (vote === null) return;
    try {
      const { reveal } = await this.#ports.api('revealVote', { params: { vote } });
      if (reveal !== null && this.last?.vote === vote) this.#tellLast(reveal);
    } catch (error) {
      const delivery = deliveryOf(error, attempt, this.#ports.random());
      const isLast = this.last?.vote === vote;
      if (isLast && delivery.kind === 'later' && attempt < MAX_ASKED)
        this.#revealAfter(delivery.waitMs, attempt + 1);
    }
  }

  /** Names are told of votes only that can no longer be undone. */
  #tellLast(reveal: Reveal): void {
    if (this.last !== null) this.last = { ...this.last, reveal, undoUntilMs: this.#ports.now() };
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
    this.#cancelReveal?.();
    this.#leave();
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
