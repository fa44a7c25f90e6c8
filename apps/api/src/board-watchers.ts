import type { Clock, Ports } from '@agon/arena';
import type { BoardEvent } from '@agon/contract';
import { ArenaError, type CampaignId } from '@agon/domain';
import { addressBlock } from './http/address-block.ts';
import { API_HEADERS } from './http/security-headers.ts';
import { Shares } from './http/shares.ts';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3000;
/** A busy campaign tells its watchers at most this often. */
const GATHER_MS = 1000;
const MAX_WATCHERS = 2000;
/** A reader that had to give way comes back after so long, not at once, or two would push each other out for ever. */
const GIVEN_WAY_RETRY_MS = 60_000;
/** A reader this many messages behind has gone away without saying so. */
const MAX_UNREAD = 64;

/** How many streams one client may hold; beyond, the oldest gives way. */
export type WatcherLimits = { readonly perAddress: number; readonly perSession: number };

export type Watcher = { readonly address: string; readonly userId: string | null };

type WatchersDeps = Pick<Ports, 'campaigns' | 'feed' | 'clock'> & {
  /** Measures how long ago watchers were told; `clock` says when it was. */
  readonly monotonic: Clock;
};

type Stream = {
  readonly campaign: CampaignId;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  close(): void;
};
type Channel = {
  readonly streams: Set<Stream>;
  readonly stop: () => void;
  timer: NodeJS.Timeout | null;
  toldAtMs: number;
};

const encoder = new TextEncoder();

/** Open event streams of boards. All watchers of a campaign share one subscription and one read of its counts. */
export class BoardWatchers {
  readonly #deps: WatchersDeps;
  readonly #onCount: (count: number) => void;
  readonly #limits: WatcherLimits;
  readonly #shares = new Shares<Stream>();
  readonly #channels = new Map<CampaignId, Channel>();
  #heartbeat: NodeJS.Timeout | null = null;
  #count = 0;
  #closed = false;

  constructor(deps: WatchersDeps, limits: WatcherLimits, onCount: (count: number) => void) {
    this.#deps = deps;
    this.#limits = limits;
    this.#onCount = onCount;
  }

  /** The event stream of one watcher; its first message tells the counts as they are. */
  async open(campaign: CampaignId, watcher: Watcher): Promise<Response> {
    if (this.#closed) throw new ArenaError('shutting_down', 'The server is stopping.');
    if (this.#count >= MAX_WATCHERS) {
      throw new ArenaError('rate_limited', 'Too many pages watch boards at the moment.', {
        hint: 'The board itself can still be read.',
        retryAfterMs: 30_000,
      });
    }
    const first = await this.#message(campaign);
    let stream: Stream | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stream = this.#add(campaign, controller);
          this.#makeWay(stream, watcher);
          controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n${first}`));
        },
        cancel: () => {
          if (stream !== undefined) this.#remove(campaign, stream);
        },
      },
      { highWaterMark: MAX_UNREAD },
    );
    return new Response(body, {
      headers: { ...API_HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    });
  }

  /** Ends all streams; browsers come back to the next process by themselves. */
  close(): void {
    this.#closed = true;
    for (const [campaign, { streams }] of [...this.#channels]) {
      for (const stream of [...streams]) {
        stream.close();
        this.#remove(campaign, stream);
      }
    }
  }

  #add(campaign: CampaignId, controller: ReadableStreamDefaultController<Uint8Array>): Stream {
    const stream: Stream = {
      campaign,
      controller,
      close() {
        try {
          controller.close();
        } catch {
          // the reader was gone already
        }
      },
    };
    const channel = this.#channels.get(campaign) ?? this.#subscribe(campaign);
    channel.streams.add(stream);
    this.#counted(1);
    return stream;
  }

  #makeWay(stream: Stream, { address, userId }: Watcher): void {
    const { perAddress, perSession } = this.#limits;
    const tooMany = this.#shares.take(stream, [
      ...(userId === null ? [] : [{ owner: `session ${userId}`, most: perSession }]),
      { owner: `address ${addressBlock(address)}`, most: perAddress },
    ]);
    for (const older of tooMany) {
      if ((older.controller.desiredSize ?? 0) > 0) {
        older.controller.enqueue(encoder.encode(`retry: ${GIVEN_WAY_RETRY_MS}\n\n`));
      }
      older.close();
      this.#remove(older.campaign, older);
    }
  }

  #remove(campaign: CampaignId, stream: Stream): void {
    this.#shares.giveUp(stream);
    const channel = this.#channels.get(campaign);
    if (!channel?.streams.delete(stream)) return;
    if (channel.streams.size === 0) {
      channel.stop();
      if (channel.timer !== null) clearTimeout(channel.timer);
      this.#channels.delete(campaign);
    }
    this.#counted(-1);
  }

  #counted(change: 1 | -1): void {
    this.#count += change;
    this.#onCount(this.#count);
    if (this.#count > 0 && this.#heartbeat === null) {
      this.#heartbeat = setInterval(() => this.#sendAll(': still here\n\n'), HEARTBEAT_MS);
      this.#heartbeat.unref();
    } else if (this.#count === 0 && this.#heartbeat !== null) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = null;
    }
  }

  #subscribe(campaign: CampaignId): Channel {
    const channel: Channel = {
      streams: new Set(),
      stop: this.#deps.feed.subscribe(campaign, () => this.#changed(campaign)),
      timer: null,
      toldAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#channels.set(campaign, channel);
    return channel;
  }

  #changed(campaign: CampaignId): void {
    const channel = this.#channels.get(campaign);
    if (channel === undefined || channel.timer !== null) return;
    const waitMs = Math.max(0, channel.toldAtMs + GATHER_MS - this.#deps.monotonic.now());
    channel.timer = setTimeout(() => {
      channel.timer = null;
      channel.toldAtMs = this.#deps.monotonic.now();
      this.#message(campaign).then(
        (message) => this.#send(campaign, message),
        // the database is away: watchers learn of the change with the next one
        () => {},
      );
    }, waitMs);
  }

  async #message(campaign: CampaignId): Promise<string> {
    const { votes, verdicts } = await this.#deps.campaigns.comparisonCounts(campaign);
    const at = new Date(this.#deps.clock.now()).toISOString();
    const event: BoardEvent = { votes, verdicts, at };
    return `id: ${event.votes}-${event.verdicts}\nevent: board\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #sendAll(message: string): void {
    for (const campaign of [...this.#channels.keys()]) this.#send(campaign, message);
  }

  #send(campaign: CampaignId, message: string): void {
    const bytes = encoder.encode(message);
    for (const stream of [...(this.#channels.get(campaign)?.streams ?? [])]) {
      if ((stream.controller.desiredSize ?? 0) > 0) stream.controller.enqueue(bytes);
      else {
        stream.close();
        this.#remove(campaign, stream);
      }
    }
  }
}
