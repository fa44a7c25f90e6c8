import type { JudgeCardJson, RunCheckJson } from '@agon/contract';
import { ArenaError, modelFamily, type RunId } from '@agon/domain';
import { CONTROL_JUDGES } from '@agon/judging';
import {
  calibrated,
  calibrateJudge,
  JUDGE_HABITS,
  judgeAuc,
  judgeHabits,
  judgeOf,
  type OrderFigures,
  orderFigures,
  peopleOf,
  rankDisagreements,
  winnerAgreement,
} from '@agon/rating/judge-card';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { JudgeSubject, SubjectRun, VerdictCosts } from '../../ports/judge-card-store.ts';
import type { Ports } from '../../ports/ports.ts';
import type { SentBackBattle } from '../../ports/sent-back-store.ts';
import { presentJudgeRun } from '../present-judge-run.ts';
import { agreementMap, speakersOf } from './agreement-map.ts';
import { calibrateRewards, presentRewards } from './calibrate-rewards.ts';
import { chooseSubject } from './choose-subject.ts';
import { compareRules } from './combine-rules.ts';
import { type CardRatings, rankCorrelation, rateItems } from './rate-items.ts';
import { differencesOf, type HeldItem, readHeldItems, rewardJudgeOf } from './read-cells.ts';
import { summariseCard } from './summarise-card.ts';

/** Elo points in one logit. */
const ELO_PER_LOGIT = 400 / Math.LN10;
const DISAGREEMENTS = 10;
const PROMPT_CHARACTERS = 160;
/** More unscored than this and a card should not be used before somebody looked at the replies. */
const MAX_UNSCORED = 0.1;

type CardPorts = Pick<
  Ports,
  'campaigns' | 'members' | 'content' | 'judgeCards' | 'sentBack' | 'runs' | 'clock'
>;

/**
 * How good a judge is on the battles of a campaign: beside people, who are the measure, and rules without a model, which
 * are the floor. All of it is computed from the rows as they are now.
 * @throws ArenaError('not_found') where the judge gave no verdicts here, with those that did
 */
export async function getJudgeCard(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly judge: string;
    readonly model?: string | undefined;
    readonly run?: string | undefined;
  },
  deps: CardPorts,
): Promise<JudgeCardJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const known = await deps.judgeCards.subjects(campaign.id);
  const subject = chooseSubject(known, command.judge, command.model);
  const run = (command.run as RunId | undefined) ?? null;
  const filter = { judgeId: subject.judgeId, model: subject.model, run };
  const runs = await deps.judgeCards.runs(campaign.id, { ...filter, run: null });
  if (run !== null && !runs.some((each) => each.run === run)) {
    throw new ArenaError('not_found', 'This run gave no verdicts of this judge here.', {
      hint: 'See the runs of the judge on its card.',
    });
  }
  const checked = run ?? runs[0]?.run;
  const rewardJudge = rewardJudgeOf(subject);
  const [{ items: found, subjects, of }, costs, sent, judgeRun] = await Promise.all([
    readHeldItems(campaign.id, filter, deps, rewardJudge),
    deps.judgeCards.costs(campaign.id, filter),
    deps.sentBack.list(campaign.id),
    checked === undefined ? null : presentJudgeRun(checked, deps),
  ]);
  const here = subjects.findIndex((each) => each.judgeId === subject.judgeId && each.model === subject.model);
  const rewards = rewardJudge === null ? null : calibrateRewards(found, here);
  const items = rewards?.items ?? found;
  const prompts = await promptStarts(items, deps);
  const people = rateItems(items, peopleOf, (item) => item.weight ?? 1);
  const judge = rateItems(items, judgeOf, (item) => 1 / Math.max(1, item.verdicts.length));
  const all = winnerAgreement(items, peopleOf, judgeOf);
  const orders = orderFigures(items, (item) => gapOf(people, item.modelA, item.modelB));
  const calibration = calibrateJudge(items);
  const family = modelFamily(subject.model === '' ? subject.name : subject.model);
  const held = new Map(items.map((item) => [item as object, item]));
  const habits = judgeHabits(items, (item) => differencesOf(held.get(item)!, family));
  const summary = summariseCard(items, people, judge);
  const scored = items.reduce((sum, item) => sum + item.verdicts.length, 0);
  const unscored = items.flatMap((item) => item.unscored);
  return {
    campaign: { slug: campaign.slug, title: campaign.title },
    at: new Date(deps.clock.now()).toISOString(),
    ...presentSubject(subject),
    run,
    models: known.filter((each) => each.name === subject.name).map((each) => each.model),
    runs: runs.map(presentRun),
    last_at: subject.lastMs === null ? null : new Date(subject.lastMs).toISOString(),
    tie_rule: 'a tie repeats no winner',
    summary,
    counts: {
      battles: items.length,
      of,
      both_orders: orders.consistency.of,
      verdicts: scored + unscored.length,
      unscored: unscored.length,
      votes: items.reduce((sum, item) => sum + item.votes.length, 0),
      prompts: new Set(items.map((item) => item.prompt)).size,
    },
    agreement: presentAgreement(items, all),
    orders: presentOrders(orders),
    calibration: {
      votes: calibration.votes,
      slope: calibration.slope,
      offset: calibration.offset,
      brier: calibration.brier,
      brier_fitted: calibration.brierFitted,
      ece: calibration.ece,
      ece_fitted: calibration.eceFitted,
      bins: calibration.bins.map(({ says, people: votes, votes: n }) => ({ says, people: votes, votes: n })),
    },
    reward: rewardJudge === null || rewards === null ? null : presentRewards(rewardJudge, rewards.fit),
    habits: {
      effects: JUDGE_HABITS.map((habit) => {
        const { items: battles, ...effect } = habits.effects[habit];
        return { habit, effect, battles };
      }),
      people: habits.people,
      battles: habits.items,
      corrected: habits.corrected,
      family,
    },
    rules: compareRules(items),
    unscored: countReasons(unscored),
    probes: probesOf(summary, orders, unscored.length, scored, judgeRun?.probes.checks ?? []),
    order: {
      rho: rankCorrelation(people, judge),
      models: [...people].map(([model, rating]) => ({
        model,
        people: rating,
        judge: judge.get(model) ?? { value: null, low: null, high: null },
      })),
    },
    map: agreementMap(items, speakersOf(subjects, here)),
    cost: presentCosts(costs),
    disagreements: presentDisagreements(
      items,
      people,
      (share) => calibrated(calibration, share),
      prompts,
      sent,
    ),
  };
}

