import type { Clock } from '@agon/arena';
import type { ArenaError } from '@agon/domain';

/** A write that was refused for want of room is held against this process so long. */
const HELD_MS = 15_000;

/** Remembers when a disk last refused a write: until then nothing that changes something should be sent here. */
export class RefusedWrites {
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param clock one that never goes back */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(error: ArenaError): void {
    if (error.code === 'storage_full') this.#lastMs = this.#clock.now();
  }

  /** For /readyz. @throws Error while a refusal is fresh */
  check(): void {
    if (this.#clock.now() - this.#lastMs < HELD_MS) throw new Error('a write was refused: a disk is full');
  }
}
