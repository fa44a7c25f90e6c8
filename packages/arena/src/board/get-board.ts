import type { Board, BoardQuery } from '@agon/contract';
import { wilsonInterval } from '@agon/stats';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Freshness } from '../ports/board-fits.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { presentPairs } from './write-pairs.ts';

export type BoardPorts = Pick<Ports, 'campaigns' | 'members' | 'content' | 'fits' | 'boards' | 'clock'>;

/** A board for a reply: all but its pairs, and those as they are written, or to be written. */
export type BoardParts = {
  readonly board: Omit<Board, 'pairs'>;
  readonly pairs: Uint8Array<ArrayBuffer> | Board['pairs'];
};

/**
 * The board of a campaign under the switches and filters of `query`: everything that the page shows.
 * Where nothing can be fitted, the fit is null and `empty` says why.
 */
export async function getBoard(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: BoardQuery },
  deps: BoardPorts,
): Promise<BoardParts> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const { board, columns, written } = await readParts(campaign, command.query, deps, 'latest');
  return { board, pairs: (await written) ?? presentPairs(columns) };
}

/** @param freshness `exact` for what is kept or handed out */
export async function readBoard(
  campaign: CampaignRecord,
  query: BoardQuery,
  deps: BoardPorts,
  freshness: Freshness = 'exact',
): Promise<Board> {
  const { board, columns } = await readParts(campaign, query, deps, freshness);
  return { ...board, pairs: presentPairs(columns) };
}

async function readParts(
  campaign: CampaignRecord,
  query: BoardQuery,
  deps: BoardPorts,
  freshness: Freshness,
) {
  const [{ answer, asOfMs, pairs: written }, content, measured] = await Promise.all([
    deps.fits.ask(campaign.id, { kind: 'board', query }, freshness),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
  ]);
  const { pairs: columns, ...told } = answer;
  const board: Omit<Board, 'pairs'> = {
    campaign: {
      slug: campaign.slug,
      title: campaign.title,
      state: campaign.state,
      attribution: campaign.attribution,
    },
    snapshot: null,
    at: new Date(asOfMs).toISOString(),
    query,
    ...told,
    counts: { ...told.counts, benchmarks: measured.benchmarks.length },
    models: content.models.map((model) => ({
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      retired: model.retired,
    })),
    benchmarks: measured.benchmarks.map((benchmark) => ({ ...benchmark })),
    scores: measured.scores.map((score) => ({ ...score, ...wilsonInterval(score.score, score.n) })),
  };
  return { board, columns, written };
}
