import type { GroupInsights, RatingInsights, RatingResult } from '@agon/domain';
import type { GroupInsightsJson, RatingInsightsJson, RatingResultJson } from './rating-json.ts';

/** Domain to JSON: the names of commands.md, nothing else changed. */
export function toRatingJson(result: RatingResult): RatingResultJson {
  const { settings } = result;
  const anchor =
    settings.anchor.model === null
      ? `mean=${settings.anchor.value}`
      : `${settings.anchor.model}=${settings.anchor.value}`;
  return {
    method: result.method,
    settings: {
      method: settings.method,
      ties: settings.ties,
      both_bad: settings.bothBad,
      interval: settings.interval,
      cluster: settings.cluster,
      rounds: settings.rounds,
      seed: settings.seed,
      anchor,
      k: settings.k,
      initial: settings.initial,
      baseline: settings.baseline,
      panel: [...settings.panel],
      style: [...settings.style],
      style_definition: settings.styleDefinition,
      ridge: settings.ridge,
      reweight: settings.reweight,
      prior: settings.prior,
    },
    comparisons: {
      read: result.comparisons.read,
      used: result.comparisons.used,
      excluded: result.comparisons.excluded.map(({ reason, count }) => ({ reason, count })),
    },
    fit: {
      converged: result.fit.converged,
      iterations: result.fit.iterations,
      components: result.fit.components.map((names) => [...names]),
    },
    models: result.models.map((model) => ({
      model: model.model,
      rating: model.rating,
      low: model.low,
      high: model.high,
      rank: model.rank,
      rank_low: model.rankLow,
      rank_high: model.rankHigh,
      comparisons: model.comparisons,
      wins: model.wins,
      losses: model.losses,
      ties: model.ties,
      ...(model.winRate === undefined
        ? {}
        : {
            win_rate: model.winRate,
            win_rate_se: model.winRateSe,
            win_rate_low: model.winRateLow ?? null,
            win_rate_high: model.winRateHigh ?? null,
            discrete_win_rate: model.discreteWinRate,
          }),
      ...(model.lcWinRate === undefined
        ? {}
        : {
            lc_win_rate: model.lcWinRate,
            lc_win_rate_se: model.lcWinRateSe ?? null,
            lc_win_rate_low: model.lcWinRateLow ?? null,
            lc_win_rate_high: model.lcWinRateHigh ?? null,
          }),
      ...(model.peopleRating === undefined
        ? {}
        : {
            people_rating: model.peopleRating,
            people_low: model.peopleLow ?? null,
            people_high: model.peopleHigh ?? null,
          }),
      ...(model.plainRating === undefined ? {} : { plain_rating: model.plainRating }),
    })),
    ...(result.tie === undefined
      ? {}
      : {
          tie_parameter: {
            name: result.tie.name,
            value: result.tie.value,
            low: result.tie.low,
            high: result.tie.high,
            equal_tie_share: result.tie.equalTieShare,
          },
        }),
    ...(result.judgePower === undefined
      ? {}
      : {
          judge_power: {
            lambda: result.judgePower.lambda,
            gain: result.judgePower.gain,
            narrower: result.judgePower.narrower,
            votes: result.judgePower.votes,
            paired_votes: result.judgePower.pairedVotes,
            judged_battles: result.judgePower.judgedBattles,
            extra_battles: result.judgePower.extraBattles,
          },
        }),
    ...(result.style === undefined
      ? {}
      : {
          style: result.style.map(({ feature, coefficient, low, high, mean, sd }) => ({
            feature,
            coefficient,
            low,
            high,
            odds: coefficient === null ? null : Math.exp(coefficient),
            odds_low: low === null ? null : Math.exp(low),
            odds_high: high === null ? null : Math.exp(high),
            mean,
            sd,
          })),
        }),
    warnings: result.warnings.map(({ code, message }) => ({ code, message })),
  };
}

export function toInsightsJson(insights: RatingInsights): RatingInsightsJson {
  return { ...toGroupJson(insights), others: insights.others.map(toGroupJson) };
}

function toGroupJson({
  models,
  pairwise,
  pFirst,
  tiers,
  flip,
  planner,
  ask,
}: GroupInsights): GroupInsightsJson {
  return {
    models: [...models],
    pairwise: pairwise.map((row) => [...row]),
    p_first: [...pFirst],
    tiers: [...tiers],
    flip:
      flip === null
        ? null
        : {
            leader: flip.leader,
            challenger: flip.challenger,
            votes: flip.votes,
            of: flip.of,
            gap_after: flip.gapAfter,
          },
    ask: ask.map(({ gain, information, ...pair }) => ({ ...toPlanJson(pair), gain, information })),
    planner: planner.map(toPlanJson),
  };
}

function toPlanJson({ modelA, modelB, gap, margin, settled, votes }: GroupInsights['planner'][number]) {
  return { model_a: modelA, model_b: modelB, gap, margin, settled, votes };
}
