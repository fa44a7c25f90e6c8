import { binomialTail, bootstrapIntervals, cohenKappa, fisherTail, wilsonInterval } from '@agon/stats';
import type { Estimate, JudgedOutcome } from './compare-judges.ts';

/** One request that a judge was sent twice. */
export type AskedTwice = {
  /** Requests about one prompt vary together: they are drawn together. */
  readonly prompt: string;
  readonly order: 'ab' | 'ba';
  /** In the battle's own slots, both. */
  readonly before: JudgedOutcome;
  /** Null: the reply came, and holds no verdict. */
  readonly after: JudgedOutcome | null;
};

/** How many requests of how many got another verdict. */
export type Changes = { readonly changed: number; readonly pairs: number };

type ChangedShare = Changes & { readonly low: number | null; readonly high: number | null };

export type DriftMeasure = ChangedShare & {
  /** Of those that changed: the later reply holds no verdict. */
  readonly unscored: number;
  readonly orders: readonly (ChangedShare & { readonly order: 'ab' | 'ba' })[];
  /** Cohen's kappa of the verdicts before and after, where both are verdicts; null: too little to tell. */
  readonly kappa: Estimate | null;
};

const OUTCOMES: readonly JudgedOutcome[] = ['a', 'b', 'tie'];
const CELLS = OUTCOMES.length ** 2;
const ROUNDS = 1000;

/**
 * How many verdicts of a judge changed from one time to another. A reply that holds no verdict any more is a change.
 * @returns shares with 95 % Wilson intervals, and kappa with a percentile interval over prompts drawn with replacement
 */
export function measureDrift(asked: readonly AskedTwice[], seed: number): DriftMeasure {
  return {
    ...shareChanged(asked),
    unscored: asked.filter(({ after }) => after === null).length,
    orders: (['ab', 'ba'] as const).flatMap((order) => {
      const own = asked.filter((each) => each.order === order);
      return own.length === 0 ? [] : [{ order, ...shareChanged(own) }];
    }),
    kappa: kappaOfBoth(asked, seed),
  };
}

function shareChanged(asked: readonly AskedTwice[]): ChangedShare {
  const pairs = asked.length;
  const changed = asked.filter(({ before, after }) => before !== after).length;
  return { changed, pairs, ...wilsonInterval(pairs === 0 ? 0 : changed / pairs, pairs) };
}

function kappaOfBoth(asked: readonly AskedTwice[], seed: number): Estimate | null {
  const tables = new Map<string, Float64Array>();
  for (const { prompt, before, after } of asked) {
    if (after === null) continue;
    const table = tables.get(prompt) ?? new Float64Array(CELLS);
    table[OUTCOMES.indexOf(before) * OUTCOMES.length + OUTCOMES.indexOf(after)]! += 1;
    tables.set(prompt, table);
  }
  const clusters = [...tables.values()];
  if (clusters.length === 0) return null;
  const kappaOf = (times: ArrayLike<number> | null): number | null => {
    const sum = new Float64Array(CELLS);
    clusters.forEach((table, i) => {
      const weight = times === null ? 1 : times[i]!;
      for (let cell = 0; cell < CELLS; cell += 1) sum[cell]! += weight * table[cell]!;
    });
    return cohenKappa(sum, OUTCOMES.length);
  };
  const value = kappaOf(null);
  if (value === null) return null;
  const [interval] = bootstrapIntervals(clusters.length, ROUNDS, `drift/${seed}`, (times) => [
    kappaOf(times),
  ]);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
}

/**
 * `same`: no more than chance explains · `changed`: more · `name_changed_only`: the server gives another name or
 * fingerprint of its model, and the verdicts are those of before · `too_few`: not to be told.
 */
export type DriftState = 'same' | 'changed' | 'name_changed_only' | 'too_few';

export type DriftVerdict = {
  readonly state: DriftState;
  /** Chance of so many changes or more from a judge that stayed the same, 0..1; null: not to be told. */
  readonly p: number | null;
  /** The share of verdicts that change from one time to the next of a judge that stayed the same. */
  readonly expected: {
    readonly share: number;
    /** How many pairs of verdicts say so; 0: nothing was measured, and the share is assumed. */
    readonly pairs: number;
  } | null;
};

/** Fewer verdicts asked for again say nothing. */
const FEWEST_PAIRS = 20;
/** A check each night tests often: one false alarm in a hundred checks. */
const LEVEL = 0.01;
/** Where the server itself says that something is new, less is enough. */
const LEVEL_OF_RENAMED = 0.05;
/**
 * Servers at temperature 0 change single verdicts too, because what else is in a batch changes the last digits of a sum.
 * Taken where too few repeats say how often; a higher share hides more drift, a lower one raises false alarms.
 */
const ASSUMED_SHARE = 0.05;

/**
 * Whether a judge's model is still the one that it was. Under no drift each request changes its verdict by chance, as
 * often as it did between two times of before: Fisher's exact test of both shares, one-sided. The requests are fixed and
 * independent given the judge, and some change more easily than others, so the test is rather too careful than too bold.
 * With fewer than 20 pairs of before a judge at temperature 0 is held against an assumed share by the binomial test.
 * @param baseline changes between verdicts on the same requests while the judge was the same
 * @param judge `isDeterministic`: temperature 0; `isRenamed`: the server names another model or fingerprint
 */
export function judgeDrift(
  found: Changes,
  baseline: Changes,
  judge: { readonly isDeterministic: boolean; readonly isRenamed: boolean },
): DriftVerdict {
  const isMeasured = baseline.pairs >= FEWEST_PAIRS;
  const expected = isMeasured
    ? { share: baseline.changed / baseline.pairs, pairs: baseline.pairs }
    : judge.isDeterministic
      ? { share: ASSUMED_SHARE, pairs: 0 }
      : null;
  if (found.pairs < FEWEST_PAIRS || expected === null) return { state: 'too_few', p: null, expected };
  const p = isMeasured
    ? fisherTail({ part: found.changed, of: found.pairs }, { part: baseline.changed, of: baseline.pairs })
    : binomialTail(found.changed, found.pairs, expected.share);
  const isChanged = p < (judge.isRenamed ? LEVEL_OF_RENAMED : LEVEL);
  const state = isChanged ? 'changed' : judge.isRenamed ? 'name_changed_only' : 'same';
  return { state, p, expected };
}
