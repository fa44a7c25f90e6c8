import { type BoardQuery, boardQuerySchema, type Unified } from '@agon/contract';
import { contentHash } from '@agon/domain';
import { fitComposite } from '@agon/rating';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Freshness } from '../ports/board-fits.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { BoardPorts } from './get-board.ts';
import { withAbility } from './unify-by-ability.ts';

export type UnifiedWeights = {
  readonly people: number;
  readonly judges: number;
  readonly benchmarks: number;
};

/** People, judges and benchmarks in one ranking, with everything that is missing said aloud. */
export async function getUnified(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly weights: UnifiedWeights;
    readonly method?: 'composite' | 'ability';
  },
  deps: BoardPorts,
): Promise<Unified> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const composite = await readUnified(campaign, command.weights, deps, boardQuerySchema.parse({}), 'latest');
  return command.method === 'ability' ? withAbility(composite, campaign, command.weights, deps) : composite;
}

export async function readUnified(
  campaign: CampaignRecord,
  weights: UnifiedWeights,
  deps: BoardPorts,
  query: BoardQuery = boardQuerySchema.parse({}),
  freshness: Freshness = 'exact',
): Promise<Unified> {
  const [{ answer, asOfMs }, content, measured] = await Promise.all([
    deps.fits.ask(campaign.id, { kind: 'ratings', query }, freshness),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
  ]);
  const composite = fitComposite({
    models: content.models.map((model) => model.name),
    people: answer.people,
    judges: answer.judges,
    benchmarks: measured.benchmarks,
    scores: measured.scores,
    weights,
    seed: 1,
  });
  return {
    snapshot: null,
    at: new Date(asOfMs).toISOString(),
    method: 'composite-v1',
    weights: { ...weights },
    weights_hash: contentHash(JSON.stringify([weights.people, weights.judges, weights.benchmarks])).slice(
      0,
      12,
    ),
    models: composite.models.map((model) => ({
      model: model.model,
      score: model.score,
      low: model.low,
      high: model.high,
      rank: model.rank,
      rank_low: model.rankLow,
      rank_high: model.rankHigh,
      p_top: model.pTop,
      tier: model.tier,
      measured: { ...model.measured },
      provisional: model.provisional,
      cells: Object.fromEntries(
        model.cells.map(({ source, kind, value, low, high, n }) => [
          source,
          { kind, value, low, high, n, imputed: false },
        ]),
      ),
    })),
    diagnostics: {
      missing_cells: composite.missingCells,
      cells: composite.cells,
      leave_one_out: composite.leaveOneOut.map((row) => ({
        without: row.without,
        same_order: row.sameOrder,
        order: [...row.order],
      })),
      anchors: {
        people:
          '0: never preferred to another model of this board; 100: always. Expected share of wins against the others.',
        judges: 'As for people, from the judges’ verdicts.',
        benchmark:
          '0: guessing; 100: every item solved. A mean of several benchmarks counts the measured ones.',
      },
      notes: [...composite.notes],
    },
  };
}
