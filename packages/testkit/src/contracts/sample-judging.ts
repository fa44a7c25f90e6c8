import type { Ids, JudgeStore, NewJudgeCall, NewJudgeRun, NewVerdict } from '@agon/arena';
import type { BattleId, CampaignId, JudgeId, JudgeRunId, VerdictId } from '@agon/domain';
import type { WritableImports } from '../import-bundle.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

export type JudgeSetup = {
  readonly runs: JudgeStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: JudgeStore;
  readonly imports: WritableImports;
  readonly ids: Ids;
  /** An open campaign without anything. */
  campaign(): Promise<CampaignId>;
};

export const SAMPLE_JUDGE: Parameters<JudgeStore['keepJudge']>[0] = {
  id: 'sample',
  title: 'Sample',
  measures: 'Nothing',
  mode: 'pairwise',
  labels: ['A', 'B', 'tie'],
  settings: { temperature: 0, maxTokens: 16 },
  system: '',
  user: '',
  source: 'the file of the judge',
  identity: 'sample@1',
};

type SampleJudging = {
  readonly campaignId: CampaignId;
  readonly judgeId: JudgeId;
  readonly battles: readonly BattleId[];
  /** One for each battle. */
  readonly calls: readonly NewJudgeCall[];
  run(change?: Partial<NewJudgeRun>): NewJudgeRun;
  verdict(change?: Partial<NewVerdict>): NewVerdict;
};

/** A campaign with `prompts` battles to judge, and a judge. */
export async function sampleJudging(
  { runs, imports, ids, campaign }: JudgeSetup,
  prompts: number,
): Promise<SampleJudging> {
  const campaignId = await campaign();
  await imports.write({ ...sampleBundle(campaignId, ids.next(), prompts), verdicts: [] });
  const judgeId = await runs.keepJudge(SAMPLE_JUDGE);
  const battles = await runs.battlesToJudge(campaignId, 1, null);
  return {
    campaignId,
    judgeId,
    battles,
    calls: battles.map((battleId) => ({ battleId, order: 'ab', repeat: 1 })),
    run: (change = {}) => ({
      id: ids.next() as JudgeRunId,
      campaignId,
      judgeId,
      model: 'judge-model',
      baseUrl: 'http://127.0.0.1:9/v1',
      apiKeyEnv: 'SOME_KEY',
      orders: 'both',
      repeat: 1,
      limit: null,
      concurrency: 4,
      budgetUsd: 1.5,
      seed: 7,
      by: null,
      atMs: SAMPLE_MS,
      ...change,
    }),
    verdict: (change = {}) => ({
      id: ids.next() as VerdictId,
      outcome: 'a',
      unscored: null,
      raw: 'because',
      promptTokens: null,
      cachedTokens: null,
      completionTokens: null,
      costUsd: null,
      latencyMs: null,
      retried: 0,
      atMs: SAMPLE_MS,
      ...change,
    }),
  };
}
