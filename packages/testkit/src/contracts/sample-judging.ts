import type {
  Ids,
  JudgeStore,
  LeasedCall,
  ModelReply,
  NewCall,
  NewRun,
  ProviderStore,
  Read,
  RunStore,
  Settled,
} from '@agon/arena';
import type { BattleId, CampaignId, JudgeId, ProviderId, RunId } from '@agon/domain';
import type { WritableImports } from '../import-bundle.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

export type JudgeSetup = {
  readonly runs: RunStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: RunStore;
  readonly judgeStore: JudgeStore;
  readonly judgeStoreElsewhere: JudgeStore;
  readonly providers: ProviderStore;
  readonly imports: WritableImports;
  readonly ids: Ids;
  /** An open campaign without anything. */
  campaign(): Promise<CampaignId>;
};

export const SAMPLE_JUDGE: Parameters<JudgeStore['keep']>[0] = {
  id: 'sample',
  title: 'Sample',
  measures: 'Nothing',
  mode: 'pairwise',
  labels: ['A', 'B', 'tie'],
  needs: [],
  uses: [],
  order: { runs: 'both', combine: 'agree_else_tie' },
  settings: { temperature: 0, maxTokens: 16, topLogprobs: 0, seed: null },
  verdict: { parser: 'tag', map: { A: 1, tie: 0.5, B: 0 } },
  reask: 0,
  probes: [],
  languages: { en: { system: '', user: '' } },
  templateHash: '1',
  parserHash: '1',
  source: 'the file of the judge',
  identity: 'sample@1',
};

const SAMPLE_REPLY: ModelReply = {
  texts: ['because'],
  reasoning: null,
  finishReason: 'stop',
  logprobs: null,
  promptTokens: null,
  cachedTokens: null,
  completionTokens: null,
  costUsd: null,
  latencyMs: 5,
  model: null,
  fingerprint: null,
  requestHash: '00',
};

type SampleJudging = {
  readonly campaignId: CampaignId;
  readonly judgeId: JudgeId;
  readonly providerId: ProviderId;
  readonly battles: readonly BattleId[];
  /** One for each battle. */
  readonly calls: readonly NewCall[];
  run(change?: Partial<NewRun>): NewRun;
  /** What a parser made of a verdict's reply: an outcome, or why there is none. */
  read(call: NewCall, label: string): Read;
  replied(call: LeasedCall, label: string, reply?: Partial<ModelReply>): Settled;
};

/** A campaign with `prompts` battles to judge, a judge and a provider. */
export async function sampleJudging(
  { judgeStore, providers, imports, ids, campaign }: JudgeSetup,
  prompts: number,
): Promise<SampleJudging> {
  const campaignId = await campaign();
  await imports.write({ ...sampleBundle(campaignId, ids.next(), prompts), verdicts: [] });
  const judgeId = await judgeStore.keep(SAMPLE_JUDGE);
  const battles = await judgeStore.battlesToJudge(campaignId, 1, null);
  const providerId = ids.next() as string as ProviderId;
  await providers.add({
    id: providerId,
    name: `provider-${providerId}`,
    preset: 'custom',
    baseUrl: 'http://127.0.0.1:9/v1',
    keyEnv: null,
    sealedKey: null,
    keyEnd: null,
    allowsPrivate: true,
    limits: { concurrency: null, callsPerMinute: null, timeoutMs: 1000 },
    createdAtMs: SAMPLE_MS,
    by: null,
  });
  const read: SampleJudging['read'] = ({ target }, label) => {
    const isScored = ['a', 'b', 'tie'].includes(label);
    const outcome = isScored ? (label as 'a' | 'b' | 'tie') : null;
    return {
      label,
      reading: {
        type: 'verdict',
        judgeId,
        battleId: target,
        outcome,
        shareA: null,
        unscored: isScored ? null : label,
      },
    };
  };
  return {
    campaignId,
    judgeId,
    providerId,
    battles,
    calls: battles.map((target) => ({ target, order: 'ab', repeat: 1 })),
    run: (change = {}) => ({
      id: ids.next() as string as RunId,
      kind: 'verdicts',
      campaignId,
      providerId,
      model: 'judge-model',
      subject: 'sample',
      config: { judgeId, judge: 'sample', identity: 'sample@1', source: '' },
      concurrency: 4,
      budgetUsd: 1.5,
      prices: { input: 2, cached: null, output: 8, from: 'a test' },
      seed: 7,
      by: null,
      atMs: SAMPLE_MS,
      ...change,
    }),
    read,
    replied: (call, label, reply = {}) => ({
      kind: 'reply',
      call,
      reply: { ...SAMPLE_REPLY, ...reply },
      read: read(call, label),
      atMs: SAMPLE_MS,
    }),
  };
}
