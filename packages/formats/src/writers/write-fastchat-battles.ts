import type { Outcome } from '@agon/domain';

export type FastchatBattle = {
  /** Of the vote, or of the battle where a rater has one vote on it: FastChat's readers drop what has the same one. */
  readonly id: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  readonly rater: string | null;
  readonly turn: number | null;
  readonly language: string | null;
  readonly atMs: number | null;
  /** Absent: 1. */
  readonly weight?: number;
  /** Slot a's share of the point, 0..1, where it is known finer than the outcome. */
  readonly shareA?: number | null;
};

/**
 * `clean_battle_*.json`, as FastChat's rating code reads it. That code knows neither weights nor shares: they are columns
 * of their own, in files that have some.
 */
export function writeFastchatBattles(battles: readonly FastchatBattle[]): string {
  const weighted = battles.some(({ weight }) => (weight ?? 1) !== 1);
  return JSON.stringify(
    battles.map((battle) => ({
      question_id: battle.id,
      model_a: battle.modelA,
      model_b: battle.modelB,
      winner: WINNERS[battle.outcome],
      ...(battle.rater === null ? {} : { judge: battle.rater }),
      turn: battle.turn ?? 1,
      anony: true,
      language: battle.language ?? 'unknown',
      ...(battle.atMs === null ? {} : { tstamp: battle.atMs / 1000 }),
      ...(weighted ? { weight: battle.weight ?? 1 } : {}),
      ...((battle.shareA ?? null) === null ? {} : { share_a: battle.shareA }),
    })),
  );
}

const WINNERS = {
  a: 'model_a',
  b: 'model_b',
  tie: 'tie',
  both_bad: 'tie (bothbad)',
} as const satisfies Record<Outcome, string>;
