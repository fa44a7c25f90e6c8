import type { GivenBattles, OpenBattle, PairIndex, SeenContent } from '@agon/arena';
import type { Database } from './connect.ts';
import { RecentMap } from './recent-map.ts';

/** Voters that are remembered; one takes some kilobytes. */
const MAX_VOTERS = 2000;

type Remembered = {
  readonly index: PairIndex;
  changes: number;
  votes: number;
  drawn: number;
  open: OpenBattle[];
  readonly seen: SeenContent;
};

/**
 * Where voters of late stand, so that a draw need not read their whole history. Nothing here is believed: every
 * statement that builds on it compares `changes` with the database, and what does not fit is forgotten.
 */
export class VoterMemory {
  readonly #voters = new RecentMap<Remembered>(MAX_VOTERS);

  recall(campaign: string, rater: string, index: PairIndex): GivenBattles | null {
    const known = this.#voters.get(`${campaign}/${rater}`);
    return known === undefined || known.index !== index ? null : known;
  }

  remember(campaign: string, rater: string, index: PairIndex, given: GivenBattles): void {
    this.#voters.set(`${campaign}/${rater}`, {
      ...given,
      index,
      open: [...given.open],
      seen: given.seen.fork(),
    });
  }

  forget(campaign: string, rater: string): void {
    this.#voters.delete(`${campaign}/${rater}`);
  }

  /** Battles were issued, and nothing else happened since `changes`. Those that are over by now are dropped. */
  issued(
    campaign: string,
    rater: string,
    changes: number,
    battles: readonly OpenBattle[],
    nowMs: number,
  ): void {
    const known = this.#voters.get(`${campaign}/${rater}`);
    if (known === undefined) return;
    if (known.changes !== changes) {
      this.forget(campaign, rater);
      return;
    }
    known.changes += 1;
    known.drawn += battles.length;
    known.open = [...known.open.filter((battle) => battle.expiresAtMs > nowMs), ...battles];
  }

  /** Votes were appended, one change each; the voter stands at `changes` and `votes` now. */
  voted(
    campaign: string,
    rater: string,
    battles: readonly string[],
    now: { changes: number; votes: number },
  ): void {
    const known = this.#voters.get(`${campaign}/${rater}`);
    if (known === undefined) return;
    if (known.changes + battles.length !== now.changes) {
      this.forget(campaign, rater);
      return;
    }
    known.changes = now.changes;
    known.votes = now.votes;
    const done = known.open.filter((battle) => battles.includes(battle.id));
    known.open = known.open.filter((battle) => !battles.includes(battle.id));
    for (const battle of done) known.seen.addBattle(battle);
    // a battle that was not among the open ones: what is remembered is incomplete
    if (done.length !== battles.length) this.forget(campaign, rater);
  }
}

const memories = new WeakMap<Database, VoterMemory>();

/** The memory that all stores on one database share. */
export function voterMemoryOf(database: Database): VoterMemory {
  const memory = memories.get(database) ?? new VoterMemory();
  memories.set(database, memory);
  return memory;
}
