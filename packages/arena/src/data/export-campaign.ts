import { boardQuerySchema, type EXPORT_FORMATS, type EXPORT_WHATS } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import {
  writeAlpacaEvalOutputs,
  writeCsv,
  writeEveryEvalEver,
  writeFastchatBattles,
  writeJsonl,
} from '@agon/formats';
import { writeParquet } from '@agon/formats/parquet';
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

export type Exported = {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly fileName: string;
  readonly mediaType: string;
};

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
  switch (command.as) {
    case 'fastchat':
    case 'alpaca-eval':
    case 'every-eval-ever': {
      const body = await foreignFormat(command, campaign.id, deps);
      return command.as === 'every-eval-ever'
        ? { body, fileName: name('jsonl'), mediaType: JSON_LINES }
        : { body, fileName: name('json'), mediaType: 'application/json' };
    }
    case 'parquet': {
      const body = writeParquet(await rowsOf(command.what, campaign, deps));
      return { body, fileName: name('parquet'), mediaType: 'application/vnd.apache.parquet' };
    }
    case 'csv': {
      const body = writeCsv(await rowsOf(command.what, campaign, deps));
      return { body, fileName: name('csv'), mediaType: 'text/csv; charset=utf-8' };
    }
    case 'jsonl': {
      const body = writeJsonl(await rowsOf(command.what, campaign, deps));
      return { body, fileName: name('jsonl'), mediaType: JSON_LINES };
    }
  }
}

const JSON_LINES = 'application/x-ndjson';

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
  deps: Pick<Ports, 'exports' | 'clock'>,
): Promise<string> {
  if (command.as === 'fastchat' && command.what === 'votes') {
    const votes = await deps.exports.votes(campaign);
    return writeFastchatBattles(
      votes
        .filter((vote) => !vote.undone && vote.excluded === null)
        .map((vote) => ({
          id: vote.battle,
          modelA: vote.modelA,
          modelB: vote.modelB,
          outcome: vote.outcome,
          rater: `arena_user_${vote.rater}`,
          turn: vote.turns,
          language: vote.language,
          atMs: Date.parse(vote.at),
        })),
    );
  }
  if (command.as === 'alpaca-eval' && command.what === 'answers') {
    const answers = await deps.exports.answers(campaign);
    return writeAlpacaEvalOutputs(
      answers.flatMap(({ promptTurns, turns, model }) => {
        const [instruction, ...more] = promptTurns;
        // an instruction is a single turn: of a longer prompt a part alone would be another task
        return instruction === undefined || more.length > 0
          ? []
          : [{ dataset: command.campaign, instruction, output: turns[0] ?? '', model }];
      }),
    );
  }
  if (command.as === 'every-eval-ever' && command.what === 'scores') {
    const scores = await deps.exports.scores(campaign);
    return writeEveryEvalEver(scores, { collection: command.campaign, atMs: deps.clock.now() });
  }
  throw new ArenaError('invalid_request', `${command.what} cannot be written as ${command.as}.`, {
    hint: 'Votes can be written as fastchat, answers as alpaca-eval, scores as every-eval-ever, everything as jsonl, csv or parquet.',
    at: { column: 'as', value: command.as },
  });
}
