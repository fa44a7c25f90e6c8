import type { JudgeMessage, JudgeReply } from '@agon/judging';

export type JudgeAnswer = JudgeReply & {
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
  /** Only where the server says it. */
  readonly costUsd: number | null;
  readonly latencyMs: number;
  /** Times the adapter asked again after a passing fault. */
  readonly retried: number;
};

/** A judge model that can be asked. */
export interface JudgeModel {
  /**
   * @throws ArenaError provider_unreachable, rate_limited (passing), provider_refused (it will not answer this at all)
   */
  ask(
    messages: readonly JudgeMessage[],
    settings: { readonly temperature: number; readonly maxTokens: number },
    signal: AbortSignal,
  ): Promise<JudgeAnswer>;
}

export interface JudgeModels {
  /** @throws ArenaError('provider_refused') where the named key variable is not set */
  open(where: {
    readonly baseUrl: string;
    readonly model: string;
    readonly apiKeyEnv: string | null;
  }): JudgeModel;
}
