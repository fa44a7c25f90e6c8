import { type BoardModelPage, type BoardQuery, type ModelRatingJson, toRatingJson } from '@agon/contract';
import { ArenaError, toColumns } from '@agon/domain';
import { pairCounts } from '@agon/rating';
import { wilsonInterval } from '@agon/stats';
import type { Actor } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { KeptRatings } from '../ports/board-store.ts';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import { type BoardPorts, fitSource, readComparisons } from './get-board.ts';
import { fitCategories } from './get-board-categories.ts';
import { toRatingSettings } from './rating-query.ts';

type SourcePage = NonNullable<BoardModelPage['sources']['people']>;

/** Kept boards that a history reaches back over. */
const HISTORY = 60;

/** Everything that a board knows of one model. @throws ArenaError('not_found') for a model that never entered */
export async function getBoardModel(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly model: string;
    readonly query: BoardQuery;
  },
  deps: BoardPorts,
): Promise<BoardModelPage> {
  const campaign = await requireCampaign(command.campaign, deps, command.actor);
  const { model: name, query } = command;
  const [comparisons, content, measured, kept] = await Promise.all([
    readComparisons(campaign, query, deps),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
    deps.boards.keptRatings(campaign.id, HISTORY),
  ]);
  const model = content.models.find((each) => each.name === name);
  if (model === undefined) {
    throw new ArenaError('not_found', `"${name}" is not in this campaign.`, {
      hint: 'The board lists every model that ever entered.',
    });
  }
  const benchmarks = new Map(measured.benchmarks.map((benchmark) => [benchmark.name, benchmark]));
  return {
    campaign: { slug: campaign.slug, title: campaign.title, state: campaign.state },
    at: new Date(deps.clock.now()).toISOString(),
    query,
    model: {
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      retired: model.retired,
    },
    sources: {
      people: sourcePage(comparisons, 'people', name, query),
      judges: sourcePage(comparisons, 'judges', name, query),
    },
    scores: measured.scores
      .filter((score) => score.model === name)
      .map((score) => ({
        ...score,
        ...wilsonInterval(score.score, score.n),
        title: benchmarks.get(score.benchmark)?.title ?? score.benchmark,
        chance: benchmarks.get(score.benchmark)?.chance ?? 0,
      })),
    history: historyOf(kept, name, query),
  };
}

const isRanked = ({ rank }: ModelRatingJson) => rank !== null;

function sourcePage(
  comparisons: CampaignComparisons,
  source: 'people' | 'judges',
  name: string,
  query: BoardQuery,
): SourcePage | null {
  const { result, rows } = fitSource(comparisons, source, query);
  const json = result === null ? null : toRatingJson(result);
  const rating = json?.models.find((each) => each.model === name);
  if (json === null || rating === undefined) return null;
  const ratings = new Map(json.models.map((each) => [each.model, each.rating]));
  const rivals = pairCounts(toColumns(rows), toRatingSettings(query)).flatMap((pair) => {
    const isFirst = pair.modelA === name;
    if (!isFirst && pair.modelB !== name) return [];
    const { wins, losses } = isFirst ? pair : { wins: pair.losses, losses: pair.wins };
    const n = wins + pair.ties + losses;
    if (n === 0) return [];
    const rival = isFirst ? pair.modelB : pair.modelA;
    const share = (wins + pair.ties / 2) / n;
    // the curve of the ratings gives the share of wins only where ties are halves of it
    const other = json.method === 'bradley-terry' ? (ratings.get(rival) ?? null) : null;
    return [
      {
        model: rival,
        wins,
        ties: pair.ties,
        losses,
        share,
        ...wilsonInterval(share, n),
        expected:
          other === null || rating.rating === null ? null : 1 / (1 + 10 ** ((other - rating.rating) / 400)),
      },
    ];
  });
  const place = new Map(json.models.map((each, i) => [each.model, i]));
  return {
    rating,
    ranked: json.models.filter(isRanked).length,
    rivals: rivals.sort((x, y) => (place.get(x.model) ?? 0) - (place.get(y.model) ?? 0)),
    categories: fitCategories(comparisons, source, query).map(({ category, comparisons: count, models }) => ({
      category,
      comparisons: count,
      rating: models?.find((each) => each.model === name) ?? null,
      ranked: (models ?? []).filter(isRanked).length,
    })),
  };
}

/** Kept boards under the same switches and filters; `source` chose only what such a board shows beside its ratings. */
function historyOf(kept: readonly KeptRatings[], name: string, query: BoardQuery): BoardModelPage['history'] {
  const asked = sameView(query);
  return kept
    .filter((each) => sameView(each.query) === asked)
    .map(({ snapshot, people, judges }) => ({
      snapshot: snapshot.id as string,
      at: new Date(snapshot.atMs).toISOString(),
      votes: snapshot.votes,
      verdicts: snapshot.verdicts,
      people: people.find((each) => each.model === name) ?? null,
      judges: judges.find((each) => each.model === name) ?? null,
    }))
    .reverse();
}

function sameView({ source: _, ...rest }: BoardQuery): string {
  return JSON.stringify(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1)));
}
