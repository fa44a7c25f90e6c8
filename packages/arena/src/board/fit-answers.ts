import {
  type BoardCategories,
  type BoardModelPage,
  type BoardQuery,
  type ModelRatingJson,
  type RatingResultJson,
  toInsightsJson,
  toRatingJson,
} from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { pairColumns } from '@agon/rating';
import { wilsonInterval } from '@agon/stats';
import type { BoardAnswers } from '../ports/board-fits.ts';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import { summariseAgreement } from './agreement-summary.ts';
import { type ComparisonFilter, ComparisonView } from './comparison-view.ts';
import { type FacetCounts, presentFacets } from './count-facets.ts';
import { findUnsettled } from './find-unsettled.ts';
import type { FittedSource } from './fit-source.ts';
import { listSharedBattles } from './list-shared-battles.ts';
import { toRatingSettings } from './rating-query.ts';

/** Rows and fits of one revision of a campaign. */
export type Fits = {
  view(source: ComparisonSource, filter: ComparisonFilter): ComparisonView;
  /**
   * @param keep `nothing`: the rows behind the fit are not asked for again soon
   * @returns `rows`: comparisons that the filter lets through
   */
  fit(
    source: ComparisonSource,
    query: BoardQuery,
    keep?: 'view' | 'nothing',
  ): Promise<FittedSource & { readonly rows: number }>;
};

export async function answerBoard(
  comparisons: CampaignComparisons,
  facets: FacetCounts,
  query: BoardQuery,
  fits: Fits,
): Promise<BoardAnswers['board']> {
  const fitted = {
    people: await fits.fit('people', query),
    judges: await fits.fit('judges', query),
  };
  const people = fits.view('people', query);
  const judges = fits.view('judges', query);
  const shown = fitted[query.source];
  const view = query.source === 'people' ? people : judges;
  const both = people.length > 0 && judges.length > 0;
  const shared = both ? listSharedBattles(comparisons, people, judges) : { people: [], judges: [] };
  return {
    counts: {
      votes: people.length,
      raters: people.raters,
      verdicts: judges.length,
      judges: judges.raters,
      excluded: listed(people.excluded),
      excluded_verdicts: listed(judges.excluded),
    },
    facets: presentFacets(facets, comparisons),
    people: toJson(fitted.people),
    judges: toJson(fitted.judges),
    empty: { people: fitted.people.empty, judges: fitted.judges.empty },
    pairs: { models: view.models, ...pairColumns(view.table(toRatingSettings(query))) },
    unsettled: shown.result === null ? null : findUnsettled(shown.result, shown.insights),
    agreement: both ? summariseAgreement(shared.people, shared.judges) : [],
  };
}

/** Both fits, and head to head of people and of each judge by itself where asked for. */
export async function answerUnified(
  comparisons: CampaignComparisons,
  { query, pairs }: { readonly query: BoardQuery; readonly pairs: boolean },
  fits: Fits,
): Promise<BoardAnswers['unified']> {
  const settings = toRatingSettings(query);
  const pairsOf = (view: ComparisonView) => ({ models: view.models, ...pairColumns(view.table(settings)) });
  const ofJudges = () =>
    Array.from({ length: comparisons.raters.judges.size }, (_, code) => {
      const judge = comparisons.raters.judges.nameOf(code);
      const view = new ComparisonView('judges', { ...query, judge });
      view.update(comparisons);
      return { judge, pairs: pairsOf(view) };
    });
  return {
    people: await fits.fit('people', query),
    judges: await fits.fit('judges', query),
    pairs: pairs ? { people: pairsOf(fits.view('people', query)), judges: ofJudges() } : null,
  };
}

function listed(excluded: ComparisonView['excluded']): { reason: string; count: number }[] {
  return [...excluded].map(([reason, count]) => ({ reason, count }));
}

