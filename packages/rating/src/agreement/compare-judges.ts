import { bootstrapIntervals, cohenKappa, type Interval, mcnemarTest } from '@agon/stats';

export type JudgedOutcome = 'a' | 'b' | 'tie';

/** A battle that people voted on, in its own slots. */
export type VotedItem = {
  /** Items of one prompt vary together: they are drawn together. */
  readonly prompt: string;
  /** How many people said what. */
  readonly people: Readonly<Record<JudgedOutcome, number>>;
};

/** With what two judges said of it, one verdict an order that was scored; at least one each. */
export type TwiceJudgedItem = VotedItem & {
  readonly left: readonly JudgedOutcome[];
  readonly right: readonly JudgedOutcome[];
};

/** An estimate with its 95 % interval; null: too little to tell. */
export type Estimate = { readonly value: number } & { readonly [K in keyof Interval]: number | null };

type JudgedSide = {
  /** Chance that a verdict is what one of the voters said, 0..1. */
  readonly agreement: number;
  readonly kappa: Estimate | null;
};

export type JudgesCompared = {
  readonly items: number;
  readonly left: JudgedSide;
  readonly right: JudgedSide;
  /** Right less left. */
  readonly kappaChange: Estimate | null;
  readonly agreementChange: Estimate;
  readonly mcnemar: { readonly onlyLeft: number; readonly onlyRight: number; readonly p: number };
};

const OUTCOMES: readonly JudgedOutcome[] = ['a', 'b', 'tie'];
const CELLS = OUTCOMES.length ** 2;
const DEFAULT_ROUNDS = 1000;

/**
 * How two judges, or two versions of one, agree with people on the same items. An item has weight 1, whatever the number
 * of its votes and verdicts; each verdict is set against each vote, and a tie agrees with a tie. Intervals are percentile
 * intervals of a paired bootstrap: prompts are drawn with replacement, and both judges are measured on the same draw.
 * McNemar's test counts an item as right where every verdict on it is what most voters said; items without one most
 * common vote are left out.
 * @returns null without items
 * @see Cohen (1960) for kappa; Efron & Tibshirani (1993), chapter 13, for percentile intervals
 */
export function compareJudges(
  items: readonly TwiceJudgedItem[],
  { seed, rounds = DEFAULT_ROUNDS }: { readonly seed: number; readonly rounds?: number },
): JudgesCompared | null {
  if (items.length === 0) return null;
  const numbers = new Map<string, number>();
  /** For each prompt, both judges' tables, row by row verdict by vote. */
  const clusters: { readonly left: Float64Array; readonly right: Float64Array }[] = [];
  let [onlyLeft, onlyRight] = [0, 0];
  for (const item of items) {
    const number = numbers.get(item.prompt) ?? clusters.length;
    numbers.set(item.prompt, number);
    clusters[number] ??= { left: new Float64Array(CELLS), right: new Float64Array(CELLS) };
    tabulate(clusters[number].left, item, item.left);
    tabulate(clusters[number].right, item, item.right);
    const said = mostCommon(item.people);
    if (said === null) continue;
    const [isLeft, isRight] = [item.left, item.right].map((all) => all.every((each) => each === said));
    if (isLeft && !isRight) onlyLeft += 1;
    if (isRight && !isLeft) onlyRight += 1;
  }
  const measure = (times: ArrayLike<number> | null) => {
    const [left, right] = [new Float64Array(CELLS), new Float64Array(CELLS)];
    clusters.forEach((cluster, i) => {
      const weight = times === null ? 1 : times[i]!;
      for (let cell = 0; cell < CELLS; cell += 1) {
        left[cell]! += weight * cluster.left[cell]!;
        right[cell]! += weight * cluster.right[cell]!;
      }
    });
    const kappas = [left, right].map((table) => cohenKappa(table, OUTCOMES.length));
    const agreements = [left, right].map(shareAgreed);
    const [kappaLeft = null, kappaRight = null] = kappas;
    return {
      agreements,
      values: [
        kappaLeft,
        kappaRight,
        kappaLeft === null || kappaRight === null ? null : kappaRight - kappaLeft,
        agreements[1]! - agreements[0]!,
      ],
    };
  };
  const found = measure(null);
  const intervals = bootstrapIntervals(
    clusters.length,
    rounds,
    `compare judges/${seed}`,
    (times) => measure(times).values,
  );
  const estimate = (i: number): Estimate | null => {
    const value = found.values[i] ?? null;
    return value === null
      ? null
      : { value, low: intervals[i]?.low ?? null, high: intervals[i]?.high ?? null };
  };
  return {
    items: items.length,
    left: { agreement: found.agreements[0]!, kappa: estimate(0) },
    right: { agreement: found.agreements[1]!, kappa: estimate(1) },
    kappaChange: estimate(2),
    agreementChange: estimate(3)!,
    mcnemar: { onlyLeft, onlyRight, p: mcnemarTest(onlyLeft, onlyRight) },
  };
}

/** Chance that a verdict is what one of the voters said; null where there is no verdict or no vote. */
export function agreementWithPeople(
  people: VotedItem['people'],
  verdicts: readonly JudgedOutcome[],
): number | null {
  const votes = people.a + people.b + people.tie;
  if (votes === 0 || verdicts.length === 0) return null;
  return verdicts.reduce((sum, verdict) => sum + people[verdict] / votes, 0) / verdicts.length;
}

/** Chance that two of the voters, drawn without replacement, said the same; null where fewer than two voted. */
export function agreementAmongPeople(people: VotedItem['people']): number | null {
  const votes = people.a + people.b + people.tie;
  if (votes < 2) return null;
  const alike = OUTCOMES.reduce((sum, outcome) => sum + people[outcome] * (people[outcome] - 1), 0);
  return alike / (votes * (votes - 1));
}

/** Null where no outcome has more votes than each other one. */
export function mostCommon(people: VotedItem['people']): JudgedOutcome | null {
  const most = Math.max(...OUTCOMES.map((outcome) => people[outcome]));
  const those = OUTCOMES.filter((outcome) => people[outcome] === most);
  return most > 0 && those.length === 1 ? those[0]! : null;
}

function tabulate(table: Float64Array, item: VotedItem, verdicts: readonly JudgedOutcome[]): void {
  const votes = item.people.a + item.people.b + item.people.tie;
  for (const verdict of verdicts) {
    const row = OUTCOMES.indexOf(verdict) * OUTCOMES.length;
    OUTCOMES.forEach((outcome, column) => {
      table[row + column]! += item.people[outcome] / votes / verdicts.length;
    });
  }
}

function shareAgreed(table: Float64Array): number {
  let [alike, all] = [0, 0];
  for (let cell = 0; cell < CELLS; cell += 1) {
    all += table[cell]!;
    if (cell % (OUTCOMES.length + 1) === 0) alike += table[cell]!;
  }
  return all === 0 ? 0 : alike / all;
}
