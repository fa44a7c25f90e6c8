import type { Board, BoardQuery } from '@agon/contract';
import { wilsonInterval } from '@agon/stats';
import type { Actor } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { Freshness, PairColumns } from '../ports/board-fits.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';

export type BoardPorts = Pick<Ports, 'campaigns' | 'content' | 'fits' | 'boards' | 'clock'>;

/**
 * The board of a campaign under the switches and filters of `query`: everything that the page shows.
 * Where nothing can be fitted, the fit is null and `empty` says why.
 */
export async function getBoard(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: BoardQuery },
  deps: BoardPorts,
): Promise<Board> {
  const campaign = await requireCampaign(command.campaign, deps, command.actor);
  return readBoard(campaign, command.query, deps, 'latest');
}

/** @param freshness `exact` for what is kept or handed out */
export async function readBoard(
  campaign: CampaignRecord,
  query: BoardQuery,
  deps: BoardPorts,
  freshness: Freshness = 'exact',
): Promise<Board> {
  const [{ answer, asOfMs }, content, measured] = await Promise.all([
    deps.fits.ask(campaign.id, { kind: 'board', query }, freshness),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
  ]);
  return {
    campaign: {
      slug: campaign.slug,
      title: campaign.title,
      state: campaign.state,
      attribution: campaign.attribution,
    },
    snapshot: null,
    at: new Date(asOfMs).toISOString(),
    query,
    ...answer,
    counts: { ...answer.counts, benchmarks: measured.benchmarks.length },
    models: content.models.map((model) => ({
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      retired: model.retired,
    })),
    pairs: presentPairs(answer.pairs),
    benchmarks: measured.benchmarks.map((benchmark) => ({ ...benchmark })),
    scores: measured.scores.map((score) => ({ ...score, ...wilsonInterval(score.score, score.n) })),
  };
}

function presentPairs({ models, a, b, wins, ties, losses }: PairColumns): Board['pairs'] {
  return Array.from(a, (first, pair) => ({
    model_a: models[first]!,
    model_b: models[b[pair]!]!,
    wins: wins[pair]!,
    ties: ties[pair]!,
    losses: losses[pair]!,
  }));
}
