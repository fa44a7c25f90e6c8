export type { Brand } from './brand.ts';
export { type BySlot, bySlot, mapSlots, SLOTS, type Slot, swapSlots } from './by-slot.ts';
export {
  ArenaError,
  type ArenaErrorDetails,
  ERROR_CODES,
  type ErrorCode,
  type ErrorKind,
  type FilePlace,
  isArenaError,
} from './errors.ts';
export type {
  AnswerId,
  BattleId,
  BenchmarkId,
  CampaignId,
  EloPoints,
  EpochMs,
  ImportId,
  JudgeId,
  JudgeRunId,
  ModelId,
  Probability,
  PromptId,
  RaterId,
  SnapshotId,
  UserId,
  VerdictId,
  VoteId,
} from './ids.ts';
export { isOutcome, OUTCOMES, type Outcome, swapOutcome } from './outcome.ts';
