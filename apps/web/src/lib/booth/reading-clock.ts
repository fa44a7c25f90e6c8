/** How long a battle was really on screen: time in a hidden tab does not count. */
export class ReadingClock {
  readonly #now: () => number;
  #since: number | null = null;
  #totalMs = 0;

  /** @param now milliseconds that never go back, as `performance.now` */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new battle is shown. */
  restart(isVisible: boolean): void {
    this.#totalMs = 0;
    this.#since = isVisible ? this.#now() : null;
  }

  setVisible(isVisible: boolean): void {
    if (isVisible) {
      this.#since ??= this.#now();
    } else if (this.#since !== null) {
      this.#totalMs += this.#now() - this.#since;
      this.#since = null;
    }
  }

  /** Whole milliseconds so far, at most a day, which is the most that the API takes. */
  get ms(): number {
    const running = this.#since === null ? 0 : this.#now() - this.#since;
    return Math.min(86_400_000, Math.max(0, Math.round(this.#totalMs + running)));
  }
}
