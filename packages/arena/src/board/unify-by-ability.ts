import { type Board, boardQuerySchema, type Unified } from '@agon/contract';
import { contentHash, EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import { type Ability, type AbilityPair, rateAbility } from '@agon/rating';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import { type BoardPorts, readBoard } from './get-board.ts';

type Weights = Readonly<Record<EvidenceSource, number>>;

/** The composite's cells under scores of the ability method: what it measures is the same, what it makes of it is not. */
export async function withAbility(
  composite: Unified,
  campaign: CampaignRecord,
  weights: Weights,
  deps: BoardPorts,
): Promise<Unified> {
  const boards = {
    people: await readBoard(campaign, boardQuerySchema.parse({ source: 'people' }), deps, 'latest'),
    judges: await readBoard(campaign, boardQuerySchema.parse({ source: 'judges' }), deps, 'latest'),
  };
  const rate = (used: Weights): Ability | null =>
    rateAbility({
      models: composite.models.map(({ model }) => model),
      people: used.people > 0 ? pairsOf(boards.people) : [],
      judges: used.judges > 0 ? pairsOf(boards.judges) : [],
      benchmarks: boards.people.benchmarks,
      scores: used.benchmarks > 0 ? boards.people.scores : [],
      seed: 1,
    });
  const ability = rate(weights);
  const scored = new Map(ability?.models.map((row) => [row.model, row]));
  const names = [...scored.keys()];
  const models = composite.models.map((model): Unified['models'][number] => {
    const row = scored.get(model.model);
    return {
      ...model,
      score: row?.score ?? null,
      low: row?.low ?? null,
      high: row?.high ?? null,
      rank: row?.rank ?? null,
      rank_low: row?.rankLow ?? null,
      rank_high: row?.rankHigh ?? null,
      p_top: row?.pTop ?? null,
      tier: null,
    };
  });
  const sources = EVIDENCE_SOURCES.filter((source) => weights[source] > 0);
  return {
    ...composite,
    method: 'ability-v1',
    weights_hash: contentHash(JSON.stringify(['ability', ...sources])).slice(0, 12),
    models: models.sort(
      (x, y) => (x.rank ?? Number.MAX_VALUE) - (y.rank ?? Number.MAX_VALUE) || (x.model < y.model ? -1 : 1),
    ),
    diagnostics: {
      ...composite.diagnostics,
      leave_one_out: sources.map((without) => {
        const order = rate({ ...weights, [without]: 0 })?.models.map(({ model }) => model) ?? [];
        const left = names.filter((name) => order.includes(name));
        const kept = order.filter((name) => left.includes(name));
        return {
          without,
          same_order: order.length > 0 && left.every((name, at) => name === kept[at]),
          order,
        };
      }),
      notes: notesOf(ability, weights),
    },
  };
}

function pairsOf({ pairs }: Board): AbilityPair[] {
  return pairs.map(({ model_a, model_b, wins, ties, losses }) => ({
    modelA: model_a,
    modelB: model_b,
    points: wins + ties / 2,
    n: wins + ties + losses,
  }));
}

function notesOf(ability: Ability | null, weights: Weights): string[] {
  if (ability === null) return ['Too little is known of any two models for an ability.'];
  return [
    'A weight above 0 takes a source in; how much it counts is learnt from how it goes with the others.',
    ...(weights.people > 0 ? [] : ['Without people’s votes the scale is that of the other sources.']),
    ...ability.discrimination.map(
      ({ source, value }) =>
        `${source}: discrimination ${value.toFixed(2)} (people 1; near 0: it tells nothing of what people prefer).`,
    ),
  ];
}
