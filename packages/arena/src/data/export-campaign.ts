import { boardQuerySchema, type EXPORT_FORMATS, type EXPORT_WHATS } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { writeCsv, writeJsonl } from '@agon/formats';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import { type BoardPorts, readBoard } from '../board/get-board.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';

export type ExportCampaign = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly what: (typeof EXPORT_WHATS)[number];
  readonly as: (typeof EXPORT_FORMATS)[number];
};

export type Exported = { readonly text: string; readonly fileName: string; readonly mediaType: string };

type Row = Readonly<Record<string, unknown>>;

/** One file with everything that was stored of `what`; undone and excluded votes are in it, marked. */
export async function exportCampaign(
  command: ExportCampaign,
  deps: BoardPorts & Pick<Ports, 'exports'>,
): Promise<Exported> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'read');
  const campaign = await requireCampaign(command.campaign, deps);
  const name = (extension: string) => `${campaign.slug}-${command.what}.${extension}`;
  if (command.as === 'fastchat' || command.as === 'alpaca-eval') {
    const text = await foreignFormat(command, campaign.id, deps);
    return { text, fileName: name('json'), mediaType: 'application/json' };
  }
  const rows = await rowsOf(command.what, campaign, deps);
  return command.as === 'csv'
    ? { text: writeCsv(rows), fileName: name('csv'), mediaType: 'text/csv; charset=utf-8' }
    : { text: writeJsonl(rows), fileName: name('jsonl'), mediaType: 'application/x-ndjson' };
}

async function rowsOf(
  what: ExportCampaign['what'],
  campaign: Awaited<ReturnType<typeof requireCampaign>>,
  deps: BoardPorts & Pick<Ports, 'exports'>,
): Promise<readonly Row[]> {
  switch (what) {
    case 'votes':
      return (await deps.exports.votes(campaign.id)).map((vote) => ({
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
        winner: vote.outcome === 'a' || vote.outcome === 'b' ? `model_${vote.outcome}` : vote.outcome,
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
        timestamp: vote.at,
        hash: vote.hash,
      }));
    case 'answers':
      return (await deps.exports.answers(campaign.id)).map((answer) => ({
        prompt_id: answer.prompt,
        category: answer.category,
        language: answer.language,
        prompt: answer.promptTurns,
        model: answer.model,
        answer: answer.turns,
        names_itself: answer.namesItself,
      }));
    case 'battles':
      return (await deps.exports.battles(campaign.id)).map((battle) => ({
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
      }));
    case 'verdicts':
      return (await deps.exports.verdicts(campaign.id)).map((verdict) => ({
        id: verdict.id,
        battle: verdict.battle,
        judge: verdict.judge,
        judge_model: verdict.model,
        prompt_id: verdict.prompt,
        model_a: verdict.modelA,
        model_b: verdict.modelB,
        turn: verdict.turns,
        slot_order: verdict.slotOrder,
        repeat: verdict.repeat,
        winner:
          verdict.outcome === 'a' || verdict.outcome === 'b' ? `model_${verdict.outcome}` : verdict.outcome,
        unscored: verdict.unscored,
        share_a: verdict.shareA,
        raw: verdict.raw,
        timestamp: verdict.at,
      }));
    case 'scores':
      return deps.exports.scores(campaign.id);
    case 'board': {
      const board = await readBoard(campaign, boardQuerySchema.parse({}), deps);
      return (board.people?.models ?? []).map((model) => {
        const judged = board.judges?.models.find((row) => row.model === model.model);
        return {
          ...model,
          judges_rating: judged?.rating ?? null,
          judges_low: judged?.low ?? null,
          judges_high: judged?.high ?? null,
        };
      });
    }
  }
}

async function foreignFormat(
  command: ExportCampaign,
  campaign: Parameters<Ports['exports']['votes']>[0],
  deps: Pick<Ports, 'exports'>,
): Promise<string> {
  if (command.as === 'fastchat' && command.what === 'votes') {
    const votes = (await deps.exports.votes(campaign)).filter(
      (vote) => !vote.undone && vote.excluded === null,
    );
    return JSON.stringify(
      votes.map((vote) => ({
        question_id: vote.prompt ?? vote.battle,
        model_a: vote.modelA,
        model_b: vote.modelB,
        winner:
          vote.outcome === 'both_bad'
            ? 'tie (bothbad)'
            : vote.outcome === 'tie'
              ? 'tie'
              : `model_${vote.outcome}`,
        judge: `arena_user_${vote.rater}`,
        turn: vote.turns ?? 1,
        anony: true,
        language: vote.language ?? 'unknown',
        tstamp: Date.parse(vote.at) / 1000,
      })),
    );
  }
  if (command.as === 'alpaca-eval' && command.what === 'answers') {
    const answers = await deps.exports.answers(campaign);
    return JSON.stringify(
      answers.map((answer) => ({
        dataset: command.campaign,
        instruction: answer.promptTurns[0] ?? '',
        output: answer.turns[0] ?? '',
        generator: answer.model,
      })),
    );
  }
  throw new ArenaError('invalid_request', `${command.what} cannot be written as ${command.as}.`, {
    hint: 'Votes can be written as fastchat, answers as alpaca-eval, everything as jsonl or csv.',
    at: { column: 'as', value: command.as },
  });
}
