export {
  agreementAmongPeople,
  agreementWithPeople,
  compareJudges,
  type Estimate,
  type JudgedOutcome,
  mostCommon,
  type TwiceJudgedItem,
} from './agreement/compare-judges.ts';
export {
  type DawidSkeneFit,
  fitDawidSkene,
  type RaterLabel,
} from './agreement/fit-dawid-skene.ts';
export {
  type Agreement,
  type AgreementOptions,
  type AgreementPair,
  measureAgreement,
} from './agreement/measure-agreement.ts';
export {
  type AskedTwice,
  type Changes,
  type DriftMeasure,
  type DriftState,
  type DriftVerdict,
  judgeDrift,
  measureDrift,
} from './agreement/measure-drift.ts';
export {
  measureOrders,
  type OrderStatistics,
  type Share,
  type TwoOrders,
} from './agreement/measure-orders.ts';
export { measureRaterOrders, type RaterOrders } from './agreement/measure-rater-orders.ts';
export { measureRaters, type RaterReport } from './agreement/measure-raters.ts';
export { AGREEMENT_GROUPINGS, type AgreementGrouping } from './agreement/name-sides.ts';
export {
  type ExpectedVote,
  HABITS,
  type Habit,
  type RaterEvidence,
  raterEvidence,
} from './agreement/rater-evidence.ts';
export { clusterToCount, countsSuffice, fitCounts } from './bradley-terry/fit-counts.ts';
export { neededCounts } from './contextual/needed-counts.ts';
export { ClusterCounter, type ClusteredChunk } from './covariance/cluster-counter.ts';
export { winProbability } from './elo-scale.ts';
export { fitRatings } from './fit-ratings.ts';
export { countsExplain, explainRatings } from './insights/explain-ratings.ts';
export { type ExplainedRatings, fitCountsExplained, fitExplained } from './insights/fit-explained.ts';
export { type PairGain, pairGains } from './insights/pair-gains.ts';
export { votesToSeparate } from './insights/votes-to-separate.ts';
export { upperBoundRanks } from './intervals/rank-sets.ts';
export { type ComparisonChunk, PairCounter } from './pairs/pair-counter.ts';
export { pairColumns, pairCounts, tabulate } from './pairs/pair-counts.ts';
export type { PairTable } from './pairs/pair-table.ts';
export {
  type DoubleVerdict,
  fitPredictionPowered,
  type JudgeVerdict,
  type PredictionPoweredFit,
} from './prediction-powered/fit-prediction-powered.ts';
export { rateRankedLists } from './ranked-lists/rate-ranked-lists.ts';
export { DRAWS, drawEvidence, type EvidenceDraws } from './unified/draw-evidence.ts';
export type { Evidence, EvidenceInput, RatedBoard } from './unified/evidence.ts';
export { gatherEvidence } from './unified/gather-evidence.ts';
export {
  type CareWeights,
  type Composite,
  MISSING_CHOICES,
  type MissingChoice,
  rankComposite,
} from './unified/rank-composite.ts';
export { type Ability, type AbilityInput, type PairPoints, rateAbility } from './unified/rate-ability.ts';
export {
  acceptabilityOf,
  correlateSources,
  flipWeights,
  leaveSourcesOut,
  measureNext,
  rankByRules,
} from './unified/sensitivity.ts';
