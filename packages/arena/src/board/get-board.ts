import {
  type Board,
  type BoardQuery,
  type RatingResultJson,
  toInsightsJson,
  toRatingJson,
} from '@agon/contract';
import { isArenaError, type RatingInsights, type RatingResult, toColumns } from '@agon/domain';
import { explainRatings, fitRatings, pairCounts } from '@agon/rating';
import { wilsonInterval } from '@agon/stats';
import type { Actor } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { CampaignComparison, CampaignComparisons } from '../ports/comparison-store.ts';
import type { Ports } from '../ports/ports.ts';
import { summariseAgreement } from './agreement-summary.ts';
import { countAnswerStyles } from './count-answer-styles.ts';
import { findUnsettled } from './find-unsettled.ts';
import { selectComparisons, toRatingSettings } from './rating-query.ts';

export type BoardPorts = Pick<Ports, 'campaigns' | 'content' | 'comparisons' | 'boards' | 'clock'>;

/**
 * The board of a campaign under the switches and filters of `query`: everything that the page shows.
 * Where nothing can be fitted, the fit is null and `empty` says why.
 */
export async function getBoard(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: BoardQuery },
  deps: BoardPorts,
): Promise<Board> {
  const campaign = await requireCampaign(command.campaign, deps, command.actor);
  return readBoard(campaign, command.query, deps);
}

/** Fits are kept until the comparisons change: readers of a busy board share one. */
const fits = new WeakMap<CampaignComparisons['rows'], Map<string, FittedSource>>();
const fitRevisions = new WeakMap<CampaignComparisons['rows'], number>();

type FittedSource = {
  readonly result: RatingResult | null;
  readonly insights: RatingInsights | null;
  readonly empty: string | null;
  readonly rows: readonly CampaignComparison[];
  readonly excluded: ReadonlyMap<string, number>;
};

/** On a larger board nobody reads a table of all pairs. */
const EXPLAINED_MODELS = 80;

function toJson({ result, insights }: FittedSource): RatingResultJson | null {
  if (result === null) return null;
  return { ...toRatingJson(result), insights: insights === null ? null : toInsightsJson(insights) };
}

/** One source fitted under a query, from memory where nothing changed. */
export function fitSource(
  comparisons: CampaignComparisons,
  source: 'people' | 'judges',
  query: BoardQuery,
): FittedSource {
  if (fitRevisions.get(comparisons.rows) !== comparisons.revision) {
    fits.set(comparisons.rows, new Map());
    fitRevisions.set(comparisons.rows, comparisons.revision);
  }
  const kept = fits.get(comparisons.rows)!;
  const key = JSON.stringify([source, { ...query, source: undefined }]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const { rows, excluded } = selectComparisons(comparisons.rows, source, query);
  let fitted: FittedSource;
  try {
    const [columns, settings] = [toColumns(rows), toRatingSettings(query)];
    const result = fitRatings(columns, settings);
    const insights = columns.models.length > EXPLAINED_MODELS ? null : explainRatings(columns, settings);
    fitted = { result, insights, empty: null, rows, excluded };
  } catch (error) {
    if (!isArenaError(error) || error.kind === 'bug') throw error;
    fitted = { result: null, insights: null, empty: error.message, rows, excluded };
  }
  kept.set(key, fitted);
  return fitted;
}

export async function readBoard(
  campaign: CampaignRecord,
  query: BoardQuery,
  deps: BoardPorts,
): Promise<Board> {
  const [comparisons, content, measured] = await Promise.all([
    readComparisons(campaign, query, deps),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
  ]);
  const people = fitSource(comparisons, 'people', query);
  const judges = fitSource(comparisons, 'judges', query);
  const shown = query.source === 'people' ? people : judges;
  const settings = toRatingSettings(query);
  return {
    campaign: {
      slug: campaign.slug,
      title: campaign.title,
      state: campaign.state,
      attribution: campaign.attribution,
    },
    snapshot: null,
    at: new Date(deps.clock.now()).toISOString(),
    query,
    counts: {
      votes: people.rows.length,
      raters: distinct(people.rows.map((row) => row.rater)),
      verdicts: judges.rows.length,
      judges: distinct(judges.rows.map((row) => row.rater)),
      benchmarks: measured.benchmarks.length,
      excluded: [...people.excluded].map(([reason, count]) => ({ reason, count })),
    },
    facets: facetsOf(comparisons.rows),
    models: content.models.map((model) => ({
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      retired: model.retired,
    })),
    people: toJson(people),
    judges: toJson(judges),
    empty: { people: people.empty, judges: judges.empty },
    pairs: pairCounts(toColumns(shown.rows), settings).map((pair) => ({
      model_a: pair.modelA,
      model_b: pair.modelB,
      wins: pair.wins,
      ties: pair.ties,
      losses: pair.losses,
    })),
    benchmarks: measured.benchmarks.map((benchmark) => ({ ...benchmark })),
    scores: measured.scores.map((score) => ({ ...score, ...wilsonInterval(score.score, score.n) })),
    unsettled: shown.result === null ? null : findUnsettled(shown.result, shown.insights),
    agreement: summariseAgreement(people.rows, judges.rows),
  };
}

const styled = new WeakMap<CampaignComparisons['rows'], CampaignComparisons>();

/** The contextual method needs the style of the answers; it is counted again only where comparisons changed. */
export async function readComparisons(
  campaign: CampaignRecord,
  query: BoardQuery,
  deps: BoardPorts,
): Promise<CampaignComparisons> {
  const stored = await deps.comparisons.read(campaign.id);
  if (query.method !== 'contextual') return stored;
  const known = styled.get(stored.rows);
  if (known?.revision === stored.revision) return known;
  const rows = await countAnswerStyles(stored.rows, deps);
  const fresh = { rows, revision: stored.revision };
  styled.set(stored.rows, fresh);
  return fresh;
}

function distinct(names: readonly (string | undefined)[]): number {
  return new Set(names).size;
}

function facetsOf(rows: readonly CampaignComparison[]): Board['facets'] {
  const count = (nameOf: (row: CampaignComparison) => string | undefined) => {
    const counts = new Map<string, number>();
    for (const row of rows) {
      const name = nameOf(row);
      if (name !== undefined && row.excluded === null) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts]
      .map(([name, comparisons]) => ({ name, comparisons }))
      .sort((x, y) => y.comparisons - x.comparisons || (x.name < y.name ? -1 : 1));
  };
  return {
    categories: count((row) => row.category),
    languages: count((row) => row.language),
    turns: [...new Set(rows.flatMap((row) => (row.turn === undefined ? [] : [row.turn])))].sort(
      (x, y) => x - y,
    ),
    judges: count((row) => (row.source === 'judges' ? row.rater : undefined)).map((facet) => facet.name),
  };
}
