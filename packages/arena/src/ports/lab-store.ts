import type { BattleId, CampaignId, RunId } from '@agon/domain';
import type { ModelReply } from './model-client.ts';
import type { NewCall } from './run-store.ts';

/** How many people said what of the two answers of a battle, in its own slots; ties and both bad are one. */
export type PeopleCounts = { readonly a: number; readonly b: number; readonly tie: number };

/** What researchers look at beside a judge's verdict. */
export type TriedBattle = {
  readonly id: BattleId;
  readonly promptId: string;
  readonly promptKey: string | null;
  /** Its first turn. */
  readonly prompt: string;
  readonly category: string | null;
  readonly models: { readonly a: string; readonly b: string };
  /** Votes that count on the same two answers, in whatever battle and slots they were shown. */
  readonly people: PeopleCounts;
};

/** A call of a run, with all that came back. */
export type AskedCall = NewCall & {
  readonly id: number;
  readonly state: 'pending' | 'leased' | 'done' | 'failed';
  /** What its reply, or the lack of one, was read as. */
  readonly label: string | null;
  readonly fault: string | null;
  readonly faultMessage: string | null;
  readonly reply:
    | (Pick<
        ModelReply,
        'texts' | 'reasoning' | 'finishReason' | 'logprobs' | 'promptTokens' | 'completionTokens' | 'costUsd'
      > & { readonly latencyMs: number | null })
    | null;
};

/** What a judge said of a battle in one order when it was asked last, in a run or a dry run. */
export type LastReading = {
  readonly battleId: BattleId;
  readonly order: string;
  /** An outcome in the battle's own slots, or why there is none. */
  readonly label: string;
  readonly costUsd: number | null;
};

export interface LabStore {
  /** Battles with both answers on which most people voted, spread over categories: one for each two answers. */
  mostVoted(campaign: CampaignId, count: number): Promise<readonly BattleId[]>;
  /** Those of the campaign, in no order. */
  battles(campaign: CampaignId, ids: readonly BattleId[]): Promise<readonly TriedBattle[]>;
  /** Every call of a run, in the order in which it was planned. */
  calls(run: RunId): Promise<readonly AskedCall[]>;
  /** Models that a version of a judge was asked with in the campaign, with how many calls ended; most first. */
  modelsAsked(
    campaign: CampaignId,
    identity: string,
  ): Promise<readonly { readonly model: string; readonly calls: number }[]>;
  /** Of first repeats. @param battles null: all */
  readings(
    campaign: CampaignId,
    identity: string,
    model: string,
    battles: readonly BattleId[] | null,
  ): Promise<readonly LastReading[]>;
}
