import type { UnifiedQuery } from '@agon/contract';
import { EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import type { Search } from './board-address.ts';

export type Weights = Readonly<Record<EvidenceSource, number>>;

/** As the contract's: where the sliders stand when nobody has moved them. */
export const DEFAULT_WEIGHTS: Weights = { people: 50, judges: 20, benchmarks: 30 };

export const PRESETS: Readonly<Record<'default' | 'people' | 'measured' | 'equal', Weights>> = {
  default: DEFAULT_WEIGHTS,
  people: { people: 100, judges: 0, benchmarks: 0 },
  measured: { people: 0, judges: 0, benchmarks: 100 },
  equal: { people: 1, judges: 1, benchmarks: 1 },
};
export type Preset = keyof typeof PRESETS;

/** Weights of the URL, 0..100 each; what is no number in that range falls back to the default. */
export function weightsOf(search: Search): Weights {
  const read = (source: EvidenceSource): number => {
    const text = search.get(source);
    const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
    return value >= 0 && value <= 100 ? value : DEFAULT_WEIGHTS[source];
  };
  return { people: read('people'), judges: read('judges'), benchmarks: read('benchmarks') };
}

/** What the API is asked for under a URL: weights, what becomes of missing cells, and the method of ranking. */
export function unifiedQueryOf(search: Search): UnifiedQuery {
  const each = search.get('each');
  return {
    ...weightsOf(search),
    ...(each === null || each === '' ? {} : { each }),
    missing: search.get('missing') === 'leave-out' ? 'leave-out' : 'predict',
    method: search.get('ranking') === 'ability' ? 'ability' : 'composite',
  };
}

/** Weights of single benchmarks as a parameter of the URL; null where all count alike. */
export function eachParameter(each: Readonly<Record<string, number>>): string | null {
  const named = Object.entries(each).filter(([, weight]) => weight !== 1);
  return named.length === 0 ? null : named.map(([name, weight]) => `${name}=${weight}`).join(',');
}

/** Weights as a unified ranking says them; a source that it does not name has none. */
export function readWeights(weights: Readonly<Record<string, number>>): Weights {
  return {
    people: weights.people ?? 0,
    judges: weights.judges ?? 0,
    benchmarks: weights.benchmarks ?? 0,
  };
}

/** Weights as parameters of the URL; all null for the default. */
export function weightParameters(weights: Weights): Record<EvidenceSource, string | null> {
  const isDefault = presetOf(weights) === 'default';
  const text = (source: EvidenceSource) => (isDefault ? null : String(weights[source]));
  return { people: text('people'), judges: text('judges'), benchmarks: text('benchmarks') };
}

/** The preset with these very proportions, if there is one. */
export function presetOf(weights: Weights): Preset | null {
  const total = EVIDENCE_SOURCES.reduce((sum, source) => sum + weights[source], 0);
  if (total === 0) return null;
  const found = (Object.keys(PRESETS) as Preset[]).find((name) => {
    const preset = PRESETS[name];
    const all = EVIDENCE_SOURCES.reduce((sum, source) => sum + preset[source], 0);
    return EVIDENCE_SOURCES.every(
      (source) => Math.abs(weights[source] / total - preset[source] / all) < 1e-9,
    );
  });
  return found ?? null;
}
