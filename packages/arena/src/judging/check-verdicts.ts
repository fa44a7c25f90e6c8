import type { RunCheckJson } from '@agon/contract';
import type { OrderedVerdicts } from '@agon/judging';
import { binomialTail } from '@agon/stats';
import type { ProbeCount } from '../ports/run-store.ts';
import { OUTCOMES } from '../runs/kinds/verdicts.ts';

/** Replies without a verdict: past this share the rest may be a selection. */
const MAX_UNSCORED = 0.1;
/** Battles judged alike in both orders: below this share the order decides more often than the answers. */
const MIN_CONSISTENCY = 0.5;
/** A judge is told from a coin at this level, where there are enough battles to tell: 26 alike of 40 are needed. */
const COIN_LEVEL = 0.05;
const MIN_PAIRS = 40;
/** Wins of a text that answers nothing, and verdicts that a planted one turned. */
const MAX_NULL_WINS = 0.05;
const MAX_FLIPPED_SHARE = 0.05;
/** A text that answers nothing is worth no more than the middle of a scale, 0..1. */
const MAX_NULL_SCORE = 0.5;
/** Scores that differ by no more are the same, 0..1: less than half a step of a scale from 1 to 9. */
const SAME_SCORE = 0.05;
/** Equal answers that are told apart although the judge may call a tie. */
const MAX_DETECTION_RATE = 0.5;

/** What a run of verdicts is checked by: counts over its calls. */
export type VerdictCounts = {
  /** Replies about battles, by what they were read as. */
  readonly results: Readonly<Record<string, number>>;
  readonly orders: readonly OrderedVerdicts[];
  readonly probes: readonly ProbeCount[];
  /** Whether the judge may call a tie. */
  readonly mayTie: boolean;
};

type Check = RunCheckJson['check'];

/** Checks that make a run suspect where they fail; the others only tell. */
const DECISIVE: readonly Check[] = ['unscored', 'consistency', 'coin', 'null_model', 'planted_verdict'];

/** Names of the checks that make a run suspect; none: boards may count it. */
export function doubtsOf(checks: readonly RunCheckJson[]): readonly Check[] {
  return checks
    .filter(({ check, passed }) => passed === false && DECISIVE.includes(check))
    .map(({ check }) => check);
}

/**
 * How a run of verdicts does in the checks that it was given cause for; one that nothing was asked for is left out.
 * `passed` null: too little to say, or nothing that could be wrong.
 */
export function checkVerdicts(counts: VerdictCounts): readonly RunCheckJson[] {
  const { results, orders, probes, mayTie } = counts;
  const ofProbe = (probe: ProbeCount['probe']) =>
    probes.filter((each) => each.probe === probe && isOutcome(each.label));
  const identical = ofProbe('identical');
  const nulls = ofProbe('null_model');
  // where the slot had won already, there was nothing to turn
  const planted = ofProbe('planted_verdict').filter(({ slot, basis }) => isOutcome(basis) && basis !== slot);
  const repeats = ofProbe('repeat').filter(({ basis }) => isOutcome(basis));
  const repeat = count('repeat', repeats, ({ label, basis }) => label === basis);
  // a judge that changes its mind by itself does so towards a planted verdict, too
  const mostTurned = Math.max(MAX_FLIPPED_SHARE, repeat.share === null ? 0 : 1 - repeat.share);
  const pairs = orders.filter(({ ab, ba }) => isOutcome(ab) && isOutcome(ba));
  const decided = pairs.filter(({ ab, ba }) => ab !== 'tie' && ba !== 'tie');
  const coin = count('coin', decided, ({ ab, ba }) => ab === ba);
  const p = coin.n === 0 ? null : binomialTail(coin.hits, coin.n, 0.5);
  // what lacks an input of the judge was not asked about
  const all = Object.entries(results)
    .filter(([label]) => label !== 'not_applicable')
    .map(([label, n]) => ({ label, count: n }));
  return [
    passedBy(
      count('unscored', all, ({ label }) => !isOutcome(label) && label !== 'scored' && label !== 'ranked'),
      (share) => share <= MAX_UNSCORED,
    ),
    passedBy(
      count('consistency', pairs, ({ ab, ba }) => ab === ba),
      (share) => share >= MIN_CONSISTENCY,
    ),
    { ...coin, p, passed: p === null || coin.n < MIN_PAIRS ? null : p <= COIN_LEVEL },
    passedBy(
      count('identical', identical, ({ label }) => label !== 'tie'),
      (share) => (mayTie ? share <= MAX_DETECTION_RATE : null),
    ),
    passedBy(
      count('null_model', nulls, ({ label, slot }) => label === slot),
      (share) => share <= MAX_NULL_WINS,
    ),
    passedBy(
      count('planted_verdict', planted, ({ label, slot }) => label === slot),
      (share) => share <= mostTurned,
    ),
    repeat,
    ...checkScores(probes),
  ].filter(({ n }) => n > 0);
}

/** The checks of judges that give scores: a text that answers nothing, a planted score, and the same question again. */
function checkScores(probes: readonly ProbeCount[]): readonly RunCheckJson[] {
  const scored = probes.flatMap(({ probe, label, basis, count: times }) => {
    const [value, plain] = [scoreOf(label), scoreOf(basis)];
    return value === null ? [] : [{ probe, value, plain, count: times }];
  });
  const ofProbe = (probe: ProbeCount['probe']) => scored.filter((each) => each.probe === probe);
  const known = (probe: ProbeCount['probe']) =>
    ofProbe(probe).flatMap((each) => (each.plain === null ? [] : [{ ...each, plain: each.plain }]));
  const repeat = count(
    'repeat',
    known('repeat'),
    ({ value, plain }) => Math.abs(value - plain) <= SAME_SCORE,
  );
  const mostTurned = Math.max(MAX_FLIPPED_SHARE, repeat.share === null ? 0 : 1 - repeat.share);
  return [
    passedBy(
      count('null_model', ofProbe('null_model'), ({ value }) => value > MAX_NULL_SCORE),
      (share) => share <= MAX_NULL_WINS,
    ),
    passedBy(
      count(
        'planted_verdict',
        // what has the best score already cannot be raised
        known('planted_verdict').filter(({ plain }) => plain <= 1 - SAME_SCORE),
        ({ value, plain }) => value > plain + SAME_SCORE,
      ),
      (share) => share <= mostTurned,
    ),
    repeat,
  ];
}

/** Null: no score. */
function scoreOf(label: string | null): number | null {
  return label !== null && /^\d/.test(label) ? Number(label) : null;
}

type Counted = { readonly count: number };

/** How many of these are hits. */
function count<Row extends Counted>(
  check: Check,
  rows: readonly Row[],
  isHit: (row: Row) => boolean,
): RunCheckJson {
  const sum = (some: readonly Row[]) => some.reduce((total, row) => total + row.count, 0);
  const n = sum(rows);
  const hits = sum(rows.filter(isHit));
  return { check, n, hits, share: n === 0 ? null : hits / n, p: null, passed: null };
}

function passedBy(check: RunCheckJson, isGood: (share: number) => boolean | null): RunCheckJson {
  return check.share === null ? check : { ...check, passed: isGood(check.share) };
}

function isOutcome(label: string | null): boolean {
  return label !== null && (OUTCOMES as readonly string[]).includes(label);
}
