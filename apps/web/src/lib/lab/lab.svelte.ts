import type { JudgeCheckJson, JudgeTrialJson, JudgeVersionJson } from '@agon/contract';
import { isArenaError } from '@agon/domain';
import { untrack } from 'svelte';
import { api } from '#lib/api/browser-client.ts';
import { faultText } from '#lib/api/fault-text.ts';
import { type Draft, keepAsked, keepDraft, recallAsked, recallDraft } from './draft.ts';

const CHECK_AFTER_MS = 250;
const LOOK_EVERY_MS = 600;
const DEFAULT_BATTLES = 5;

export type LabCampaign = { readonly slug: string; readonly title: string };

export type LabSource = {
  /** Name under which the draft is kept. */
  readonly name: string;
  /** What is written from. */
  readonly source: string;
  readonly identity: string;
  readonly isOwn: boolean;
  readonly versions: readonly JudgeVersionJson[];
  readonly campaigns: readonly LabCampaign[];
  readonly providers: readonly { readonly name: string }[];
};

/** A judge that is being written, its problems, and its dry run. */
export class Lab {
  readonly #given: LabSource;
  source = $state('');
  check: JudgeCheckJson | null = $state.raw(null);
  isChecking = $state(false);
  versions: readonly JudgeVersionJson[] = $state.raw([]);
  trial: JudgeTrialJson | null = $state.raw(null);
  /** Battles that stay when others are drawn. */
  kept: readonly string[] = $state.raw([]);
  fault = $state('');
  said = $state('');
  isBusy = $state(false);
  /** A draft of before, when the page was loaded. */
  recalled: Draft | null = $state.raw(null);

  campaign = $state('');
  provider = $state('');
  model = $state('');
  voted: number | null = $state(DEFAULT_BATTLES);
  random: number | null = $state(DEFAULT_BATTLES);
  /** Null: what the API takes where nobody says. */
  budget: number | null = $state(null);
  #seed = 1;
  #turn = 0;

