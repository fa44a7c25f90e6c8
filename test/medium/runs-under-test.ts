import {
  Paces,
  presentJudgeRun,
  providerKeyContext,
  SYSTEM_ACTOR,
  startJudgeRun,
  type WorkPorts,
  workRun,
} from '@agon/arena';
import { connect, createBatchStore, createJudgeCardStore, type Database } from '@agon/database';
import type { CampaignId, RunId } from '@agon/domain';
import { createModelClients } from '@agon/inference';
import { createKeyVault } from '@agon/inference/vault';
import { parseJudge } from '@agon/judging';
import {
  createTestDatabase,
  nonceOf,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '@agon/testkit';
import { type StartingPorts, startingPorts } from '../crash/run-ports.ts';
import { seedCampaign } from '../crash/seed-campaign.ts';
import { WITHOUT_PROBES } from '../crash/without-probes.ts';

export type RunPorts = WorkPorts & StartingPorts;

/** A campaign of three models and four prompts, whose time passes only while somebody waits for it. */
export class RunsUnderTest {
  nowMs = Date.now();
  readonly #now: () => number;
  readonly database: Database;
  readonly campaign: CampaignId;
  readonly #drop: () => Promise<void>;

  private constructor(
    database: Database,
    campaign: CampaignId,
    drop: () => Promise<void>,
    now: (() => number) | undefined,
  ) {
    this.database = database;
    this.campaign = campaign;
    this.#drop = drop;
    this.#now = now ?? (() => this.nowMs);
  }

  /** @param now another time than that which passes only while somebody waits */
  static async open(now?: () => number): Promise<RunsUnderTest> {
    const testDatabase = await createTestDatabase();
    const database = connect(testDatabase.url, { connections: 4 });
    const campaign = await seedCampaign(database, { slug: 'judged', models: 3, prompts: 4 });
    return new RunsUnderTest(database, campaign, testDatabase.drop, now);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.#drop();
  }

  /** As of one process; another one has paces of its own. */
  ports(): RunPorts {
    const now = this.#now;
    return {
      ...startingPorts(this.database, now),
      batches: createBatchStore(this.database),
      judgeCards: createJudgeCardStore(this.database),
      modelClients: createModelClients({
        environment: {},
        vault: createKeyVault(''),
        keyContext: providerKeyContext,
        readKey: async (name) => (name === 'GOOD_KEY' ? 'secret-1' : null),
        ownPorts: async () => [],
        now,
      }),
      paces: new Paces(),
      monotonic: { now },
      feed: { subscribe: () => () => {}, changed: () => {} },
      timers: {
        // a pause of the runner is real and short; what waits for its time gets it between two looks
        after: (ms, signal) =>
          new Promise((resolve) => {
            const timer = setTimeout(resolve, Math.min(ms, 20));
            signal?.addEventListener('abort', () => {
              clearTimeout(timer);
              resolve();
            });
          }),
      },
    };
  }

  /** Works on a run to its end. */
  async workToEnd(id: RunId, deps: RunPorts, signal = NEVER): Promise<void> {
    for (let step = 0; step < 200; step += 1) {
      const result = await workRun(id, deps, signal);
      if (result.kind === 'finished') return;
      this.nowMs = Math.max(this.nowMs + 1, result.untilMs);
    }
    throw new Error('the run does not end');
  }

  /** A judge run that was started, on a server of its own. @param source the judge's file; default: one without probes */
  async judge(
    script: (request: ScriptedRequest) => ScriptedReply,
    options: Partial<Parameters<typeof startJudgeRun>[0]> = {},
    source = WITHOUT_PROBES,
  ) {
    const server = await startScriptedOpenAiServer(script);
    const judge = parseJudge(source);
    const deps = { ...this.ports(), judges: { all: async () => [judge] } };
    const started = await startJudgeRun(
      {
        ...ASKING,
        actor: SYSTEM_ACTOR,
        campaign: 'judged',
        judge: judge.id,
        model: 'scripted',
        baseUrl: server.baseUrl,
        orders: 'both',
        limit: 6,
        repeat: 1,
        ...options,
      },
      deps,
    );
    const id = started.run as RunId;
    return {
      server,
      deps,
      id,
      started,
      work: (signal = NEVER) => this.workToEnd(id, deps, signal),
      document: () => presentJudgeRun(id, deps),
    };
  }
}

const NEVER = new AbortController().signal;
export const ASKING = {
  provider: null,
  apiKeyEnv: null,
  concurrency: 4,
  budgetUsd: null,
  seed: 1,
} as const;

/** A judge that always says the same of what it was shown. */
export const says =
  (label: string) =>
  (request: ScriptedRequest): ScriptedReply => ({
    kind: 'text',
    text: `Because.\n<v-${nonceOf(request)}>${label}</v-${nonceOf(request)}>`,
  });

/** What a reply costs that nobody sent. */
export const LATE_REPLY = {
  promptTokens: 1,
  cachedTokens: null,
  completionTokens: 1,
  costUsd: null,
  latencyMs: 1,
  model: null,
  fingerprint: null,
  requestHash: '00',
} as const;

/** Reads two letters' probabilities: the model that is asked has random weights, but for a liking for them. */
export const LETTERS = `---
id: letters
title: Letters
measures: Which letter a model with random weights prefers
mode: pairwise
probes: []
settings: { temperature: 0, max_tokens: 1, top_logprobs: 20 }
verdict: { parser: label_token, map: { A: 1, B: 0 }, text: refuse }
---
{% user %}
{{ conversation }}
{{ verdict_contract }}
`;
