import { isOutcome, type Outcome } from '@agon/domain';

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

/** `a`, `tie`, `skip`, `b*3` (three times as strong); null for anything else. */
export function parseLabelMeaning(text: string): LabelMeaning | null {
  if (text === 'skip') return 'skip';
  const [outcome, times, ...more] = text.split('*');
  if (!isOutcome(outcome) || more.length > 0) return null;
  if (times === undefined) return { outcome, strength: 1 };
  return /^\d+(?:\.\d+)?$/.test(times) && Number(times) > 0 ? { outcome, strength: Number(times) } : null;
}

/** What `parseLabelMeaning` reads as the same. */
export function writeLabelMeaning(meaning: LabelMeaning): string {
  if (meaning === 'skip') return meaning;
  return meaning.strength === 1 ? meaning.outcome : `${meaning.outcome}*${meaning.strength}`;
}
