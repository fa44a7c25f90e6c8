import type { BySlot, Comparison, FilePlace } from '@agon/domain';

/** Where a row stands in its file, for the error list and for the preview. */
export type Place = FilePlace;

export type ReadPrompt = {
  /** The source's own id, or a hash of the text where it has none. Joins prompts, answers and comparisons of one import. */
  readonly key: string;
  /** User turns, at least one. */
  readonly turns: readonly string[];
  readonly category?: string;
  readonly language?: string;
  /** What judges may need beside the prompt and its answers; voters are not shown it. */
  readonly material?: ReadMaterial;
  readonly at: Place;
};

/** What a file says for judges about one prompt; only what it has. */
export type ReadMaterial = {
  readonly reference?: readonly string[];
  readonly rubric?: ReadRubric;
  readonly criteria?: readonly ReadCriterion[];
  readonly checklist?: readonly string[];
  readonly context?: readonly string[];
};

/** What each score means, from the lowest. */
export type ReadRubric = {
  /** Empty where it has none. */
  readonly name: string;
  readonly levels: readonly { readonly score: number; readonly text: string }[];
};

/** `weight` > 0, in the mean of all. */
export type ReadCriterion = { readonly id: string; readonly text: string; readonly weight: number };

export type ReadAnswer = {
  readonly promptKey: string;
  readonly model: string;
  /** One text a turn. */
  readonly turns: readonly string[];
  readonly at: Place;
};

/** `key`: the source's own id of the comparison, or a content hash: importing it twice adds nothing. */
export type ReadComparison = Comparison & {
  readonly key: string;
  readonly at: Place;
  /**
   * The answers that the row shows, one text a turn: what the voter saw. Null for a side that it does not show; absent
   * where it shows none, or they are not wanted.
   */
  readonly shown?: BySlot<readonly string[] | null>;
};

export type ReadScore = {
  readonly model: string;
  readonly benchmark: string;
  /** Fraction, 0..1. */
  readonly score: number;
  /** Number of items, or null where the source does not say. */
  readonly n: number | null;
  /** Score of pure guessing on the benchmark, 0 <= chance < 1; null where the source does not say. */
  readonly chance: number | null;
  /** Where the number comes from: a URL or a citation. */
  readonly source: string;
  readonly at: Place;
};

/** A row that was not taken, and why. Nothing is dropped without one. */
export type RefusedRow = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: string | null;
  readonly value: string | null;
  readonly reason: string;
};

/** Everything that one file says, in the words of the domain. */
export type ReadFile = {
  readonly format: string;
  readonly prompts: readonly ReadPrompt[];
  readonly answers: readonly ReadAnswer[];
  readonly comparisons: readonly ReadComparison[];
  readonly scores: readonly ReadScore[];
  readonly refused: readonly RefusedRow[];
  readonly rowsRead: number;
  /** Columns of the file that its format does not use. */
  readonly unused: readonly string[];
};
