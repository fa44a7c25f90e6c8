import type { RatingWarning } from '@agon/domain';
import type { ConnectedModels } from './connected-models.ts';
import type { Tally } from './tally-comparisons.ts';

/** Below this many comparisons a rating is called provisional. */
const FEW_COMPARISONS = 30;
const NAMES_SHOWN = 20;

/** What the graph of comparisons does not allow: comparing separate groups, rating models that never won or never lost. */
export function connectionWarnings(
  names: readonly string[],
  connected: ConnectedModels,
  tally: Tally,
): RatingWarning[] {
  const warnings: RatingWarning[] = [];
  const { components, cores } = connected;
  if (components.length > 1) warnings.push(disconnectedWarning(names, components));
  components.forEach((component, i) => {
    const core = new Set(cores[i]!);
    const outside = component.filter((model) => !core.has(model));
    if (outside.length === 0) return;
    warnings.push({
      code: 'separated',
      message: `No finite rating exists for ${listNames(outside.map((model) => names[model]!))}: won or lost every comparison with the others, alone or as a group.`,
    });
  });
  warnings.push(...unseenWarning(names, tally));
  return warnings;
}

export function unseenWarning(names: readonly string[], tally: Tally): RatingWarning[] {
  const unseen = names.filter((_, model) => countOf(tally, model) === 0);
  if (unseen.length === 0) return [];
  return [{ code: 'without_comparisons', message: `No comparison counts for ${listNames(unseen)}.` }];
}

export function disconnectedWarning(
  names: readonly string[],
  components: readonly (readonly number[])[],
): RatingWarning {
  const groups = components.map((group) => listNames(group.map((model) => names[model]!)));
  return {
    code: 'disconnected',
    message: `The comparisons fall into ${components.length} groups that never met; ratings and ranks compare only within a group. Groups: ${groups.join(' | ')}.`,
  };
}

export function thinDataWarning(names: readonly string[], tally: Tally): RatingWarning[] {
  const thin = names.filter((_, model) => {
    const count = countOf(tally, model);
    return count > 0 && count < FEW_COMPARISONS;
  });
  if (thin.length === 0) return [];
  return [
    {
      code: 'few_comparisons',
      message: `Provisional, with fewer than ${FEW_COMPARISONS} comparisons: ${listNames(thin)}.`,
    },
  ];
}

/** Names joined by commas; beyond twenty, how many more. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function countOf(tally: Tally, model: number): number {
  return tally.wins[model]! + tally.losses[model]! + tally.ties[model]!;
}
