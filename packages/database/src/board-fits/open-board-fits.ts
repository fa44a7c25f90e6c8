import type { BoardAnswer, BoardAnswers, BoardFeed, BoardFits, BoardQuestion, Freshness } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { FitsWorkers } from './fits-workers.ts';

type Answer = BoardAnswer<keyof BoardAnswers>;
/** One question of one campaign. */
type Line = {
  readonly campaign: CampaignId;
  readonly question: BoardQuestion;
  /** The last answer, for those who do not wait. */
  kept: Answer | null;
  running: Promise<Answer> | null;
  /** Begins when `running` ends; whoever asks until then shares it. */
  next: Promise<Answer> | null;
  askedAtMs: number;
};

/** How long a reader waits for the newest board before the one before it is good enough. */
const PATIENCE_MS = 1000;
/** Answers that are kept; one of 300 models takes some 7 MB. */
const MAX_LINES = 30;
/** A board is fitted again by itself, at most this often, while somebody read it within the last minutes. */
const REFRESH_MS = 1000;
const READ_LATELY_MS = 10 * 60_000;

/**
 * Boards fitted in threads of their own, which keep their own connections and columns: the thread that answers requests
 * neither reads comparisons nor waits for a fit, and no campaign for another one's (see `FitsWorkers`).
 * @param url of the database, postgres://…
 * @param options.feed announces changes: boards that people read are then fitted before they ask
 */
export function openBoardFits(
  url: string,
  options: {
    readonly feed?: BoardFeed;
    readonly patienceMs?: number;
    /** A thread that has been idle for this long is stopped. */
    readonly idleMs?: number;
    /** Replaced in tests. */
    readonly thread?: URL;
  } = {},
): BoardFits & { close(): Promise<void> } {
  const workers = new FitsWorkers(url, options);
  /** Least recently asked for first. */
  const lines = new Map<string, Line>();
  const watched = new Map<CampaignId, () => void>();
  const timers = new Map<CampaignId, NodeJS.Timeout>();

  function lineOf(campaign: CampaignId, question: BoardQuestion): Line {
    const key = JSON.stringify([campaign, question]);
    const line = lines.get(key) ?? {
      campaign,
      question,
      kept: null,
      running: null,
      next: null,
      askedAtMs: Number.NEGATIVE_INFINITY,
    };
    lines.delete(key);
    lines.set(key, line);
    if (lines.size > MAX_LINES) {
      for (const [old, { running }] of lines) {
        if (running !== null) continue;
        lines.delete(old);
        break;
      }
    }
    return line;
  }

  function start(line: Line): Promise<Answer> {
    const asked = workers.ask(line.campaign, line.question).then((answer) => {
      line.kept = answer;
      return answer;
    });
    line.running = asked;
    const end = () => {
      if (line.running === asked) line.running = null;
    };
    asked.then(end, end);
    return asked;
  }

  /** What is running may have read before the asker's vote, so it is not what the asker waits for. */
  function exact(line: Line): Promise<Answer> {
    if (line.next !== null) return line.next;
    if (line.running === null) return start(line);
    const begin = () => {
      line.next = null;
      return start(line);
    };
    line.next = line.running.then(begin, begin);
    return line.next;
  }

  function watch(campaign: CampaignId): void {
    if (options.feed === undefined || watched.has(campaign)) return;
    watched.set(
      campaign,
      options.feed.subscribe(campaign, () => {
        if (timers.has(campaign)) return;
        timers.set(campaign, setTimeout(() => refresh(campaign), REFRESH_MS).unref());
      }),
    );
  }

  function refresh(campaign: CampaignId): void {
    timers.delete(campaign);
    const since = performance.now() - READ_LATELY_MS;
    const last = [...lines.values()].findLast(
      (line) => line.campaign === campaign && line.question.kind === 'board' && line.askedAtMs > since,
    );
    // a failure is told to the next reader, who asks for the same
    if (last !== undefined && last.running === null) exact(last).catch(() => {});
  }

  async function ask(campaign: CampaignId, question: BoardQuestion, freshness: Freshness): Promise<Answer> {
    watch(campaign);
    const line = lineOf(campaign, question);
    line.askedAtMs = performance.now();
    const newest = exact(line);
    if (freshness === 'exact' || line.kept === null) return newest;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<Answer>((resolve) => {
      timer = setTimeout(() => resolve(line.kept!), options.patienceMs ?? PATIENCE_MS);
    });
    try {
      return await Promise.race([newest, patience]);
    } finally {
      clearTimeout(timer);
      // nobody may be waiting for it any more
      newest.catch(() => {});
    }
  }

  return {
    ask: ask as BoardFits['ask'],
    async close() {
      for (const stop of watched.values()) stop();
      for (const timer of timers.values()) clearTimeout(timer);
      await workers.close();
    },
  };
}
