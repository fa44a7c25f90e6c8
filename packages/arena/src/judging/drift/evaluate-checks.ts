import { parseJudge } from '@agon/judging';
import {
  type AskedTwice,
  type Changes,
  type DriftMeasure,
  type DriftState,
  type DriftVerdict,
  judgeDrift,
  measureDrift,
} from '@agon/rating';
import type { DriftCheck, DriftReading, WatchedSet } from '../../ports/drift-store.ts';
import { asJudged } from '../lab/trial-totals.ts';

/** What the server said of its model; what it did not say is left out. Sorted, each once. */
export type ServedNames = { readonly models: readonly string[]; readonly fingerprints: readonly string[] };

export type EvaluatedCheck = {
  readonly check: DriftCheck;
  readonly measure: DriftMeasure;
  /** Null: the check is under way. */
  readonly verdict: DriftVerdict | null;
  readonly names: ServedNames;
  readonly isRenamed: boolean;
};

/**
 * Each check against the basis of its set, oldest first. How much chance explains is known from requests that runs asked
 * twice, and from each check to the next while the judge was the same.
 */
export function evaluateChecks({ set, basis, checks, repeats }: WatchedSet): readonly EvaluatedCheck[] {
  const isDeterministic = parseJudge(set.config.source, set.config.identity).settings.temperature === 0;
  const before = namesOf(basis);
  let baseline: Changes = repeats;
  let last = basis;
  let isSame = true;
  return checks.map((check): EvaluatedCheck => {
    const names = namesOf(check.readings);
    const isRenamed = brings(before.models, names.models) || brings(before.fingerprints, names.fingerprints);
    const measure = measureDrift(askedTwice(basis, check.readings), set.seed);
    const isOpen = check.state === 'queued' || check.state === 'running';
    const verdict = isOpen ? null : judgeDrift(measure, baseline, { isDeterministic, isRenamed });
    // what changed once is no repeat any more
    if (verdict?.state === 'changed') isSame = false;
    if (verdict !== null && isSame) {
      const { changed, pairs } = measureDrift(askedTwice(last, check.readings), set.seed);
      baseline = { changed: baseline.changed + changed, pairs: baseline.pairs + pairs };
      last = check.readings;
    }
    return { check, measure, verdict, names, isRenamed };
  });
}

/** By the newest check that could tell; null: none has ended. */
export function stateOfSet(checks: readonly EvaluatedCheck[]): DriftState | null {
  const states = checks.flatMap(({ verdict }) => (verdict === null ? [] : [verdict.state]));
  return states.findLast((state) => state !== 'too_few') ?? states.at(-1) ?? null;
}

const WORST_FIRST: readonly DriftState[] = ['changed', 'name_changed_only', 'too_few', 'same'];

/** @returns what checks say of a judge with its model, the worst of its providers; null: none has ended */
export function worstStates(
  watched: readonly WatchedSet[],
): (subject: { readonly judgeId: string; readonly model: string }) => DriftState | null {
  const found = watched.map((each) => ({ set: each.set, state: stateOfSet(evaluateChecks(each)) }));
  return ({ judgeId, model }) => {
    const own = found.filter(({ set }) => set.judgeId === judgeId && set.model === model);
    return WORST_FIRST.find((state) => own.some((each) => each.state === state)) ?? null;
  };
}

/** Requests with a verdict before and a reply after. */
function askedTwice(before: readonly DriftReading[], after: readonly DriftReading[]): readonly AskedTwice[] {
  const later = new Map(after.map((each) => [keyOf(each), each]));
  return before.flatMap((reading) => {
    const found = later.get(keyOf(reading));
    const outcome = asJudged(reading.label);
    if (found === undefined || outcome === null) return [];
    return [
      { prompt: reading.promptId, order: reading.order, before: outcome, after: asJudged(found.label) },
    ];
  });
}

export function namesOf(readings: readonly DriftReading[]): ServedNames {
  const each = (values: readonly (string | null)[]) =>
    [...new Set(values.filter((value) => value !== null))].sort();
  return {
    models: each(readings.map(({ model }) => model)),
    fingerprints: each(readings.map(({ fingerprint }) => fingerprint)),
  };
}

function keyOf({ battleId, order }: DriftReading): string {
  return `${battleId}/${order}`;
}

/** Whether there is a name that was not there; a server that never gave one before says nothing by its first. */
function brings(before: readonly string[], after: readonly string[]): boolean {
  return before.length > 0 && after.some((name) => !before.includes(name));
}
