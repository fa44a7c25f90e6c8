/** Follows a board's events; tells the page when to fetch it anew, and whether the line is up. */
export class LiveBoard {
  state = $state<'off' | 'live' | 'reconnecting'>('off');
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

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.state = 'off';
  }
}
