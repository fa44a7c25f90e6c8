import type { BoardQuery } from '@agon/contract';
import { type CampaignId, type ComparisonSource, METHOD_FACTS } from '@agon/domain';
import type { BoardAnswers, BoardFits, BoardQuestion } from '../ports/board-fits.ts';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import type { Ports } from '../ports/ports.ts';
import { answerRaters } from './answer-raters.ts';
import { type ComparisonFilter, ComparisonView } from './comparison-view.ts';
import { countAnswerStyles } from './count-answer-styles.ts';
import { countFacets, type FacetCounts, facetCounts } from './count-facets.ts';
import { answerBoard, answerCategories, answerModel, answerUnified, type Fits } from './fit-answers.ts';
import { fitPowered, fitSource } from './fit-source.ts';
import { toRatingSettings } from './rating-query.ts';

/** Filters whose rows are kept between two questions, the last ones asked for; each holds counts, and up to 8 bytes a row for each kind of cluster. */
const MAX_VIEWS = 8;
/** Answers, and fits, that are kept of one revision. */
const MAX_ANSWERS = 60;

type CampaignState = {
  /** Least recently asked for first. */
  readonly views: Map<string, ComparisonView>;
  facets: FacetCounts;
  /** Answers of one revision. */
  revision: number;
  readonly fitted: Map<string, Awaited<ReturnType<Fits['fit']>>>;
  readonly answers: Map<string, BoardAnswers[keyof BoardAnswers]>;
  /** The question that is being answered; rows stay as they are until it is. */
  last: Promise<unknown>;
};

/**
 * Answers what boards ask of comparisons, here and now. Rows that were added to a campaign are counted by themselves;
 * an answer is kept until the comparisons change, so that readers of a busy board share one.
 */
export function createBoardFits(deps: Pick<Ports, 'comparisons' | 'content' | 'clock'>): BoardFits {
  const states = new Map<CampaignId, CampaignState>();

  function stateOf(campaign: CampaignId): CampaignState {
    let state = states.get(campaign);
    if (state === undefined) {
      const none = { views: new Map(), fitted: new Map(), answers: new Map() };
      state = { ...none, facets: facetCounts(), revision: 0, last: Promise.resolve() };
      states.set(campaign, state);
    }
    return state;
  }

  async function answer(state: CampaignState, comparisons: CampaignComparisons, question: BoardQuestion) {
    const fits = fitsOf(state, comparisons, deps);
    switch (question.kind) {
      case 'board':
        state.facets = countFacets(state.facets, comparisons);
        return answerBoard(comparisons, state.facets, question.query, fits);
      case 'categories':
        return answerCategories(comparisons, question.query.source, question.query, fits);
      case 'model':
        return answerModel(comparisons, question.model, question.query, fits);
      case 'unified':
        return answerUnified(comparisons, question, fits);
      case 'raters':
        return answerRaters(comparisons, fits.view('people', {}));
    }
  }

  async function readAndAnswer(campaign: CampaignId, state: CampaignState, question: BoardQuestion) {
    const asOfMs = deps.clock.now();
    const comparisons = await deps.comparisons.read(campaign);
    if (state.revision !== comparisons.revision) {
      state.revision = comparisons.revision;
      state.fitted.clear();
      state.answers.clear();
    }
    const key = JSON.stringify(question);
    const known = state.answers.get(key) ?? (await answer(state, comparisons, question));
    keepInCache(state.answers, key, known);
    return { answer: known, asOfMs };
  }

  const ask = async (campaign: CampaignId, question: BoardQuestion) => {
    // refused here, where the asker can still be told; in a fit it would only be a reason for an empty board
    if ('query' in question) toRatingSettings(question.query);
    const state = stateOf(campaign);
    const run = () => readAndAnswer(campaign, state, question);
    const answered = state.last.then(run, run);
    state.last = answered;
    return answered;
  };
  return { ask: ask as BoardFits['ask'] };
}

type Keep = NonNullable<Parameters<Fits['fit']>[2]>;

/** Keeps a value in the place of the one that was kept first, where there are many. */
function keepInCache<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.set(key, value);
  if (kept.size > MAX_ANSWERS) kept.delete(kept.keys().next().value!);
}

function fitsOf(state: CampaignState, comparisons: CampaignComparisons, deps: Pick<Ports, 'content'>): Fits {
  const view = (source: ComparisonSource, filter: ComparisonFilter): ComparisonView => {
    const { category, language, turn } = filter;
    const judge = source === 'judges' ? filter.judge : undefined;
    const key = JSON.stringify([source, category, language, turn, judge]);
    const known = state.views.get(key) ?? new ComparisonView(source, { category, language, turn, judge });
    state.views.delete(key);
    state.views.set(key, known);
    if (state.views.size > MAX_VIEWS) state.views.delete(state.views.keys().next().value!);
    known.update(comparisons);
    return known;
  };
  const fitBy = async (query: BoardQuery, source: ComparisonSource, rows: ComparisonView, keep: Keep) => {
    if (query.method === 'prediction-powered') {
      // of judges alone there is nothing to sharpen: their own board stays what it is
      if (source === 'judges') return fitSource(rows, { ...query, method: 'bradley-terry' }, null, keep);
      return fitPowered(rows, view('judges', query), query);
    }
    const styled = METHOD_FACTS[query.method].needs.includes('answers');
    const style = styled ? await countAnswerStyles(comparisons, rows, deps) : null;
    return fitSource(rows, query, style, keep);
  };
  return {
    view,
    async fit(source, query, keep = 'view') {
      const key = JSON.stringify([source, { ...query, source: undefined }]);
      const known = state.fitted.get(key);
      if (known !== undefined) return known;
      const rows = keep === 'view' ? view(source, query) : new ComparisonView(source, query);
      rows.update(comparisons);
      const fitted = { ...(await fitBy(query, source, rows, keep)), rows: rows.length };
      keepInCache(state.fitted, key, fitted);
      return fitted;
    },
  };
}
