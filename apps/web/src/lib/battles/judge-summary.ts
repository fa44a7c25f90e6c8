import type { BattlePageJson, ListedVerdictJson } from '@agon/contract';
import type { Outcome } from '@agon/domain';
import { letterOf, type Tag, tagOf } from './battle-words.ts';

/** What each judge says of a battle, all of its verdicts as one row. */
export type JudgeSummary = Pick<ListedVerdictJson, 'judge' | 'identity' | 'model' | 'ab' | 'ba' | 'other'> & {
  readonly control: boolean;
  readonly letters: readonly string[];
  readonly tag: Tag | null;
};

const OUTCOMES = ['a', 'b', 'tie', 'both_bad'] as const satisfies readonly Outcome[];
const isOutcome = (said: string | null): boolean => said === null || OUTCOMES.some((each) => each === said);
const asTie = (said: string | null) => (said === 'both_bad' ? 'tie' : said);

/** Votes that count, by outcome, and what most of them say. */
export function peopleOf({ votes }: Pick<BattlePageJson, 'votes'>): {
  readonly votes: Readonly<Record<Outcome, number>>;
  readonly leftOut: number;
  readonly outcome: Outcome | 'split' | null;
} {
  const counts = { a: 0, b: 0, tie: 0, both_bad: 0 };
  for (const vote of votes) if (vote.state === 'counted') counts[vote.outcome] += 1;
  const most = Math.max(...OUTCOMES.map((outcome) => counts[outcome]));
  const top = OUTCOMES.filter((outcome) => counts[outcome] === most);
  return {
    votes: counts,
    leftOut: votes.filter(({ state }) => state === 'quarantined' || state === 'changed_after_reveal').length,
    outcome: most === 0 ? null : top.length > 1 ? 'split' : top[0]!,
  };
}

/** As the list has them: of several verdicts in one order, the first. */
export function judgesOf(battle: Pick<BattlePageJson, 'votes' | 'verdicts'>): JudgeSummary[] {
  const people = peopleOf(battle).outcome;
  const all = Map.groupBy(battle.verdicts, ({ identity, model }) => JSON.stringify([identity, model]));
  return [...all.values()].map((verdicts) => {
    const [{ judge, identity, model, control }] = verdicts as [(typeof verdicts)[number]];
    const said = (...orders: readonly string[]) => {
      const verdict = verdicts.find(({ order }) => orders.includes(order));
      return verdict === undefined ? null : (verdict.outcome ?? verdict.unscored);
    };
    const orders = { ab: said('ab'), ba: said('ba'), other: said('reconciled', 'unknown') };
    const { ab, ba, other } = orders;
    const decided = ab ?? ba ?? other;
    const agreement = ![ab, ba, other].every(isOutcome)
      ? 'unscored'
      : ab !== null && ba !== null && ab !== ba
        ? 'changed_by_order'
        : people === null
          ? null
          : people === 'split'
            ? 'people_split'
            : asTie(people) === asTie(decided)
              ? 'agrees'
              : 'disagrees';
    return {
      judge,
      identity,
      model,
      control,
      ...orders,
      letters: [ab, ba, other].filter((each) => each !== null).map(letterOf),
      tag: tagOf({ ...orders, agreement }, people),
    };
  });
}
