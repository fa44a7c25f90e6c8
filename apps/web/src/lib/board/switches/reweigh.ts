import type { Unified } from '@agon/contract';
import {
  DRAWS,
  drawEvidence,
  type EvidenceDraws,
  flipWeights,
  leaveSourcesOut,
  measureNext,
  rankByRules,
  rankComposite,
} from '@agon/rating';
import type { Weights } from './weights.ts';

type Evidence = NonNullable<Unified['evidence']>;

/** As the server draws: the same figures at the same weights. */
const SEED = 1;
const drawn = new WeakMap<Evidence, EvidenceDraws>();

/**
 * The ranking under other weights, made here: the evidence is the same, so nothing is asked of the server. What no slider
 * changes stays as it is.
 */
export function reweigh(unified: Unified, evidence: Evidence, weights: Weights): Unified {
  const each = Object.fromEntries(Object.entries(unified.weights).filter(([name]) => !(name in weights)));
  const care = { ...weights, each };
  const draws = drawn.get(evidence) ?? drawEvidence(evidence, SEED, DRAWS);
  drawn.set(evidence, draws);
  const { models, above } = rankComposite(evidence, draws, care, unified.missing);
  const before = new Map(unified.models.map((model) => [model.model, model]));
  return {
    ...unified,
    weights: { ...weights, ...each },
    models: models.flatMap(({ rankLow, rankHigh, pTop, ...row }) => {
      const own = before.get(row.model);
      return own === undefined
        ? []
        : [{ ...own, ...row, rank_low: rankLow, rank_high: rankHigh, p_top: pTop }];
    }),
    diagnostics: {
      ...unified.diagnostics,
      above: above.map((row) => [...row]),
      leave_one_out: leaveSourcesOut(evidence, care, unified.missing).map(
        ({ without, sameOrder, order }) => ({
          without,
          same_order: sameOrder,
          order: [...order],
        }),
      ),
      flips: flipWeights(evidence, care),
      rules: rankByRules(evidence, care).map(({ rule, order }) => ({ rule, order: [...order] })),
      next: measureNext(evidence, draws, care),
    },
  };
}
