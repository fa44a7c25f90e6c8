import { boardQuerySchema, type EXPORT_WHATS } from '@agon/contract';
import type { Outcome } from '@agon/domain';
import { type BoardPorts, readBoard } from '../board/get-board.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { ExportedBattle, ExportedParts, ExportedVerdict, ExportedVote } from '../ports/export-store.ts';
import type { Ports } from '../ports/ports.ts';

export type ExportedRow = Readonly<Record<string, unknown>>;

/** What is stored of `what`, as rows of a table; each has the same fields. Columns that Agon reads have the names it reads. */
export function exportRows(
  what: (typeof EXPORT_WHATS)[number],
  campaign: CampaignRecord,
  deps: BoardPorts & Pick<Ports, 'exports'>,
): ExportedParts<ExportedRow> {
  switch (what) {
    case 'votes':
      return each(deps.exports.votes(campaign.id), rowOfVote);
    case 'answers':
      return each(deps.exports.answers(campaign.id), (answer) => ({
        prompt_id: answer.prompt,
        category: answer.category,
        language: answer.language,
        prompt: answer.promptTurns,
        model: answer.model,
        answer: answer.turns,
        names_itself: answer.namesItself,
      }));
    case 'battles':
      return each(deps.exports.battles(campaign.id), rowOfBattle);
    case 'verdicts':
      return each(deps.exports.verdicts(campaign.id), rowOfVerdict);
    case 'scores':
      return deps.exports.scores(campaign.id);
    case 'board':
      return boardRows(campaign, deps);
  }
}

const winnerOf = (outcome: Outcome | null) =>
  outcome === 'a' || outcome === 'b' ? `model_${outcome}` : outcome;

function rowOfVote(vote: ExportedVote): ExportedRow {
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

function rowOfBattle(battle: ExportedBattle): ExportedRow {
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
  };
}

function rowOfVerdict(verdict: ExportedVerdict): ExportedRow {
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
    share_a: verdict.shareA,
    raw: verdict.raw,
    source_id: verdict.sourceId,
    timestamp: verdict.at,
  };
}

async function* boardRows(campaign: CampaignRecord, deps: BoardPorts): ExportedParts<ExportedRow> {
  const board = await readBoard(campaign, boardQuerySchema.parse({}), deps);
  yield (board.people?.models ?? []).map((model) => {
    const judged = board.judges?.models.find((row) => row.model === model.model);
    return {
      ...model,
      judges_rating: judged?.rating ?? null,
      judges_low: judged?.low ?? null,
      judges_high: judged?.high ?? null,
    };
  });
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
