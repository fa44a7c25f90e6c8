import type { Outcome } from '@agon/domain';

/** What a label says: who won and how strongly (a comparison of strength 3 counts three times), or that the row is left out. */
export type LabelMeaning = { readonly outcome: Outcome; readonly strength: number } | 'skip';

/** Labels of the caller by the value in the file, which stand above those of the format. */
export type OwnLabels = Readonly<Record<string, LabelMeaning>>;

/** `name`: a label that is the winner's own name, so that its slot differs from row to row. */
export type LabelKind = Outcome | 'skip' | 'name';

/** The meaning of a value among own labels; `1.0`, as pandas writes whole numbers, is `1`. */
export function ownMeaning(labels: OwnLabels, value: string): LabelMeaning | undefined {
  if (Object.hasOwn(labels, value)) return labels[value];
  if (!/^-?\d+\.0+$/.test(value)) return undefined;
  const whole = value.slice(0, value.indexOf('.'));
  return Object.hasOwn(labels, whole) ? labels[whole] : undefined;
}
