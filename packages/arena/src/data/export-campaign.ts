import type { EXPORT_FORMATS, EXPORT_WHATS } from '@agon/contract';
import { ArenaError, type CampaignId } from '@agon/domain';
import {
  writeAlpacaEvalOutputs,
  writeCsv,
  writeDpoPairs,
  writeEveryEvalEver,
  writeFastchatBattles,
  writeJsonl,
} from '@agon/formats';
import { ParquetEncoder } from '@agon/formats/parquet';
import type { Actor } from '../actor.ts';
import type { BoardPorts } from '../board/get-board.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { ExportedParts, ExportedVote } from '../ports/export-store.ts';
import type { Ports } from '../ports/ports.ts';
import { completionRows } from './completion-rows.ts';
import { EXPORT_COLUMNS } from './export-columns.ts';
import { allOf, boardRows, type ExportedRow, storedRows } from './export-rows.ts';
import { preferencePairs } from './preference-pairs.ts';
import { begun, type Exported, writtenRows } from './streamed-export.ts';

export type ExportCampaign = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly what: (typeof EXPORT_WHATS)[number];
  readonly as: (typeof EXPORT_FORMATS)[number];
  /** Aborted: what is not made yet need not be. */
  readonly signal?: AbortSignal | undefined;
};

const JSON_LINES = 'application/x-ndjson';

/** One file with everything that was stored of `what`; undone and excluded votes are in it, marked. */
export async function exportCampaign(
  command: ExportCampaign,
  deps: BoardPorts & Pick<Ports, 'exports' | 'exporter' | 'raters' | 'completionCodes'>,
): Promise<Exported> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const name = (extension: string) => `${campaign.slug}-${command.what}.${extension}`;
  const rows = () =>
    command.what === 'board' || command.what === 'completions'
      ? single(smallTable(command.what, campaign, deps))
      : storedRows(command.what, campaign.id, deps.exports);
  switch (command.as) {
    case 'fastchat':
    case 'alpaca-eval':
    case 'every-eval-ever':
    case 'dpo': {
      const text = encoder.encode(await foreignFormat(command, campaign.id, deps));
      const isLines = command.as === 'every-eval-ever' || command.as === 'dpo';
      const [extension, mediaType] = isLines ? ['jsonl', JSON_LINES] : ['json', 'application/json'];
      return { ...whole(text), fileName: name(extension), mediaType };
    }
    case 'parquet': {
      const file =
        command.what === 'board' || command.what === 'completions'
          ? // a row a model or a voter: no work for a process of its own
            parquetOf(command.what, await smallTable(command.what, campaign, deps))
          : await deps.exporter.parquet(campaign.id, command.what, command.signal);
      return { ...file, fileName: name('parquet'), mediaType: 'application/vnd.apache.parquet' };
    }
    case 'csv':
      return {
        body: await begun(writtenRows(rows(), writeCsv)),
        byteLength: null,
        fileName: name('csv'),
        mediaType: 'text/csv; charset=utf-8',
      };
    case 'jsonl':
      return {
        body: await begun(writtenRows(rows(), writeJsonl)),
        byteLength: null,
        fileName: name('jsonl'),
        mediaType: JSON_LINES,
      };
  }
}

const encoder = new TextEncoder();

function whole(...parts: readonly Uint8Array[]): Pick<Exported, 'body' | 'byteLength'> {
  const byteLength = parts.reduce((sum, part) => sum + part.length, 0);
  return {
    byteLength,
    body: (async function* () {
      yield* parts;
      return undefined;
    })(),
  };
}

function smallTable(
  what: 'board' | 'completions',
  campaign: CampaignRecord,
  deps: BoardPorts & Pick<Ports, 'raters' | 'completionCodes'>,
): Promise<readonly ExportedRow[]> {
  return what === 'board' ? boardRows(campaign, deps) : completionRows(campaign, deps);
}

function parquetOf(what: 'board' | 'completions', rows: readonly ExportedRow[]) {
  const table = new ParquetEncoder(EXPORT_COLUMNS[what]);
  return whole(table.push(rows), table.finish());
}

async function* single<Row>(rows: Promise<readonly Row[]>): ExportedParts<Row> {
  yield await rows;
}

async function foreignFormat(
  command: ExportCampaign,
  campaign: CampaignId,
  deps: Pick<Ports, 'exports' | 'clock'>,
): Promise<string> {
  if (command.as === 'fastchat' && command.what === 'votes') {
    const votes = await allOf(deps.exports.votes(campaign));
    return writeFastchatBattles(
      votes.filter((vote) => !vote.undone && vote.excluded === null).map(fastchatBattle),
    );
  }
  if (command.as === 'alpaca-eval' && command.what === 'answers') {
    const answers = await allOf(deps.exports.answers(campaign));
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
    const scores = await allOf(deps.exports.scores(campaign));
    return writeEveryEvalEver(scores, { collection: command.campaign, atMs: deps.clock.now() });
  }
  if (command.as === 'dpo' && command.what === 'votes') {
    const votes = await allOf(deps.exports.votes(campaign));
    return writeDpoPairs(preferencePairs(votes, await allOf(deps.exports.answers(campaign))));
  }
  throw new ArenaError('invalid_request', `${command.what} cannot be written as ${command.as}.`, {
    hint: 'Votes can be written as fastchat or dpo, answers as alpaca-eval, scores as every-eval-ever, everything as jsonl, csv or parquet.',
    at: { column: 'as', value: command.as },
  });
}

function fastchatBattle(vote: ExportedVote) {
  return {
    // FastChat's readers drop what has the same id, and a file may say one thing twice
    id: vote.source === 'live' ? vote.battle : vote.id,
    modelA: vote.modelA,
    modelB: vote.modelB,
    outcome: vote.outcome,
    weight: vote.weight,
    shareA: vote.shareA,
    rater: vote.rater === null ? null : `arena_user_${vote.rater}`,
    turn: vote.turns,
    language: vote.language,
    atMs: vote.at === null ? null : Date.parse(vote.at),
  };
}
