/** How a judge looks at answers. What else it is shown (a reference, a rubric, a dialogue) are inputs of a mode. */
export const JUDGE_MODES = [
  'pairwise',
  'pointwise',
  'criteria',
  'checklist',
  'listwise',
  'grounded',
] as const;
export type JudgeMode = (typeof JUDGE_MODES)[number];

/** What an item may have beside its prompt and answers. `dialogue`: more than one turn. */
export const JUDGE_INPUTS = [
  'reference',
  'rubric',
  'criteria',
  'checklist',
  'context',
  'dialogue',
  'language',
  'category',
] as const;
export type JudgeInput = (typeof JUDGE_INPUTS)[number];

export const JUDGE_PROBES = ['identical', 'null_model', 'planted_verdict'] as const;
export type JudgeProbe = (typeof JUDGE_PROBES)[number];

export const ORDER_RUNS = ['both', 'one', 'cyclic'] as const;
export const COMBINE_RULES = ['logit_mean', 'prob_mean', 'agree_else_tie', 'separate'] as const;
export type CombineRule = (typeof COMBINE_RULES)[number];

export const JUDGE_LANGUAGES = ['en', 'zh'] as const;
export type JudgeLanguage = (typeof JUDGE_LANGUAGES)[number];

/** How a model is held to a reply that is JSON: by the prompt alone, by a schema, or by a tool that it must call. */
export const REPLY_FORMS = ['text', 'json_schema', 'tool'] as const;
export type ReplyForm = (typeof REPLY_FORMS)[number];

/** Where a verdict stands in a reply and what it is worth. Values are 0..1: P(first shown is better), or a score. */
export type VerdictSpec =
  /** One label inside the tag of the call's nonce. */
  | { readonly parser: 'tag'; readonly map: Readonly<Record<string, number>> }
  /** The probabilities of the labels as the one token of the reply. */
  | {
      readonly parser: 'label_token';
      readonly map: Readonly<Record<string, number>>;
      /** Least total probability of all labels, 0..1; below it a reply is `low_coverage`. */
      readonly coverage: number;
      /** Where the provider gives no probabilities: whether a reply that is one label, and nothing else, counts. */
      readonly text: 'accept' | 'refuse';
    }
  /** A JSON object with the call's nonce and one label under `choice`. */
  | { readonly parser: 'json'; readonly map: Readonly<Record<string, number>> }
  /** A whole number from `min` to `max`: in the tag, or the expected value of the digits' probabilities. */
  | {
      readonly parser: 'score';
      readonly min: number;
      readonly max: number;
      readonly by: 'tag' | 'label_token';
      readonly coverage: number;
      readonly text: 'accept' | 'refuse';
    }
  /** A JSON object with all labels, best first. */
  | { readonly parser: 'ranking' }
  /** A JSON list of claims, each supported, contradicted or absent, with quotes that must stand in the context. */
  | { readonly parser: 'grounded' }
  /** Raw logits of a reward model. They are on a scale of the model's own: a difference of them is no probability. */
  | {
      readonly parser: 'reward';
      /** Whether the model reads one answer at a time, or both at once. */
      readonly form: RewardForm;
      /** Of a model with two logits, the one that says "good", or "the first is better": 0 or 1. */
      readonly label: 0 | 1;
    };

export const REWARD_FORMS = ['pointwise', 'pairwise'] as const;
export type RewardForm = (typeof REWARD_FORMS)[number];

/** Whether a verdict is read from the probabilities of a reply's tokens. */
export function readsTokens(verdict: VerdictSpec): boolean {
  return verdict.parser === 'label_token' || (verdict.parser === 'score' && verdict.by === 'label_token');
}

export type JudgeSections = { readonly system: string; readonly user: string };

/** A judge as data: what it measures, how it asks, how its reply is read. One file, `judges/<id>/judge.md`. */
export type Judge = {
  readonly id: string;
  readonly title: string;
  readonly measures: string;
  readonly mode: JudgeMode;
  /** What the parser accepts, in the template's own words; empty where that depends on the item. */
  readonly labels: readonly string[];
  /** Without one of these an item is `not_applicable`. */
  readonly needs: readonly JudgeInput[];
  readonly uses: readonly JudgeInput[];
  readonly order: { readonly runs: (typeof ORDER_RUNS)[number]; readonly combine: CombineRule };
  readonly settings: {
    /** 0..2. */
    readonly temperature: number;
    readonly maxTokens: number;
    /** 0..20; 0: no probabilities. */
    readonly topLogprobs: number;
    readonly seed: number | null;
    /**
     * Of parsers that read JSON; missing: the firmest that the provider knows. Of `label_token`: `json_schema` asks
     * for the label inside a JSON object that the provider holds the reply to, and reads its probabilities there.
     */
    readonly replyForm?: ReplyForm;
    /**
     * How the reply begins, where the provider goes on with a begun reply; `{{ nonce }}` stands for the call's nonce.
     * By language where the parser reads the reply's own tokens.
     */
    readonly prefill?: string | Readonly<Partial<Record<JudgeLanguage, string>>>;
  };
  readonly verdict: VerdictSpec;
  /** How often an unreadable reply is asked for again. */
  readonly reask: 0 | 1;
  readonly probes: readonly JudgeProbe[];
  /** By language of the battle. English is always there; others fall back to it. */
  readonly languages: { readonly en: JudgeSections; readonly zh?: JudgeSections };
  /** The whole file, lines ended by LF. */
  readonly source: string;
  /** SHA-256, hex, over everything that can change a verdict; title, measures and notes are not in it. */
  readonly templateHash: string;
  /** SHA-256, hex, over the parser, its version and its options: replies can be read again by another one. */
  readonly parserHash: string;
  /** Id and the first 12 digits of the template hash; stamped on every verdict. */
  readonly identity: string;
};

/** A fault of a judge's file. `line` and `column` count from 1. */
export type JudgeFault = {
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
};

export type JudgeVariable = {
  readonly name: string;
  readonly used: boolean;
  /** A template without it is refused. */
  readonly required: boolean;
};

export type JudgeCheck = {
  /** Null where there is a fault. */
  readonly judge: Judge | null;
  readonly faults: readonly JudgeFault[];
  readonly variables: readonly JudgeVariable[];
  /** Tokens of the longest language's template without its texts: a rough figure, one per four letters. */
  readonly templateTokens: number;
};