function gapOf(ratings: CardRatings, a: string, b: string): number | null {
  const [first, second] = [ratings.get(a)?.value ?? null, ratings.get(b)?.value ?? null];
  return first === null || second === null ? null : Math.abs(first - second);
}

export function presentSubject(subject: JudgeSubject) {
  return {
    judge: subject.name,
    identity: subject.identity,
    title: subject.title,
    origin: subject.origin,
    model: subject.model,
  };
}

function presentRun(run: SubjectRun): JudgeCardJson['runs'][number] {
  return {
    run: run.run,
    provider: run.provider,
    started_at: new Date(run.startedAtMs).toISOString(),
    state: run.state,
    standing: run.standing,
    standing_reason: run.standingReason,
  };
}

type Agreement = ReturnType<typeof winnerAgreement>;

export function presentWinners({ agreement, kappa, n, items }: Agreement) {
  return { agreement, kappa, votes: n, battles: items };
}

function presentAgreement(items: readonly HeldItem[], all: Agreement): JudgeCardJson['agreement'] {
  const pairs = items.reduce((sum, { votes }) => sum + (votes.length * (votes.length - 1)) / 2, 0);
  return {
    all: presentWinners(all),
    auc: judgeAuc(items),
    people: presentWinners(winnerAgreement(items, peopleOf, peopleOf)),
    people_pairs: pairs,
    controls: controlsOf(items),
    categories: [...Map.groupBy(items, ({ category }) => category)]
      .flatMap(([category, own]) => {
        const here = winnerAgreement(own, peopleOf, judgeOf);
        if (category === null || here.n === 0) return [];
        return [
          {
            category,
            ...presentWinners(here),
            people: winnerAgreement(own, peopleOf, peopleOf).agreement.value,
            controls: CONTROL_JUDGES.map((control) => ({
              control,
              agreement: winnerAgreement(own, peopleOf, (item) => item.rules[control]).agreement.value,
            })),
          },
        ];
      })
      .sort((x, y) => (y.agreement.value ?? 0) - (x.agreement.value ?? 0)),
  };
}

export function controlsOf(items: readonly HeldItem[]): JudgeCardJson['agreement']['controls'] {
  return CONTROL_JUDGES.map((control) => ({
    control,
    ...presentWinners(winnerAgreement(items, peopleOf, (item) => item.rules[control])),
  }));
}

