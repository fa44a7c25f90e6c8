import type { FileInspection } from '@agon/contract';
import { OUTCOMES } from '@agon/domain';

/** What a person can say of a value that stands where the outcome does. */
export const LABEL_MEANINGS = [...OUTCOMES, 'skip'] as const;
export type LabelMeaning = (typeof LABEL_MEANINGS)[number];

/** `strength`: how many times the row counts, > 0; nothing to a row that is left out. */
export type LabelChoice = { readonly means: LabelMeaning; readonly strength: number };
export type LabelChoices = Readonly<Record<string, LabelChoice>>;
export type SeenLabel = FileInspection['labels'][number];

const STRENGTHS = { least: 0.01, most: 1000 };

export function isLabelMeaning(text: string | null): text is LabelMeaning {
  return LABEL_MEANINGS.some((each) => each === text);
}

/** A strength as it can be sent, in hundredths; what is no number above 0 counts once. */
export function strengthOf(typed: number): number {
  if (!(typed > 0)) return 1;
  return Math.round(Math.min(STRENGTHS.most, Math.max(STRENGTHS.least, typed)) * 100) / 100;
}

/** `a*3` in the spelling of the API. */
export function spellLabel({ means, strength }: LabelChoice): string {
  return means === 'skip' || strength === 1 ? means : `${means}*${strength}`;
}

/** Values that nothing is known of, neither by the format nor by a choice. */
export function unknownLabels(seen: readonly SeenLabel[], own: LabelChoices): readonly SeenLabel[] {
  return seen.filter((label) => label.means === null && !Object.hasOwn(own, label.value));
}

/** With another meaning for one value; an empty one takes the choice back. */
export function chooseLabel(own: LabelChoices, value: string, choice: LabelChoice | null): LabelChoices {
  const rest = Object.entries(own).filter(([key]) => key !== value);
  return Object.fromEntries(choice === null ? rest : [...rest, [value, choice]]);
}
