import type { Comparison, ComparisonSource } from '@agon/domain';
import { student95, wilsonInterval } from '@agon/stats';
import { connectModels } from '../pairs/connected-models.ts';
import { type PairTable, sliceTable } from '../pairs/pair-table.ts';
import { fitTieModel, maximiseTieModel, refitTieModel, type TieMaximum } from '../ties/fit-tie-model.ts';
import { tieModelBounds } from '../ties/tie-model-bounds.ts';
import { groupByBattle, LABELS } from './battle-votes.ts';
import { fitDawidSkene } from './fit-dawid-skene.ts';
import { fitNoisyBradleyTerry, type RatedVote, type RaterReliability } from './fit-noisy-bradley-terry.ts';
import { type ChancesTable, outcomeChances } from './outcome-chances.ts';
import { type ExpectedVote, type RaterEvidence, raterEvidence } from './rater-evidence.ts';
import { votesOfOthers } from './votes-of-others.ts';

type Interval = { readonly value: number | null; readonly low: number | null; readonly high: number | null };

/** What can be told of one voter or judge. Shares 0..1; null: not from these votes. */
export type RaterReport = {
  readonly rater: string;
  readonly source: ComparisonSource;
  readonly votes: number;
  /** How often others said the same of the same battle: the mean over battles. */
  readonly agreement: Interval & { readonly battles: number };
  /** Noisy Bradley–Terry: needs no common battles. */
  readonly reliability: RaterReliability | null;
  /** Dawid and Skene, from battles that others decided, too; rows: the truth, columns: what is said; first, second, tie. */
  readonly confusion: readonly (readonly number[])[] | null;
  readonly confusionReliability: number | null;
  /** That votes are not as the others lead to expect; 1 / α is passed by at most a share α of those that are. */
  readonly evidence: RaterEvidence | null;
  /** How often the answer shown first wins, of the votes that decide: 0.5 without position bias. */
  readonly firstSlot: Interval & { readonly decided: number };
  readonly tieShare: number;
};

export type RaterReports = {
  /** Most votes first. */
  readonly raters: readonly RaterReport[];
  /** Votes that name no rater, or one model twice. */
  readonly left: number;
  readonly converged: boolean;
};

/** Pairs of models that refits for evidence may go through, a few seconds. */
const MAX_WORK = 1e7;

/**
 * @param mostWork each rater's evidence takes a refit, and goes through every pair of models; where all take more than
 * this many, the raters with most votes have it
 */
export function measureRaters(rows: Iterable<Comparison>, mostWork = MAX_WORK): RaterReports {
  const given = [...rows];
  const named = given.filter((row) => row.rater !== undefined && row.modelA !== row.modelB);
  const models = numberOf(named.flatMap(({ modelA, modelB }) => [modelA, modelB]));
  const raters = numberOf(named.map(keyOf));
  const votes = named.map(
    (row): RatedVote => ({
      rater: raters.get(keyOf(row))!,
      a: models.get(row.modelA)!,
      b: models.get(row.modelB)!,
      outcome: row.outcome === 'a' ? 0 : row.outcome === 'b' ? 1 : 2,
    }),
  );
  const byRater = Array.from({ length: raters.size }, (): RatedVote[] => []);
  for (const vote of votes) byRater[vote.rater]!.push(vote);
  const noisy = fitNoisyBradleyTerry(models.size, votes, raters.size);
  const shared = compareOnBattles(named, raters);
  const { all, othersOf } = votesOfOthers(votes, models.size);
  const maximise = maximiseNear(all);
  const order = byRater.map((_, rater) => rater).sort((x, y) => byRater[y]!.length - byRater[x]!.length);
  const tested = new Set(order.slice(0, Math.max(1, Math.floor(mostWork / Math.max(1, all.cells)))));
  const names = [...raters.keys()];
  return {
    left: given.length - named.length,
    converged: noisy.converged,
    raters: order.map((rater): RaterReport => {
      const own = byRater[rater]!;
      const [source, name] = JSON.parse(names[rater]!) as [ComparisonSource, string];
      const decided = own.filter(({ outcome }) => outcome < 2).length;
      const first = own.filter(({ outcome }) => outcome === 0).length;
      return {
        rater: name,
        source,
        votes: own.length,
        ...shared.of(rater),
        reliability: noisy.raters[rater] ?? null,
        evidence: tested.has(rater) ? evidenceOf(own, othersOf(own), maximise) : null,
        firstSlot:
          decided === 0
            ? { value: null, low: null, high: null, decided }
            : { value: first / decided, ...wilsonInterval(first / decided, decided), decided },
        tieShare: 1 - decided / own.length,
      };
    }),
  };
}