function presentOrders(figures: OrderFigures): JudgeCardJson['orders'] {
  const { items: slotBiasBattles, ...slotBias } = figures.slotBias;
  return {
    consistency: figures.consistency,
    consistency_by_chance: figures.consistencyByChance,
    changed: {
      to_first: figures.changedToFirst,
      to_second: figures.changedToSecond,
      by_tie: figures.changedByTie,
    },
    repeatability: figures.repeatability,
    repeatability_by_chance: figures.repeatabilityByChance,
    first_slot: figures.firstSlot,
    slot_bias: slotBias,
    slot_bias_battles: slotBiasBattles,
    gaps: figures.gaps.map(({ from, below, firstSlot, slotBias: { items, ...bias } }) => ({
      from,
      below,
      first_slot: firstSlot,
      slot_bias: bias,
      battles: items,
    })),
  };
}

function countReasons(reasons: readonly string[]): JudgeCardJson['unscored'] {
  return [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, all]) => ({ reason, count: all.length }))
    .sort((x, y) => y.count - x.count);
}

function probesOf(
  { over_rule: over }: JudgeCardJson['summary'],
  { consistency, consistencyByChance: chance }: OrderFigures,
  unscored: number,
  scored: number,
  checks: readonly RunCheckJson[],
): JudgeCardJson['probes'] {
  const all = unscored + scored;
  const beats: JudgeCardJson['probes'][number] = {
    probe: 'beats_controls',
    passed: over.low === null ? null : over.low > 0,
    part: over.value ?? 0,
    of: 1,
  };
  if (checks.length > 0) {
    return [
      beats,
      ...checks.map(({ check, passed, hits, n }) => ({ probe: check, passed, part: hits, of: n })),
    ];
  }
  // verdicts that came by an import were checked by no run
  return [
    beats,
    {
      probe: 'more_consistent_than_chance',
      passed: consistency.low === null || chance === null ? null : consistency.low > chance,
      part: consistency.part,
      of: consistency.of,
    },
    {
      probe: 'unscored',
      passed: all === 0 ? null : unscored / all <= MAX_UNSCORED,
      part: unscored,
      of: all,
    },
  ];
}

function presentCosts(costs: VerdictCosts): JudgeCardJson['cost'] {
  const per1000 = (value: number | null) =>
    value === null || costs.replies === 0 ? null : (1000 * value) / costs.replies;
  return {
    replies: costs.replies,
    usd: costs.costUsd,
    estimated: costs.estimated,
    usd_per_1000: per1000(costs.costUsd),
    prompt_tokens: costs.promptTokens,
    completion_tokens: costs.completionTokens,
    // of one reply there is no time between the first and the last
    seconds_per_1000: costs.seconds > 0 ? per1000(costs.seconds) : null,
    latency_ms: costs.latencyMs,
  };
}

function presentDisagreements(
  items: readonly HeldItem[],
  people: CardRatings,
  calibrate: (share: number) => number,
  prompts: ReadonlyMap<string, { readonly start: string; readonly turns: number }>,
  sent: readonly SentBackBattle[],
): JudgeCardJson['disagreements'] {
  const { of, ranked } = rankDisagreements(
    items,
    (model) => {
      const rating = people.get(model)?.value ?? null;
      return rating === null ? null : rating / ELO_PER_LOGIT;
    },
    calibrate,
  );
  const sentBack = new Map<string, SentBackBattle>(sent.map((each) => [each.battle, each]));
  return {
    of,
    items: ranked.slice(0, DISAGREEMENTS).map(({ item, judge, people: mean, gain }) => {
      const { cell } = item;
      const prompt = prompts.get(item.prompt);
      const back = sentBack.get(cell.battle);
      const labelIn = (order: 'ab' | 'ba') =>
        item.verdicts.find((verdict) => verdict.order === order)?.label ?? null;
      const count = (outcome: string) => item.votes.filter((vote) => vote === outcome).length;
      return {
        battle: cell.battle,
        prompt: prompt?.start ?? cell.promptKey ?? '',
        category: item.category,
        turns: cell.turns,
        model_a: item.modelA,
        model_b: item.modelB,
        votes: { a: count('a'), b: count('b'), tie: count('tie') },
        ab: labelIn('ab'),
        ba: labelIn('ba'),
        judge,
        people: mean,
        gain,
        whole:
          cell.answers !== null &&
          prompt !== undefined &&
          (cell.turns === null || cell.turns >= prompt.turns),
        sent_back: back === undefined ? null : { wanted: back.wanted, votes: back.votes },
      };
    }),
  };
}

async function promptStarts(items: readonly HeldItem[], deps: Pick<Ports, 'content'>) {
  const ids = new Set(items.flatMap(({ cell }) => (cell.promptId === null ? [] : [cell.promptId])));
  const texts = await deps.content.promptTexts([...ids]);
  return new Map(
    [...texts].map(([id, { turns }]) => [
      id as string,
      { start: [...(turns[0] ?? '').trim()].slice(0, PROMPT_CHARACTERS).join(''), turns: turns.length },
    ]),
  );
}
