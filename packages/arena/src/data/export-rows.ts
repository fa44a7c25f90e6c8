import { boardQuerySchema, type ModelRatingJson } from '@agon/contract';
import type { CampaignId, Outcome } from '@agon/domain';
import { type BoardPorts, readBoard } from '../board/get-board.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { PromptMaterial } from '../ports/content-store.ts';
import type {
  ExportedAnswer,
  ExportedBattle,
  ExportedParts,
  ExportedPrompt,
  ExportedScore,
  ExportedVerdict,
  ExportedVote,
  ExportStore,
} from '../ports/export-store.ts';
import type { StoredKind } from '../ports/exporter.ts';

export type ExportedRow = Readonly<Record<string, unknown>>;

/** How a row of each kind is presented; all of a kind have the same fields. Columns that Agon reads have the names it reads. */
export const rowOf = {
  votes: rowOfVote,
  prompts: rowOfPrompt,
  answers: rowOfAnswer,
  battles: rowOfBattle,
  verdicts: rowOfVerdict,
  scores: (score: ExportedScore) => score,
} as const;

/** What is stored of `what`, as rows of a table. */
export function storedRows(
  what: StoredKind,
  campaign: CampaignId,
  exports: ExportStore,
): ExportedParts<ExportedRow> {
  switch (what) {
    case 'votes':
      return each(exports.votes(campaign), rowOf.votes);
    case 'prompts':
      return each(exports.prompts(campaign), rowOf.prompts);
    case 'answers':
      return each(exports.answers(campaign), rowOf.answers);
    case 'battles':
      return each(exports.battles(campaign), rowOf.battles);
    case 'verdicts':
      return each(exports.verdicts(campaign), rowOf.verdicts);
    case 'scores':
      return exports.scores(campaign);
  }
}

const winnerOf = (outcome: Outcome | null) =>
  outcome === 'a' || outcome === 'b' ? `model_${outcome}` : outcome;

function rowOfVote(vote: ExportedVote) {
  return {
    id: vote.id,
    seq: vote.seq,
    battle: vote.battle,
    rater: vote.rater,
    prompt_id: vote.prompt,
    category: vote.category,
    language: vote.language,
    turn: vote.turns,
    model_a: vote.modelA,
    model_b: vote.modelB,
    winner: winnerOf(vote.outcome),
    weight: vote.weight,
    share_a: vote.shareA,
    first_outcome: vote.firstOutcome,
    undone: vote.undone,
    excluded: vote.excluded,
    tags_a: vote.tags?.a ?? [],
    tags_b: vote.tags?.b ?? [],
    note: vote.note,
    shown_ms: vote.shownMs,
    draw_probability: vote.drawProbability,
    draw_reason: vote.drawReason,
    source: vote.source,
    import: vote.import,
    source_id: vote.sourceId,
    timestamp: vote.at,
    hash: vote.hash,
  };
}

/** As `agon import` reads it. A rubric and criteria are JSON: no format of tables has a cell for them. */
function materialColumns({ reference, rubric, criteria, checklist, context }: PromptMaterial) {
  return {
    reference: reference ?? null,
    rubric: rubric === undefined ? null : JSON.stringify(rubric),
    criteria: criteria === undefined ? null : JSON.stringify(criteria),
    checklist: checklist ?? null,
    context: context ?? null,
  };
}

function rowOfPrompt(prompt: ExportedPrompt) {
  return {
    prompt_id: prompt.prompt,
    prompt: prompt.turns,
    category: prompt.category,
    language: prompt.language,
    ...materialColumns(prompt.material),
  };
}

function rowOfAnswer(answer: ExportedAnswer) {
  return {
    prompt_id: answer.prompt,
    category: answer.category,
    language: answer.language,
    prompt: answer.promptTurns,
    model: answer.model,
    answer: answer.turns,
    names_itself: answer.namesItself,
    ...materialColumns(answer.material),
  };
}

function rowOfBattle(battle: ExportedBattle) {
  return {
    id: battle.id,
    prompt_id: battle.prompt,
    model_a: battle.modelA,
    model_b: battle.modelB,
    turn: battle.turns,
    origin: battle.origin,
    state: battle.state,
    rater: battle.rater,
    draw_probability: battle.drawProbability,
    draw_reason: battle.drawReason,
    skip_reason: battle.skipReason,
    drawn_at: battle.drawnAt,
    ...materialColumns(battle.material),
  };
}

function rowOfVerdict(verdict: ExportedVerdict) {
  return {
    id: verdict.id,
    battle: verdict.battle,
    // one that an import did not name stands for nobody
    judge: verdict.rater === null ? null : verdict.judge,
    judge_model: verdict.model,
    source: 'judges',
    rater: verdict.rater,
    prompt_id: verdict.prompt,
    category: verdict.category,
    language: verdict.language,
    model_a: verdict.modelA,
    model_b: verdict.modelB,
    turn: verdict.turns,
    slot_order: verdict.slotOrder,
    repeat: verdict.repeat,
    winner: winnerOf(verdict.outcome),
    weight: verdict.weight,
    unscored: verdict.unscored,
    excluded: verdict.excluded,
    share_a: verdict.shareA,
    raw: verdict.raw,
    source_id: verdict.sourceId,
    timestamp: verdict.at,
  };
}

/** The board without switches and filters, as it stands. */
export async function boardRows(campaign: CampaignRecord, deps: BoardPorts) {
  const board = await readBoard(campaign, boardQuerySchema.parse({}), deps);
  return (board.people?.models ?? []).map((model) =>
    boardRow(
      model,
      board.judges?.models.find((row) => row.model === model.model),
    ),
  );
}

export function boardRow(model: ModelRatingJson, judged: ModelRatingJson | undefined) {
  return {
    ...model,
    judges_rating: judged?.rating ?? null,
    judges_low: judged?.low ?? null,
    judges_high: judged?.high ?? null,
  };
}

async function* each<Row>(
  parts: ExportedParts<Row>,
  present: (row: Row) => ExportedRow,
): ExportedParts<ExportedRow> {
  for await (const part of parts) yield part.map(present);
}

export async function allOf<Row>(parts: ExportedParts<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const part of parts) rows.push(...part);
  return rows;
}