/** Every category of a source, fitted under a query whose own category does not count. */
export async function answerCategories(
  comparisons: CampaignComparisons,
  source: ComparisonSource,
  query: BoardQuery,
  fits: Fits,
): Promise<BoardCategories['categories']> {
  const { length, category } = comparisons[source];
  const named = new Uint8Array(comparisons.categories.length + 1);
  for (let row = 0; row < length; row += 1) named[category[row]!] = 1;
  const found: BoardCategories['categories'] = [];
  for (const [at, name] of comparisons.categories.entries()) {
    if (named[at + 1] === 0) continue;
    const { result, rows } = await fits.fit(source, { ...query, category: name }, 'nothing');
    if (rows === 0) continue;
    const json = result === null ? null : toRatingJson(result);
    found.push({
      category: name,
      comparisons: rows,
      models: json?.models ?? null,
      warnings: json?.warnings ?? [],
    });
  }
  return found.sort((x, y) => y.comparisons - x.comparisons || (x.category < y.category ? -1 : 1));
}

type SourcePage = NonNullable<BoardModelPage['sources']['people']>;

export async function answerModel(
  comparisons: CampaignComparisons,
  model: string,
  query: BoardQuery,
  fits: Fits,
): Promise<BoardModelPage['sources']> {
  return {
    people: await sourcePage(comparisons, 'people', model, query, fits),
    judges: await sourcePage(comparisons, 'judges', model, query, fits),
  };
}

const isRanked = ({ rank }: ModelRatingJson) => rank !== null;

async function sourcePage(
  comparisons: CampaignComparisons,
  source: ComparisonSource,
  name: string,
  query: BoardQuery,
  fits: Fits,
): Promise<SourcePage | null> {
  const { result } = await fits.fit(source, query);
  const json = result === null ? null : toRatingJson(result);
  const rating = json?.models.find((each) => each.model === name);
  if (json === null || rating === undefined) return null;
  const place = new Map(json.models.map((each, i) => [each.model, i]));
  const rivals = rivalsOf(fits.view(source, query), name, json, query);
  const categories = await answerCategories(comparisons, source, query, fits);
  return {
    rating,
    ranked: json.models.filter(isRanked).length,
    rivals: rivals.sort((x, y) => (place.get(x.model) ?? 0) - (place.get(y.model) ?? 0)),
    categories: categories.map(({ category, comparisons: count, models }) => ({
      category,
      comparisons: count,
      rating: models?.find((each) => each.model === name) ?? null,
      ranked: (models ?? []).filter(isRanked).length,
    })),
  };
}

function rivalsOf(
  view: ComparisonView,
  name: string,
  json: RatingResultJson,
  query: BoardQuery,
): SourcePage['rivals'] {
  const ratings = new Map(json.models.map((each) => [each.model, each.rating]));
  const { models } = view;
  const table = view.table(toRatingSettings(query));
  const own = ratings.get(name) ?? null;
  const code = models.indexOf(name);
  const rivals: SourcePage['rivals'] = [];
  for (let pair = 0; pair < table.cells; pair += 1) {
    const isFirst = table.low[pair] === code;
    if (!isFirst && table.high[pair] !== code) continue;
    const [won, lost] = [table.wins[pair]!, table.losses[pair]!];
    const { wins, losses } = isFirst ? { wins: won, losses: lost } : { wins: lost, losses: won };
    const ties = table.ties[pair]!;
    const n = wins + ties + losses;
    const rival = models[isFirst ? table.high[pair]! : table.low[pair]!]!;
    const share = (wins + ties / 2) / n;
    // as many votes of weight 1 would say it as surely
    const votes = table.weight[pair]! ** 2 / table.square[pair]!;
    // the curve of the ratings gives the share of wins only where ties are halves of it
    const other =
      json.method === 'bradley-terry' || json.method === 'prediction-powered'
        ? (ratings.get(rival) ?? null)
        : null;
    const expected = other === null || own === null ? null : 1 / (1 + 10 ** ((other - own) / 400));
    rivals.push({ model: rival, wins, ties, losses, share, ...wilsonInterval(share, votes), expected });
  }
  return rivals;
}

function toJson({ result, insights }: FittedSource): RatingResultJson | null {
  if (result === null) return null;
  return { ...toRatingJson(result), insights: insights === null ? null : toInsightsJson(insights) };
}
