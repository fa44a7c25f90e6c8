import type { Board, BoardCategories, BoardModelPage, BoardQuery } from '@agon/contract';
import type { CampaignId, EpochMs, RaterId } from '@agon/domain';
import type { RatedBoard, RaterReport } from '@agon/rating';

/** What is asked of a campaign's comparisons, under the switches and filters of `query`. */
export type BoardQuestion =
  | { readonly kind: 'board'; readonly query: BoardQuery }
  | { readonly kind: 'categories'; readonly query: BoardQuery }
  | { readonly kind: 'model'; readonly query: BoardQuery; readonly model: string }
  | { readonly kind: 'unified'; readonly query: BoardQuery; readonly pairs: boolean }
  | { readonly kind: 'raters' };

/** Head to head as columns: of 300 models there are 45,000 pairs. Codes index `models`. */
export type PairColumns = {
  readonly models: readonly string[];
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly wins: Float64Array;
  readonly ties: Float64Array;
  readonly losses: Float64Array;
};

export type BoardAnswers = {
  /** All of a board that comes from comparisons. */
  readonly board: Pick<Board, 'facets' | 'people' | 'judges' | 'empty' | 'unsettled' | 'agreement'> & {
    readonly counts: Omit<Board['counts'], 'benchmarks'>;
    readonly pairs: PairColumns;
  };
  /** The ratings of `query.source` in each category, most comparisons first. */
  readonly categories: BoardCategories['categories'];
  readonly model: BoardModelPage['sources'];
  /** Both sources as a unified ranking takes them; head to head by judge only where `pairs` asks for it. */
  readonly unified: {
    readonly people: RatedBoard;
    readonly judges: RatedBoard;
    readonly pairs: {
      readonly people: PairColumns;
      readonly judges: readonly { readonly judge: string; readonly pairs: PairColumns }[];
    } | null;
  };
  /** Voters, each beside all others; most votes first. */
  readonly raters: {
    readonly votes: number;
    readonly of: number;
    readonly converged: boolean;
    readonly raters: readonly (Omit<RaterReport, 'rater'> & { readonly rater: RaterId })[];
  };
};

export type BoardAnswer<Kind extends keyof BoardAnswers> = {
  readonly answer: BoardAnswers[Kind];
  /** Everything that was committed by then is in the answer. */
  readonly asOfMs: EpochMs;
  /** Of a board: its pairs as `writePairs` writes them, where another thread does; null where that thread has ended. */
  readonly pairs?: Promise<Uint8Array<ArrayBuffer> | null>;
};

/**
 * `exact`: of everything that is committed when the question is put. `latest`: the same where that is soon, else the
 * last that was finished: a page that is read while a large board is fitted again.
 */
export type Freshness = 'exact' | 'latest';

export interface BoardFits {
  /** @throws ArenaError('invalid_request') for switches that cannot be read */
  ask<Question extends BoardQuestion>(
    campaign: CampaignId,
    question: Question,
    freshness: Freshness,
  ): Promise<BoardAnswer<Question['kind']>>;
}
