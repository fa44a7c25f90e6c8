import { type BoardQuery, boardQuerySchema, type Unified } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import {
  type Ability,
  type CareWeights,
  DRAWS,
  drawEvidence,
  type Evidence,
  type EvidenceDraws,
  type EvidenceInput,
  gatherEvidence,
  type MissingChoice,
  type PairPoints,
  rateAbility,
} from '@agon/rating';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { BoardAnswers, Freshness, PairColumns } from '../ports/board-fits.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { BoardPorts } from './get-board.ts';
import { presentUnified } from './present-unified.ts';

const SEED = 1;

export type UnifiedSettings = {
  readonly weights: CareWeights;
  readonly missing?: MissingChoice;
  readonly method?: 'composite' | 'ability';
};

/** `NAME=2,NAME=0.5` as weights of single benchmarks. @throws ArenaError('invalid_request') */
export function parseEach(text: string | undefined): Record<string, number> {
  if (text === undefined || text.trim() === '') return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.lastIndexOf('=');
      const weight = Number(part.slice(at + 1));
      if (at <= 0 || part.slice(at + 1).trim() === '' || !(weight >= 0 && weight <= 100)) {
        throw new ArenaError('invalid_request', `"${part}" is no weight of a benchmark.`, {
          hint: 'Write NAME=2,NAME=0.5 with weights from 0 to 100.',
          at: { column: 'each', value: part },
        });
      }
      return [part.slice(0, at).trim(), weight];
    }),
  );
}

/** People, judges and benchmarks in one ranking, with everything that is missing said aloud. */
export async function getUnified(
  command: { readonly actor: Actor; readonly campaign: string } & UnifiedSettings,
  deps: BoardPorts,
): Promise<Unified> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  return readUnified(campaign, command, deps, boardQuerySchema.parse({}), 'latest');
}

/** @throws ArenaError('invalid_request') for a weight of a benchmark that is not on the board */
export async function readUnified(
  campaign: CampaignRecord,
  settings: UnifiedSettings,
  deps: BoardPorts,
  query: BoardQuery = boardQuerySchema.parse({}),
  freshness: Freshness = 'exact',
): Promise<Unified> {
  const { weights, missing = 'predict', method = 'composite' } = settings;
  const [{ answer, asOfMs }, content, measured, panel] = await Promise.all([
    deps.fits.ask(campaign.id, { kind: 'unified', query, pairs: method === 'ability' }, freshness),
    deps.content.content(campaign.id),
    deps.boards.scores(campaign.id),
    deps.boards.panel(campaign.id),
  ]);
  const unknown = Object.keys(weights.each ?? {}).find((name) =>
    measured.benchmarks.every((each) => each.name !== name),
  );
  if (unknown !== undefined) {
    throw new ArenaError('invalid_request', `There is no benchmark "${unknown}" on this board.`, {
      hint: `Benchmarks: ${measured.benchmarks.map(({ name }) => name).join(', ') || 'none'}.`,
      at: { column: 'each', value: unknown },
    });
  }
  const input = {
    models: content.models.map((model) => model.name),
    people: answer.people,
    judges: answer.judges,
    ...measured,
    panel: panel?.models ?? [],
  };
  const evidence = gatherEvidence(input);
  const ability = method === 'ability' ? rate(input, answer) : null;
  const ranked =
    method === 'composite'
      ? { evidence, draws: drawEvidence(evidence, SEED, DRAWS), weights }
      : {
          ...(ability ?? nothingOf(input.models)),
          // of judges only what they say of people's taste is left, and that is in the column of people
          weights: { people: weights.people + weights.judges, judges: 0, benchmarks: weights.benchmarks },
        };
  return presentUnified({
    at: new Date(asOfMs).toISOString(),
    method,
    missing,
    weights,
    ranked,
    measured: evidence,
    ability,
    rawOf: rawValues(answer, measured.scores),
    benchmarks: measured.benchmarks,
    frozenBy: panel?.since ?? null,
  });
}

function nothingOf(models: readonly string[]): { evidence: Evidence; draws: EvidenceDraws } {
  const residualSd = { objective: 0, subjective: 0 };
  return {
    evidence: { version: 1, models, sources: [], residualSd, panel: [] },
    draws: { draws: 0, values: [] },
  };
}

function rate(input: EvidenceInput, { pairs }: BoardAnswers['unified']): Ability | null {
  return rateAbility(
    {
      ...input,
      people: pairs === null ? [] : pointsOf(pairs.people),
      judges: (pairs?.judges ?? []).map(({ judge, pairs: own }) => ({ judge, pairs: pointsOf(own) })),
    },
    SEED,
    DRAWS,
  );
}

function pointsOf({ models, a, b, wins, ties, losses }: PairColumns): PairPoints[] {
  return Array.from(a, (first, pair) => ({
    modelA: models[first]!,
    modelB: models[b[pair]!]!,
    points: wins[pair]! + ties[pair]! / 2,
    n: wins[pair]! + ties[pair]! + losses[pair]!,
  }));
}

function rawValues(
  answer: BoardAnswers['unified'],
  scores: EvidenceInput['scores'],
): (source: string, model: string) => number | null {
  const ratings = {
    people: new Map(answer.people.result?.models.map(({ model, rating }) => [model, rating])),
    judges: new Map(answer.judges.result?.models.map(({ model, rating }) => [model, rating])),
  };
  return (source, model) =>
    source === 'people' || source === 'judges'
      ? (ratings[source].get(model) ?? null)
      : (scores.find((row) => row.model === model && row.benchmark === source)?.score ?? null);
}
