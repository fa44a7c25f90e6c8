import type { JudgeDriftJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../../ports/campaign-store.ts';
import type { DriftSet } from '../../ports/drift-store.ts';
import type { JudgeSubject } from '../../ports/judge-card-store.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRecord } from '../../ports/run-store.ts';
import type { VerdictConfig } from '../../runs/kinds/run-kind.ts';
import { type GivenPrices, pricesOf, reportsCost } from '../../runs/run-prices.ts';
import type { StartPorts } from '../../runs/start-run.ts';
import { chooseSubject } from '../judge-card/choose-subject.ts';
import { presentDrift, SHOWN_CHECKS } from './present-drift.ts';
import { startDriftCheck } from './start-drift-check.ts';

/** USD: a check pauses here where nobody said otherwise, and where costs can be counted at all. */
const DEFAULT_BUDGET_USD = 1;
const HOUR_MS = 60 * 60 * 1000;

type OfJudge = {
  readonly actor: Actor;
  readonly campaign: string;
  /** Name or identity. */
  readonly judge: string;
  readonly model?: string | undefined;
};
type ReadPorts = Pick<Ports, 'campaigns' | 'members' | 'judgeCards' | 'drift' | 'lab' | 'runs'>;

export type CheckJudgeDrift = OfJudge & {
  /** Name; null: that of the newest run whose verdicts count. */
  readonly provider: string | null;
  readonly items: number;
  readonly seed: number;
  /** Undefined: as it is. */
  readonly everyHours?: number | null | undefined;
  readonly budgetUsd: number | null;
  readonly prices: GivenPrices | null;
  readonly check: boolean;
  /** What the newest check found becomes what later ones are held against. */
  readonly accept: boolean;
};

/**
 * What checks of a judge found, for each provider whose verdicts are watched.
 * @throws ArenaError('not_found') where the judge gave no verdicts here
 */
export async function getJudgeDrift(
  command: OfJudge,
  deps: ReadPorts,
): Promise<{ items: JudgeDriftJson[]; watchable: boolean }> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const subject = await subjectOf(command, campaign, deps);
  const [watched, runs] = await Promise.all([
    deps.drift.watched(
      { campaignId: campaign.id, judgeId: subject.judgeId, model: subject.model },
      SHOWN_CHECKS,
    ),
    watchableRuns(subject, campaign, deps),
  ]);
  return {
    items: await Promise.all(watched.map((each) => presentDrift(each, deps))),
    watchable: subject.origin !== 'control' && runs.length > 0,
  };
}

/**
 * Asks a judge again what it was asked before: now, by schedule, or both. What is asked is drawn at the first time and
 * stays. A check that is under way is not started a second time.
 * @throws ArenaError not_found, no_comparisons, invalid_request
 */
export async function checkJudgeDrift(
  command: CheckJudgeDrift,
  deps: ReadPorts & StartPorts & Pick<Ports, 'providers'>,
): Promise<JudgeDriftJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'editor', deps);
  const subject = await subjectOf(command, campaign, deps);
  const set = await freeze(command, subject, campaign, deps);
  const { actor, everyHours } = command;
  const read = async () => {
    const [found] = await deps.drift.watched(
      {
        campaignId: campaign.id,
        judgeId: subject.judgeId,
        model: subject.model,
        providerId: set.providerId,
      },
      SHOWN_CHECKS,
    );
    if (found !== undefined) return found;
    throw new ArenaError('internal', 'A set of frozen calls is gone.', { data: { set: set.id } });
  };
  if (command.accept) await accept(set, (await read()).checks, deps);
  if (command.check) {
    const watched = await read();
    const isOpen = watched.checks.some(({ state }) => state === 'queued' || state === 'running');
    if (!isOpen) await startDriftCheck(actor, watched, deps);
  }
  // last: what cannot start now is not put on a schedule
  if (everyHours !== undefined) {
    const nowMs = deps.clock.now();
    await deps.drift.schedule(set.id, everyHours, everyHours === null ? null : nowMs + everyHours * HOUR_MS);
    await deps.audit.record({
      actor: actor.userId ?? actor.role,
      action: 'schedule_drift_checks',
      campaignId: campaign.id,
      details: { judge: subject.identity, model: subject.model, provider: set.provider, everyHours },
      atMs: nowMs,
    });
  }
  return presentDrift(await read(), deps);
}

async function subjectOf(
  { judge, model }: OfJudge,
  campaign: CampaignRecord,
  deps: Pick<Ports, 'judgeCards'>,
): Promise<JudgeSubject> {
  return chooseSubject(await deps.judgeCards.subjects(campaign.id), judge, model);
}

