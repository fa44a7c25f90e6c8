import type { RatingWarning } from '@agon/domain';
import type { ConnectedModels } from './pairs/connected-models.ts';
import type { Tally } from './pairs/tally.ts';

/** Below this many comparisons a rating is called provisional. */
const FEW_COMPARISONS = 30;
const NAMES_SHOWN = 20;
/** Letters of a name that are shown: one of a million would drown the others. */
const LETTERS_SHOWN = 100;

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
  const groups = components
    .slice(0, NAMES_SHOWN)
    .map((group) => listNames(group.map((model) => names[model]!)));
  const more = components.length > NAMES_SHOWN ? ` and ${components.length - NAMES_SHOWN} more` : '';
  return {
    code: 'disconnected',
    message: `The comparisons fall into ${components.length} groups that never met; ratings and ranks compare only within a group. Groups: ${groups.join(' | ')}${more}.`,
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
  const shown = names.slice(0, NAMES_SHOWN).map(clipped).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function clipped(name: string): string {
  return name.length > LETTERS_SHOWN ? `${name.slice(0, LETTERS_SHOWN - 1)}…` : name;
}

/** No more than twenty warnings of a kind: of a thousand groups the first are told, and how many more there are. */
export function foldWarnings(warnings: readonly RatingWarning[]): RatingWarning[] {
  const counts = new Map<string, number>();
  const kept = warnings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= NAMES_SHOWN;
  });
  const more = [...counts].filter(([, count]) => count > NAMES_SHOWN);
  return [
    ...kept,
    ...more.map(([code, count]) => ({ code, message: `The same of ${count - NAMES_SHOWN} more groups.` })),
  ];
}

function countOf(tally: Tally, model: number): number {
  return tally.wins[model]! + tally.losses[model]! + tally.ties[model]!;
}
