export { BOARD_FILTERS, BOARD_SWITCHES } from './board-query.ts';
export type { Brand } from './brand.ts';
export { type BySlot, bySlot, mapSlots, SLOTS, type Slot, swapSlots } from './by-slot.ts';
export {
  COMPARISON_SOURCES,
  type Comparison,
  type ComparisonColumns,
  type ComparisonSource,
  EVIDENCE_SOURCES,
  type EvidenceSource,
  OUTCOME_CODES,
  toColumns,
} from './comparison.ts';
export { contentHash } from './content-hash.ts';
export {
  ArenaError,
  type ArenaErrorDetails,
  ERROR_CODES,
  type ErrorCode,
  type ErrorKind,
  type FilePlace,
  isArenaError,
} from './errors.ts';
export { escapeXml } from './escape-xml.ts';
export type {
  AnswerId,
  BattleId,
  BenchmarkId,
  CampaignId,
  EloPoints,
  EpochMs,
  ImportId,
  JudgeId,
  ModelId,
  Probability,
  PromptId,
  ProviderId,
  RaterId,
  RunId,
  SnapshotId,
  UserId,
  VerdictId,
  VoteId,
} from './ids.ts';
export { isBlank } from './is-blank.ts';
export { isNestedTooDeep, MAX_NESTED, shownValue } from './nesting.ts';
export { isOutcome, OUTCOMES, type Outcome, swapOutcome } from './outcome.ts';
export type { Ranking } from './ranking.ts';
export {
  BOTH_BAD_POLICIES,
  type BothBadPolicy,
  CLUSTER_CHOICES,
  type ClusterChoice,
  DEFAULT_RATING_SETTINGS,
  type GroupInsights,
  INTERVAL_METHODS,
  type IntervalMethod,
  type JudgePower,
  type ModelRating,
  type PairCount,
  type RatingInsights,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
  REWEIGHTINGS,
  type Reweighting,
  type StyleCoefficient,
  TIE_POLICIES,
  type TieParameter,
  type TiePolicy,
} from './rating.ts';
export {
  BOARD_METHODS,
  countsInOrder,
  METHOD_FACTS,
  type MethodOption,
  modelsTies,
  RATING_METHODS,
  type RatingMethod,
  takesOption,
} from './rating-methods.ts';
export {
  type CountColumn,
  countStyle,
  countStyles,
  modelFamily,
  STYLE_COUNTS,
  STYLE_DEFINITIONS,
  STYLE_FEATURES,
  STYLE_RULES,
  type StyleColumns,
  type StyleCount,
  type StyleCounts,
  type StyleDefinition,
  type StyleFeature,
  type StyleRule,
  styleDifference,
  toStyleColumns,
} from './style.ts';
