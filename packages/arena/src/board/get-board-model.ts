import type { BoardModelPage, BoardQuery } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { wilsonInterval } from '@agon/stats';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { KeptRatings } from '../ports/board-store.ts';
import type { BoardPorts } from './get-board.ts';

/** Snapshots that a history reaches back over. */
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
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const { model: name, query } = command;
  const [{ answer: sources, asOfMs }, content, measured, kept] = await Promise.all([
    deps.fits.ask(campaign.id, { kind: 'model', query, model: name }, 'latest'),
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
    at: new Date(asOfMs).toISOString(),
    query,
    model: {
      name: model.name,
      title: model.title,
      provider: model.provider,
      licence: model.licence,
      open_weights: model.openWeights,
      retired: model.retired,
    },
    sources,
    scores: measured.scores
      .filter((score) => score.model === name)
      .map((score) => ({
        ...score,
        ...wilsonInterval(score.score, score.n),
        title: benchmarks.get(score.benchmark)?.title ?? score.benchmark,
        chance: benchmarks.get(score.benchmark)?.chance ?? null,
      })),
    history: historyOf(kept, name, query),
  };
}

/** Snapshots under the same switches and filters; `source` chose only what such a board shows beside its ratings. */
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