/** Runs of the judge whose verdicts count and can be asked for again, newest first. */
async function watchableRuns(
  subject: JudgeSubject,
  campaign: CampaignRecord,
  deps: Pick<Ports, 'judgeCards' | 'runs'>,
): Promise<readonly RunRecord[]> {
  const { judgeId, model } = subject;
  const runs = await deps.judgeCards.runs(campaign.id, { judgeId, model, run: null });
  const counted = runs.filter(
    ({ state, standing }) => state === 'done' && (standing === 'counted' || standing === 'admitted'),
  );
  const records = await Promise.all(counted.map(({ run }) => deps.runs.find(run)));
  return records.filter((run) => run !== null).filter(isPairwise);
}

function isPairwise({ config }: RunRecord): boolean {
  const { mode = 'pairwise', control = null } = config as VerdictConfig;
  return mode === 'pairwise' && control === null;
}

/** As the judge was asked, live: a check should not wait a day for a batch. */
function configOf({ config }: RunRecord): VerdictConfig {
  const { batch: _, ...rest } = config;
  return rest as VerdictConfig;
}

/** The set, as it was frozen before or is now; a new budget is taken over. */
async function freeze(
  command: CheckJudgeDrift,
  subject: JudgeSubject,
  campaign: CampaignRecord,
  deps: ReadPorts & Pick<Ports, 'providers' | 'clock' | 'ids'>,
): Promise<DriftSet> {
  const runs = await watchableRuns(subject, campaign, deps);
  const run = runs.find((each) => command.provider === null || each.provider === command.provider);
  const provider = run === undefined ? null : await deps.providers.find(run.providerId);
  if (run === undefined || provider === null) throw nothingToAsk(command, subject, campaign, runs);
  const given = command.prices === null ? run.prices : pricesOf(provider, run.model, command.prices);
  const prices = given ?? pricesOf(provider, run.model, null);
  const isCountable = prices !== null || reportsCost(provider);
  const set = await deps.drift.freeze(
    {
      id: deps.ids.next(),
      campaignId: campaign.id,
      judgeId: subject.judgeId,
      model: subject.model,
      providerId: provider.id,
      config: configOf(run),
      prices,
      budgetUsd: command.budgetUsd ?? (isCountable ? DEFAULT_BUDGET_USD : null),
      seed: command.seed,
      by: command.actor.userId,
      createdAtMs: deps.clock.now(),
    },
    command.items,
  );
  if (set === null) throw nothingToAsk(command, subject, campaign, runs);
  if (command.budgetUsd === null && command.prices === null) return set;
  await deps.drift.setBudget(set.id, command.budgetUsd ?? set.budgetUsd, prices);
  return set;
}

function nothingToAsk(
  { provider }: CheckJudgeDrift,
  { name, model, origin }: JudgeSubject,
  { title }: CampaignRecord,
  runs: readonly RunRecord[],
): ArenaError {
  if (origin === 'control') {
    return new ArenaError(
      'invalid_request',
      `"${name}" is a rule that asks no model: it is always the same.`,
      {
        hint: 'Choose a judge that asks a model.',
        at: { column: 'judge', value: name },
      },
    );
  }
  const providers = [...new Set(runs.map((run) => run.provider))];
  const by = provider === null ? '' : ` of the provider ${provider}`;
  return new ArenaError(
    'no_comparisons',
    `In "${title}" no run of "${name}" with ${model === '' ? 'a model that is known' : model}${by} is done whose verdicts count and are about two answers.`,
    {
      hint:
        providers.length > 0
          ? `Providers with such runs: ${providers.join(', ')}.`
          : 'Run a judge that compares two answers first; verdicts of imports cannot be asked for again.',
      at: { column: provider === null ? 'judge' : 'provider', value: provider ?? name },
    },
  );
}

/** @throws ArenaError('invalid_request') where no check is done */
async function accept(
  set: DriftSet,
  checks: readonly { readonly run: RunRecord['id']; readonly state: RunRecord['state'] }[],
  deps: Pick<Ports, 'drift'>,
): Promise<void> {
  const newest = checks.findLast(({ state }) => state === 'done');
  if (newest !== undefined) return deps.drift.rebase(set.id, newest.run);
  throw new ArenaError('invalid_request', 'No check is done that later ones could be held against.', {
    hint: 'Check first, and wait for its end.',
    at: { column: 'accept' },
  });
}
