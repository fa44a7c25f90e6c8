import type { Brand } from './brand.ts';

export type CampaignId = Brand<string, 'CampaignId'>;
export type ModelId = Brand<string, 'ModelId'>;
export type PromptId = Brand<string, 'PromptId'>;
export type AnswerId = Brand<string, 'AnswerId'>;
export type BattleId = Brand<string, 'BattleId'>;
export type VoteId = Brand<string, 'VoteId'>;
export type RaterId = Brand<string, 'RaterId'>;
export type JudgeId = Brand<string, 'JudgeId'>;
export type ProviderId = Brand<string, 'ProviderId'>;
export type RunId = Brand<string, 'RunId'>;
export type VerdictId = Brand<string, 'VerdictId'>;
export type BenchmarkId = Brand<string, 'BenchmarkId'>;
export type SnapshotId = Brand<string, 'SnapshotId'>;
export type ImportId = Brand<string, 'ImportId'>;
export type UserId = Brand<string, 'UserId'>;

/** Points on the Elo scale: 400 / ln 10 per logit. */
export type EloPoints = number;
/** A probability, 0..1. */
export type Probability = number;
/** Milliseconds since the Unix epoch. */
export type EpochMs = number;
