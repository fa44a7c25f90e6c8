/** Waits in real time, whatever the clock says. */
export interface Timers {
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  after(ms: number, signal?: AbortSignal): Promise<void>;
}
