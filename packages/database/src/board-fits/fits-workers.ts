import type { BoardAnswer, BoardAnswers, BoardQuestion } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { FitsWorker } from './fits-worker.ts';

type Member = {
  readonly worker: FitsWorker;
  /** When each campaign that it keeps was asked for. */
  readonly campaigns: Map<CampaignId, number>;
};

/** Beyond, campaigns share: a thread takes some 60 MB and three connections before it has read anything. */
const MAX_WORKERS = 4;
/** Who was not asked for so long gives its memory back; it loads again when asked again. */
const IDLE_MS = 20 * 60_000;

/**
 * Threads that answer, each for campaigns of its own: while one fits a large board, boards of other campaigns do not wait.
 * A campaign stays with its thread, which keeps its comparisons; a new one gets a thread of its own while there are few,
 * then the one that has the fewest.
 */
export class FitsWorkers {
  readonly #url: string;
  readonly #thread: URL | undefined;
  readonly #members: Member[] = [];
  readonly #idleMs: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param url of the database, postgres://… */
  constructor(
    url: string,
    options: { readonly thread?: URL | undefined; readonly idleMs?: number | undefined } = {},
  ) {
    this.#url = url;
    this.#thread = options.thread;
    this.#idleMs = options.idleMs ?? IDLE_MS;
  }

  /** Threads that were started and not stopped. */
  get count(): number {
    return this.#members.length;
  }

  ask(campaign: CampaignId, question: BoardQuestion): Promise<BoardAnswer<keyof BoardAnswers>> {
    const member = this.#memberOf(campaign);
    member.campaigns.set(campaign, performance.now());
    this.#timer ??= setInterval(() => this.#stopIdle(), Math.min(60_000, this.#idleMs)).unref();
    return member.worker.ask(campaign, question);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#members.map(({ worker }) => worker.close()));
  }

  #memberOf(campaign: CampaignId): Member {
    const own = this.#members.find(({ campaigns }) => campaigns.has(campaign));
    if (own !== undefined) return own;
    if (this.#members.length < MAX_WORKERS) {
      const member = { worker: new FitsWorker(this.#url, this.#thread), campaigns: new Map() };
      this.#members.push(member);
      return member;
    }
    return this.#members.reduce((least, member) =>
      member.campaigns.size < least.campaigns.size ? member : least,
    );
  }

  #stopIdle(): void {
    const since = performance.now() - this.#idleMs;
    for (const member of [...this.#members]) {
      const { worker, campaigns } = member;
      if (worker.isBusy || [...campaigns.values()].some((askedAtMs) => askedAtMs > since)) continue;
      this.#members.splice(this.#members.indexOf(member), 1);
      void worker.close();
    }
  }
}
