import type { Outcome } from '@agon/domain';

export type FastchatBattle = {
  /** Of the battle, once a rater: FastChat's readers drop what has the same one. */
  readonly id: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  readonly rater: string;
  readonly turn: number | null;
  readonly language: string | null;
  readonly atMs: number;
};

/** `clean_battle_*.json`, as FastChat's rating code reads it. */
export function writeFastchatBattles(battles: readonly FastchatBattle[]): string {
  return JSON.stringify(
    battles.map((battle) => ({
      question_id: battle.id,
      model_a: battle.modelA,
      model_b: battle.modelB,
      winner: WINNERS[battle.outcome],
      judge: battle.rater,
      turn: battle.turn ?? 1,
      anony: true,
      language: battle.language ?? 'unknown',
      tstamp: battle.atMs / 1000,
    })),
  );
}

const WINNERS = {
  a: 'model_a',
  b: 'model_b',
  tie: 'tie',
  both_bad: 'tie (bothbad)',
} as const satisfies Record<Outcome, string>;