  /** What was saved last, or what was begun with. */
  readonly base = $derived.by(() => this.versions[0] ?? null);
  readonly isChanged = $derived.by(() => this.source !== (this.base?.template ?? this.#given.source));
  readonly canAsk = $derived.by(
    () =>
      this.campaign !== '' &&
      this.provider !== '' &&
      this.model !== '' &&
      (this.check?.judge ?? null) !== null,
  );
  readonly isTrying = $derived.by(() => this.trial?.state === 'queued' || this.trial?.state === 'running');
  /** The number that a save would give. */
  readonly nextVersion = $derived.by(() => (this.#given.isOwn ? (this.base?.version ?? 0) + 1 : 1));

  constructor(given: LabSource) {
    this.#given = given;
    this.source = given.source;
    this.versions = given.versions;
    this.campaign = given.campaigns[0]?.slug ?? '';
    this.provider = given.providers[0]?.name ?? '';
  }

  /** In the browser: what it remembers. */
  recall(): void {
    const asked = recallAsked();
    const has = (list: readonly string[], value: string | undefined) =>
      value !== undefined && list.includes(value);
    if (
      has(
        this.#given.campaigns.map(({ slug }) => slug),
        asked.campaign,
      )
    )
      this.campaign = asked.campaign!;
    if (
      has(
        this.#given.providers.map(({ name }) => name),
        asked.provider,
      )
    )
      this.provider = asked.provider!;
    if (typeof asked.model === 'string') this.model = asked.model;
    const draft = recallDraft(this.#given.name);
    if (draft === null || draft.source === this.#given.source) return;
    this.recalled = draft;
    this.source = draft.source;
  }

  /** Follows what is written: checks it, and keeps it in this browser. @returns how to stop */
  watchSource(): () => void {
    const source = this.source;
    untrack(() => {
      const isKept = this.isChanged;
      const at = this.recalled?.source === source ? this.recalled.at : new Date().toISOString();
      keepDraft(this.#given.name, isKept ? { source, from: this.#given.identity, at } : null);
    });
    const timer = setTimeout(() => void this.checkNow(), CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }

  async checkNow(): Promise<void> {
    const source = this.source;
    this.isChecking = true;
    // an empty text is what the API refuses; its first fault is the same
    const found = await api('checkJudge', { body: { source: source === '' ? ' ' : source } }).catch(
      () => null,
    );
    if (source !== this.source) return;
    this.isChecking = false;
    if (found !== null) this.check = found;
  }

  dropDraft(): void {
    this.recalled = null;
    this.source = this.base?.template ?? this.#given.source;
  }

  /** @returns the judge’s id where it was saved */
  async save(): Promise<{
    readonly judge: string;
    readonly identity: string;
    readonly saved: boolean;
  } | null> {
    return this.#act(async () => {
      const saved = await api('saveJudge', { body: { source: this.source } });
      const { saved: isNew, ...version } = saved;
      if (isNew) this.versions = [version, ...this.versions.filter(({ judge }) => judge === version.judge)];
      keepDraft(this.#given.name, null);
      this.recalled = null;
      return { judge: saved.judge, identity: saved.identity, saved: isNew };
    });
  }

  /** @param draw another seed: others are drawn, the kept ones stay */
  async tryOut({
    draw = false,
    judge = null,
  }: {
    draw?: boolean;
    judge?: string | null;
  } = {}): Promise<void> {
    if (!this.canAsk || this.isBusy) return;
    if (draw) this.#seed += 1;
    keepAsked({ campaign: this.campaign, provider: this.provider, model: this.model });
    // a saved version is tried on what the draft was tried on
    const same = judge === null ? null : (this.trial?.items.map(({ battle }) => battle) ?? []);
    const battles = same ?? this.kept;
    const started = await this.#act(() =>
      api('startJudgeTrial', {
        params: { campaign: this.campaign },
        body: {
          ...(judge === null ? { source: this.source } : { judge }),
          provider: this.provider,
          model: this.model,
          battles: [...battles],
          voted: same === null && this.kept.length === 0 ? (this.voted ?? 0) : 0,
          random: same === null ? (this.random ?? 0) : 0,
          budget_usd: this.budget,
          seed: this.#seed,
        },
      }),
    );
    if (started === null) return;
    if (judge === null) {
      // the ones that say most stay until somebody lets them go
      if (this.kept.length === 0)
        this.kept = started.items.slice(0, this.voted ?? 0).map(({ battle }) => battle);
      this.trial = started;
      await this.#follow(started.run);
    } else await this.#waitFor(started.run);
  }

  /** The saved version is asked about the same battles; then the figures of this one say how they differ. */
  async #waitFor(run: string): Promise<void> {
    this.isBusy = true;
    try {
      for (;;) {
        const other = await api('getJudgeTrial', { params: { run } });
        if (other.state !== 'queued' && other.state !== 'running') break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      const { trial } = this;
      if (trial !== null) this.trial = await api('getJudgeTrial', { params: { run: trial.run } });
    } catch (error) {
      this.fault = faultText(error);
    } finally {
      this.isBusy = false;
    }
  }

  async #follow(run: string): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    while (this.isTrying && turn === this.#turn) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const found = await api('getJudgeTrial', { params: { run } }).catch(() => null);
      // another dry run was begun meanwhile
      if (turn !== this.#turn) return;
      if (found !== null) this.trial = found;
    }
  }

  async stop(): Promise<void> {
    const { trial } = this;
    if (trial === null) return;
    await this.#act(() => api('cancelRun', { params: { run: trial.run } }));
  }

  /** The page goes away: nothing is asked any more for it. */
  leave(): void {
    this.#turn += 1;
  }

  toggleKept(battle: string): void {
    this.kept = this.kept.includes(battle)
      ? this.kept.filter((each) => each !== battle)
      : [...this.kept, battle];
  }

  /** Gives the judge an id that no judge of Agon has. */
  makeMine(): void {
    const id = this.check?.judge?.id ?? this.#given.name;
    this.source = this.source.replace(/^id:.*$/m, `id: ${id}-2`);
  }

  async #act<Result>(act: () => Promise<Result>): Promise<Result | null> {
    this.fault = '';
    this.said = '';
    this.isBusy = true;
    try {
      return await act();
    } catch (error) {
      this.fault = faultText(error);
      if (isArenaError(error) && error.code === 'judge_invalid') await this.checkNow();
      return null;
    } finally {
      this.isBusy = false;
    }
  }
}
