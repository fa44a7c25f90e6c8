import { CONTROL_JUDGES } from '@agon/judging';
import { type CardLabel, peopleOf, type Speaker, winnerAgreement } from '@agon/rating/judge-card';
import type { JudgeSubject } from '../../ports/judge-card-store.ts';
import type { HeldItem } from './read-cells.ts';

export type Named = {
  readonly name: string;
  readonly kind: 'people' | 'judge' | 'control';
  readonly speaker: Speaker<HeldItem>;
};

/** Judges beside these, at most: a map of more is read by nobody. */
const MAX_JUDGES = 12;

/** People first, then judges as they are given, then the rules without a model. */
export function speakersOf(subjects: readonly JudgeSubject[], first: number | null): Named[] {
  const judges = subjects
    .map((subject, k) => ({ subject, k }))
    .filter(({ subject }) => subject.origin !== 'control')
    .sort((x, y) => Number(y.k === first) - Number(x.k === first))
    .slice(0, MAX_JUDGES);
  return [
    { name: 'people', kind: 'people', speaker: peopleOf },
    ...judges.map(
      ({ subject, k }): Named => ({
        name: nameOf(subject),
        kind: 'judge',
        speaker: speakerOf(k),
      }),
    ),
    ...CONTROL_JUDGES.map(
      (rule): Named => ({
        name: rule,
        kind: 'control',
        speaker: (item) => item.rules[rule],
      }),
    ),
  ];
}

/** What a subject says of an item, each verdict counted alike. */
export function speakerOf(subject: number): Speaker<HeldItem> {
  const labels = new WeakMap<HeldItem, readonly CardLabel[]>();
  return (item) => {
    const known = labels.get(item) ?? (item.said[subject] ?? []).map(({ label }) => label);
    labels.set(item, known);
    return known;
  };
}

/** As boards name it. */
export function nameOf({ name, model }: Pick<JudgeSubject, 'name' | 'model'>): string {
  return model === '' ? name : `${name} / ${model}`;
}

/** Of the winners that the row names, the share that the column names, too. On the diagonal people beside other people. */
export function agreementMap(items: readonly HeldItem[], speakers: readonly Named[]) {
  return {
    names: speakers.map(({ name, kind }) => ({ name, kind })),
    cells: speakers.map((row, i) =>
      speakers.map((column, j) => {
        // everybody else agrees with themselves
        if (i === j && row.kind !== 'people') return { agreement: null, n: 0 };
        const { agreement, n } = winnerAgreement(items, row.speaker, column.speaker);
        return { agreement: agreement.value, n };
      }),
    ),
  };
}
