import type { Board } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { type RankMoves, rankMoves } from '#lib/board/tabs/rank-moves.ts';

/** Follows a board's events; tells the page when to fetch it anew, whether the line is up, and who moved. */
export class LiveBoard {
  state = $state<'off' | 'live' | 'reconnecting'>('off');
  /** Boards with new comparisons that came while the page was open. */
  changes = $state(0);
  /** Places that the last change moved. */
  moves = $state.raw<RankMoves>(new Map());
  #last: Board | null = null;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onchange: () => void;

  /** @param onchange called at most once each `gatherMs`, however many events arrive */
  constructor(onchange: () => void) {
    this.#onchange = onchange;
  }

  open(campaign: string, gatherMs = 300): void {
    this.close();
    const source = new EventSource(`/api/v1/campaigns/${encodeURIComponent(campaign)}/board/events`);
    source.addEventListener('open', () => {
      this.state = 'live';
    });
    source.addEventListener('error', () => {
      this.state = 'reconnecting';
    });
    source.addEventListener('board', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#onchange, gatherMs);
    });
    this.#source = source;
  }

  /** Takes each board that the page shows. */
  follow(board: Board, source: ComparisonSource): void {
    const last = this.#last;
    this.#last = board;
    if (last === null || last === board) return;
    const isSameView = JSON.stringify(last.query) === JSON.stringify(board.query);
    const hasNew = last.counts.votes !== board.counts.votes || last.counts.verdicts !== board.counts.verdicts;
    if (isSameView && !hasNew) return;
    this.moves = rankMoves(last, board, source);
    if (isSameView) this.changes += 1;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.state = 'off';
  }
}
