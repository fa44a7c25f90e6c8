import type { BlindBattle, Reveal } from '@agon/contract';
import type { VoteEntry } from './outbox-entry.ts';

/** The vote that was given last: what can be undone, explained, and, once counted, revealed. */
export type LastVote = {
  readonly entry: VoteEntry;
  readonly battle: BlindBattle;
  /** The server's id; null until it is counted. */
  readonly vote: string | null;
  readonly reveal: Reveal | null;
  /** Until when it can be undone, by this device's clock in milliseconds; null: it is still on its way. */
  readonly undoUntilMs: number | null;
};

/** Whole seconds left to undo; 0: too late; null: no end yet, because the vote is still here. */
export function undoSecondsLeft(last: LastVote, nowMs: number): number | null {
  return last.undoUntilMs === null ? null : Math.max(0, Math.ceil((last.undoUntilMs - nowMs) / 1000));
}
