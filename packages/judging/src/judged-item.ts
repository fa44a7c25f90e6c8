export type Criterion = { readonly id: string; readonly text: string; readonly weight: number };
export type Rubric = {
  readonly name: string;
  readonly levels: readonly { readonly score: number; readonly text: string }[];
};

/** What a judge is shown. Names of models, other verdicts and votes have no place in it. */
export type JudgedItem = {
  /** One text a turn of the person who asked. */
  readonly prompt: readonly string[];
  /** One text a turn; pairwise: those of slot a and of slot b. */
  readonly candidates: readonly (readonly string[])[];
  readonly reference?: readonly string[] | null;
  readonly rubric?: Rubric | null;
  readonly criteria?: readonly Criterion[] | null;
  readonly checklist?: readonly string[] | null;
  readonly context?: readonly string[] | null;
  readonly language?: string | null;
  readonly category?: string | null;
};

/** How one call shows an item. */
export type Showing = {
  /** Which candidate stands in each slot: [0, 1] is the battle's own order, [1, 0] exchanged. */
  readonly order: readonly number[];
  /** Letters and digits, new for each run and item: an answer cannot know them. */
  readonly nonce: string;
  /** Id of the criterion or number of the checklist's item, from 1; empty: the whole. */
  readonly part: string;
  /** 0, or 1 where an unreadable reply is asked for again. */
  readonly attempt: number;
};

/** Labels of the slots, in the order in which they are shown. */
export const SLOT_LABELS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;