const keyOf = ({ source, rater }: Comparison): string => JSON.stringify([source, rater]);

function numberOf(names: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const name of names) if (!numbers.has(name)) numbers.set(name, numbers.size);
  return numbers;
}

/** Davidson's maximum of a table of these models, null where there is none. */
type Maximise = (core: readonly number[], table: ChancesTable) => TieMaximum | null;

/** Logits. */
const NEAR = 1e-10;

/** One rater changes little: the fit without them is near the fit with them, and a few chord steps from it are enough. */
function maximiseNear(all: PairTable): Maximise {
  const afresh: Maximise = (_, table) => maximiseTieModel(table, 'davidson');
  const core = connectModels(all).cores[0] ?? [];
  if (core.length < 2) return afresh;
  const whole = sliceTable(all, core);
  const fit = tieModelBounds(whole) === 'bounded' ? fitTieModel(whole, 'davidson') : null;
  if (fit === null) return afresh;
  const strength = new Map(core.map((model, at) => [model, fit.theta[at]!]));
  return (members, table) => {
    const isWhole = members.length === core.length && members.every((model, at) => model === core[at]);
    if (isWhole) return refitTieModel(table, 'davidson', fit, NEAR);
    const theta = Float64Array.from(members, (model) => strength.get(model) ?? 0);
    const mean = theta.reduce((sum, value) => sum + value, 0) / theta.length;
    const start = { theta: theta.map((value) => value - mean), eta: fit.eta, iterations: 0 };
    return maximiseTieModel(table, 'davidson', start);
  };
}

/** What everybody else's votes expect of this rater's `own`, in their order. */
function evidenceOf(own: readonly RatedVote[], others: PairTable, maximise: Maximise): RaterEvidence | null {
  const core = connectModels(others).cores[0] ?? [];
  if (core.length < 2) return null;
  const chances = outcomeChances(sliceTable(others, core), (table) => maximise(core, table));
  const place = new Map(core.map((model, at) => [model, at]));
  const known = own.flatMap((vote): ExpectedVote[] => {
    const [a, b] = [place.get(vote.a), place.get(vote.b)];
    return a === undefined || b === undefined ? [] : [{ expected: chances(a, b), outcome: vote.outcome }];
  });
  return known.length === 0 ? null : raterEvidence(known);
}

function compareOnBattles(rows: readonly Comparison[], raters: ReadonlyMap<string, number>) {
  const shared = groupByBattle(rows).battles.filter(
    (votes) => new Set(votes.map(({ row }) => keyOf(row))).size > 1,
  );
  const agreed = Array.from({ length: raters.size }, (): number[] => []);
  const labels = shared.flatMap((votes, item) =>
    votes.map(({ row, label }) => ({ item, rater: raters.get(keyOf(row))!, label })),
  );
  for (const votes of shared) {
    const own = new Map<number, { same: number; pairs: number }>();
    for (const { row, label } of votes) {
      const rater = raters.get(keyOf(row))!;
      const count = own.get(rater) ?? { same: 0, pairs: 0 };
      own.set(rater, count);
      for (const other of votes) {
        if (raters.get(keyOf(other.row)) === rater) continue;
        count.pairs += 1;
        count.same += Number(other.label === label);
      }
    }
    for (const [rater, { same, pairs }] of own) agreed[rater]!.push(same / pairs);
  }
  const crowd = shared.length === 0 ? null : fitDawidSkene(labels, shared.length, raters.size, LABELS);
  return {
    of: (rater: number): Pick<RaterReport, 'agreement' | 'confusion' | 'confusionReliability'> => {
      const shares = agreed[rater]!;
      const none = shares.length === 0 || crowd === null;
      const table = crowd?.confusion[rater];
      return {
        agreement: { ...meanOf(shares), battles: shares.length },
        confusion: none
          ? null
          : Array.from({ length: LABELS }, (_, k) => [...table!.slice(k * LABELS, (k + 1) * LABELS)]),
        confusionReliability: none ? null : crowd.reliability[rater]!,
      };
    },
  };
}

/** Mean with its 95 % interval by Student's t, inside 0..1; no interval for fewer than two. */
function meanOf(shares: readonly number[]): Interval {
  const n = shares.length;
  if (n === 0) return { value: null, low: null, high: null };
  const value = shares.reduce((sum, share) => sum + share, 0) / n;
  if (n < 2) return { value, low: null, high: null };
  const squares = shares.reduce((sum, share) => sum + (share - value) ** 2, 0);
  // none or all agree: the sample knows no spread, so the limit of Wilson's interval instead
  if (squares === 0) return { value, ...wilsonInterval(value, n) };
  const half = student95(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
