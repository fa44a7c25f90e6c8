import type { DriftCheckJson, JudgeDriftJson } from '@agon/contract';
import type { BattleId } from '@agon/domain';
import { compareJudges, type Estimate, type JudgedOutcome } from '@agon/rating';
import type { DriftReading, WatchedSet } from '../../ports/drift-store.ts';
import type { TriedBattle } from '../../ports/lab-store.ts';
import type { Ports } from '../../ports/ports.ts';
import { asJudged } from '../lab/trial-totals.ts';
import { type EvaluatedCheck, evaluateChecks, namesOf, stateOfSet } from './evaluate-checks.ts';

/** Newest checks that are read and shown. */
export const SHOWN_CHECKS = 30;

/** A set with what its checks found, people's votes beside. */
export async function presentDrift(watched: WatchedSet, deps: Pick<Ports, 'lab'>): Promise<JudgeDriftJson> {
  const { set, basis } = watched;
  const checks = evaluateChecks(watched);
  const ids = [...new Set(basis.map(({ battleId }) => battleId))];
  const battles = (await deps.lab.battles(set.campaignId, ids)).filter(({ people }) => hasVotes(people));
  const times = basis.map(({ atMs }) => atMs);
  return {
    campaign: set.campaign,
    judge: set.config.judge,
    identity: set.config.identity,
    model: set.model,
    provider: set.provider,
    battles: ids.length,
    calls: basis.length,
    voted: battles.length,
    seed: set.seed,
    frozen_at: time(set.createdAtMs),
    basis: { from: time(Math.min(...times)), to: time(Math.max(...times)), ...presentNames(namesOf(basis)) },
    every_hours: set.everyHours,
    next_at: set.nextAtMs === null ? null : time(set.nextAtMs),
    failure: set.failure,
    budget: set.budgetUsd,
    state: stateOfSet(checks),
    checks: checks.map((check) => presentCheck(check, basis, battles, set.seed)).reverse(),
  };
}

function presentCheck(
  { check, measure, verdict, names, isRenamed }: EvaluatedCheck,
  basis: readonly DriftReading[],
  battles: readonly TriedBattle[],
  seed: number,
): DriftCheckJson {
  return {
    run: check.run,
    run_state: check.state,
    started_at: time(check.startedAtMs),
    state: verdict?.state ?? null,
    ...presentShare(measure),
    orders: measure.orders.map((each) => ({ order: each.order, ...presentShare(each) })),
    unscored: measure.unscored,
    p: verdict?.p ?? null,
    expected: verdict?.expected == null ? null : { ...verdict.expected },
    kappa: presentEstimate(measure.kappa),
    ...presentNames(names),
    renamed: isRenamed,
    people: besidePeople(basis, check.readings, battles, seed),
  };
}

/** Agreement with people before and after, on the verdicts that are there both times. */
function besidePeople(
  before: readonly DriftReading[],
  after: readonly DriftReading[],
  battles: readonly TriedBattle[],
  seed: number,
): DriftCheckJson['people'] {
  if (battles.length === 0) return null;
  const [left, right] = [outcomesByBattle(before), outcomesByBattle(after)];
  const items = battles.flatMap(({ id, promptId, people }) => {
    const both = [...(left.get(id) ?? [])].flatMap(([order, outcome]) => {
      const later = right.get(id)?.get(order);
      return later === undefined ? [] : [{ outcome, later }];
    });
    if (both.length === 0) return [];
    return [
      {
        prompt: promptId,
        people,
        left: both.map(({ outcome }) => outcome),
        right: both.map(({ later }) => later),
      },
    ];
  });
  const compared = compareJudges(items, { seed });
  if (compared === null) return null;
  const { onlyLeft, onlyRight, p } = compared.mcnemar;
  return {
    battles: compared.items,
    before: presentEstimate(compared.left.kappa),
    after: presentEstimate(compared.right.kappa),
    change: presentEstimate(compared.kappaChange),
    mcnemar: { only_before: onlyLeft, only_after: onlyRight, p },
  };
}

function outcomesByBattle(
  readings: readonly DriftReading[],
): ReadonlyMap<BattleId, ReadonlyMap<string, JudgedOutcome>> {
  const byBattle = new Map<BattleId, Map<string, JudgedOutcome>>();
  for (const { battleId, order, label } of readings) {
    const outcome = asJudged(label);
    if (outcome === null) continue;
    const orders = byBattle.get(battleId) ?? new Map<string, JudgedOutcome>();
    byBattle.set(battleId, orders.set(order, outcome));
  }
  return byBattle;
}

function presentShare({
  changed,
  pairs,
  low,
  high,
}: Pick<EvaluatedCheck['measure'], 'changed' | 'pairs' | 'low' | 'high'>) {
  return { pairs, changed, share: { value: pairs === 0 ? null : changed / pairs, low, high } };
}

function presentNames({ models, fingerprints }: EvaluatedCheck['names']) {
  return { models: [...models], fingerprints: [...fingerprints] };
}

function presentEstimate(estimate: Estimate | null) {
  return estimate === null ? null : { value: estimate.value, low: estimate.low, high: estimate.high };
}

function hasVotes({ a, b, tie }: TriedBattle['people']): boolean {
  return a + b + tie > 0;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
