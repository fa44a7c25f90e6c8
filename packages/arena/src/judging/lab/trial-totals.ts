import type { JudgeTrialJson, TrialItemJson, TrialReadingJson } from '@agon/contract';
import { agreementAmongPeople, agreementWithPeople, type JudgedOutcome, mostCommon } from '@agon/rating';
import { mean } from '@agon/stats';
import type { PeopleCounts } from '../../ports/lab-store.ts';

/** People and judges alike: what is no choice between the two is a tie. */
export function asJudged(outcome: string | null): JudgedOutcome | null {
  if (outcome === 'both_bad') return 'tie';
  return outcome === 'a' || outcome === 'b' || outcome === 'tie' ? outcome : null;
}

/** What is seen of a battle at a glance, the worst first: a verdict that is missing, one that the order decides, people. */
export function stateOf(
  people: PeopleCounts,
  readings: readonly Pick<TrialReadingJson, 'state' | 'outcome'>[],
): TrialItemJson['state'] {
  if (readings.some(({ state }) => state === 'waiting')) return 'waiting';
  if (readings.length === 0 || readings.some(({ state }) => state !== 'scored')) return 'unscored';
  const outcomes = new Set(readings.map(({ outcome }) => asJudged(outcome)));
  if (outcomes.size > 1) return 'changed_by_order';
  const [verdict] = outcomes;
  if (people.a + people.b + people.tie === 0) return 'no_votes';
  const said = mostCommon(people);
  if (said === null) return 'people_split';
  return said === verdict ? 'agrees' : `people_say_${said}`;
}

type Judged = Pick<TrialItemJson, 'people' | 'readings'>;

const share = (values: readonly (number | null)[]): { value: number | null; items: number } => {
  const known = values.filter((value) => value !== null);
  return { value: known.length === 0 ? null : mean(known), items: known.length };
};

/** Whether the order decided, for each battle that was scored in both. */
export function changedByOrder(
  readings: readonly Pick<TrialReadingJson, 'order' | 'outcome'>[],
): boolean | null {
  const [ab, ba] = ['ab', 'ba'].map((order) =>
    asJudged(readings.find((each) => each.order === order)?.outcome ?? null),
  );
  return ab == null || ba == null ? null : ab !== ba;
}

/** The bar over the dry run. Every share counts battles alike, however many votes each has. */
export function totalsOf(items: readonly Judged[]): JudgeTrialJson['totals'] {
  const readings = items.flatMap((item) => item.readings);
  const ended = readings.filter(({ state }) => state !== 'waiting');
  const agreement = share(items.map((item) => agreementWithPeople(item.people, outcomesOf(item.readings))));
  const peopleAgree = share(items.map((item) => agreementAmongPeople(item.people)));
  const orders = share(
    items.map((item) => {
      const changed = changedByOrder(item.readings);
      return changed === null ? null : Number(changed);
    }),
  );
  const costs = share(readings.map(({ cost }) => cost));
  const latencies = share(readings.map(({ latency_ms: ms }) => ms));
  return {
    agreement: agreement.value,
    agreement_items: agreement.items,
    people_agree: peopleAgree.value,
    people_items: peopleAgree.items,
    changed_by_order: orders.value,
    both_orders: orders.items,
    unscored:
      ended.length === 0 ? null : ended.filter(({ state }) => state !== 'scored').length / ended.length,
    ended: ended.length,
    cost_per_1000: costs.value === null ? null : costs.value * 1000,
    // milliseconds a call are seconds a thousand calls
    seconds_per_1000: latencies.value,
  };
}

export function outcomesOf(readings: readonly Pick<TrialReadingJson, 'outcome'>[]): readonly JudgedOutcome[] {
  return readings.map(({ outcome }) => asJudged(outcome)).filter((outcome) => outcome !== null);
}
