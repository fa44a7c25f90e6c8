export { type CombinedTest, combinePValues, historyPValue } from './agreement/combine-p-values.ts';
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
export { ClusterCounter, type ClusteredChunk } from './cluster-counter.ts';
export { winProbability } from './elo-scale.ts';
export { countsExplain, explainRatings } from './explain-ratings.ts';
export {
  type Composite,
  type CompositeCell,
  type CompositeInput,
  type CompositeModel,
  fitComposite,
} from './fit-composite.ts';
export { clusterToCount, countsSuffice, fitCounts } from './fit-counts.ts';
export { type ExplainedRatings, fitCountsExplained, fitExplained } from './fit-explained.ts';
export {
  type DoubleVerdict,
  fitPredictionPowered,
  type JudgeVerdict,
  type PredictionPoweredFit,
} from './fit-prediction-powered.ts';
export { fitRatings } from './fit-ratings.ts';
export { fitStreamedContextual, type StreamedContextualFit } from './fit-streamed-contextual.ts';
export { neededCounts } from './needed-counts.ts';
export { type ComparisonChunk, PairCounter } from './pair-counter.ts';
export { countedPairs, pairCounts } from './pair-counts.ts';
export { type PairGain, pairGains } from './pair-gains.ts';
export { upperBoundRanks } from './rank-sets.ts';
export { type Ability, type AbilityInput, type AbilityPair, rateAbility } from './rate-ability.ts';
export { rateRankedLists } from './rate-ranked-lists.ts';
export type { ContextualColumns } from './scan-contextual-rows.ts';
export { votesToSeparate } from './votes-to-separate.ts';
