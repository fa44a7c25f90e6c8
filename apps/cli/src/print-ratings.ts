import type { GroupInsightsJson, RatingResultJson } from '@agon/contract';
import { note, printTable } from './print.ts';

/** A table for people, with what was left out and every warning on stderr. */
export function printRatings(result: RatingResultJson): void {
  const whole = (value: number | null | undefined) =>
    value === null || value === undefined ? null : Math.round(value);
  if (result.method === 'length-controlled') {
    printTable(
      ['rank', 'model', 'at equal length %', 'se', 'low', 'high', 'win rate %'],
      result.models.map((model) => [
        model.rank,
        model.model,
        model.lc_win_rate?.toFixed(2) ?? null,
        model.lc_win_rate_se?.toFixed(2) ?? null,
        model.lc_win_rate_low?.toFixed(2) ?? null,
        model.lc_win_rate_high?.toFixed(2) ?? null,
        model.win_rate?.toFixed(2) ?? null,
      ]),
    );
  } else if (result.method === 'win-rate') {
    printTable(
      ['rank', 'model', 'win rate %', 'se', 'wins', 'losses', 'ties'],
      result.models.map((model) => [
        model.rank,
        model.model,
        model.win_rate?.toFixed(2) ?? null,
        model.win_rate_se?.toFixed(2) ?? null,
        model.wins,
        model.losses,
        model.ties,
      ]),
    );
  } else if (result.method === 'prediction-powered') {
    printTable(
      ['rank', 'model', 'rating', 'low', 'high', 'people alone', 'low', 'high', 'votes'],
      result.models.map((model) => [
        model.rank_low === model.rank_high ? model.rank : `${model.rank_low}–${model.rank_high}`,
        model.model,
        whole(model.rating),
        whole(model.low),
        whole(model.high),
        whole(model.people_rating),
        whole(model.people_low),
        whole(model.people_high),
        model.comparisons,
      ]),
    );
  } else {
    printTable(
      ['rank', 'model', 'rating', 'low', 'high', 'comparisons'],
      result.models.map((model) => [
        model.rank_low === model.rank_high ? model.rank : `${model.rank_low}–${model.rank_high}`,
        model.model,
        whole(model.rating),
        whole(model.low),
        whole(model.high),
        model.comparisons,
      ]),
    );
  }
  note(
    `${result.comparisons.used} of ${result.comparisons.read} comparisons used, ${result.method}, interval ${result.settings.interval}, clusters ${result.settings.cluster}`,
  );
  const power = result.judge_power;
  if (power !== undefined) {
    const { lambda, gain, narrower, votes, paired_votes, judged_battles, extra_battles } = power;
    const width = narrower === null ? '' : `; intervals ${(100 * narrower).toFixed(1)} % narrower`;
    note(
      `judges trusted by λ = ${lambda.toFixed(2)}${width}: worth ${(100 * (gain - 1)).toFixed(0)} % more votes`,
    );
    note(
      `${paired_votes} of ${votes} votes are on battles that judges decided, too; of their ${judged_battles} battles ${extra_battles} have no vote`,
    );
  }
  if (result.tie_parameter !== undefined) {
    const { name, value, low, high, equal_tie_share: share } = result.tie_parameter;
    const interval = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
    note(
      `tie parameter ${name} = ${value.toFixed(3)}${interval}; equals tie in ${(100 * share).toFixed(1)} %`,
    );
  }
  printInsights(result.insights ?? null);
  for (const { feature, coefficient, low, high } of result.style ?? []) {
    const interval = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
    note(`style ${feature}: ${coefficient?.toFixed(3) ?? '—'}${interval}`);
  }
  for (const { reason, count } of result.comparisons.excluded) note(`left out: ${count} × ${reason}`);
  for (const warning of result.warnings) note(`${warning.code}: ${warning.message}`);
}

/** Names of a group that are told; the ratings list them all. */
const NAMED = 4;

function printInsights(insights: RatingResultJson['insights'] | null): void {
  if (insights == null) return;
  const groups = [insights, ...(insights.others ?? [])];
  for (const group of groups) {
    if (groups.length > 1) {
      const { models } = group;
      const rest = models.length > NAMED ? ` and ${models.length - NAMED} more` : '';
      note(`among ${models.slice(0, NAMED).join(', ')}${rest}:`);
    }
    printGroup(group);
  }
}

function printGroup({ flip, planner, ask }: GroupInsightsJson): void {
  if (flip !== null) {
    const { leader, challenger, votes, of } = flip;
    note(`${votes} of ${of} comparisons decide that ${leader} is ahead of ${challenger}`);
  }
  for (const { model_a, model_b, gap, margin, settled, votes } of planner) {
    if (settled) continue;
    const more = votes === null ? '' : `; ${votes} votes between them would show a gap of this size`;
    note(`${model_a} and ${model_b}: ${gap.toFixed(1)} ± ${margin.toFixed(1)} points${more}`);
  }
  const [next, ...more] = (ask ?? []).slice(0, 3).map((pair) => `${pair.model_a} – ${pair.model_b}`);
  if (next !== undefined) note(`one more vote tells most on: ${[next, ...more].join(', ')}`);
}
