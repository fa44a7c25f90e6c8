import type { JudgeRunJson, RunJson } from '@agon/contract';
import { api } from '#lib/api/browser-client.ts';
import { LiveRuns } from './live-runs.svelte.ts';
import { SHOWN_RUNS } from './shown-runs.ts';
import { verdictFacts } from './verdict-facts.ts';

type Source = {
  readonly campaign: string;
  readonly runs: readonly RunJson[];
  readonly verdicts: readonly JudgeRunJson[];
};

/** Judge runs of one campaign, with what only verdicts have. */
export class CampaignRuns {
  readonly live: LiveRuns;
  #verdicts: readonly JudgeRunJson[];
  readonly #byRun = $derived.by(() => new Map(this.#verdicts.map((each) => [each.run, each])));

  constructor(source: () => Source) {
    this.#verdicts = $derived(source().verdicts);
    this.live = new LiveRuns({
      loaded: () => source().runs,
      ask: async () => {
        const { campaign } = source();
        const [runs, verdicts] = await Promise.all([
          api('listRuns', { query: { campaign, kind: 'verdicts', limit: SHOWN_RUNS } }),
          api('listJudgeRuns', { params: { campaign }, query: { limit: SHOWN_RUNS } }),
        ]);
        this.#verdicts = verdicts.items;
        return runs.items;
      },
    });
  }

  /** What a row says beside its counts. */
  factsOf(run: RunJson): readonly string[] {
    const verdicts = this.#byRun.get(run.run);
    return verdicts === undefined ? [] : [verdicts.identity, ...verdictFacts(verdicts)];
  }
}
