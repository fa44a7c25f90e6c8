import type { EXPORT_FORMATS, EXPORT_WHATS } from '@agon/contract';
import { ArenaError, type CampaignId } from '@agon/domain';
import {
  writeAlpacaEvalOutputs,
  writeCsv,
  writeEveryEvalEver,
  writeFastchatBattles,
  writeJsonl,
} from '@agon/formats';
import { writeParquet } from '@agon/formats/parquet';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { BoardPorts } from '../board/get-board.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { ExportedParts, ExportedVote } from '../ports/export-store.ts';
import type { Ports } from '../ports/ports.ts';
import { allOf, type ExportedRow, exportRows } from './export-rows.ts';

export type ExportCampaign = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly what: (typeof EXPORT_WHATS)[number];
  readonly as: (typeof EXPORT_FORMATS)[number];
};

export type Exported = {
  /** In the order of the file; made as it is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly fileName: string;
  readonly mediaType: string;
};

const JSON_LINES = 'application/x-ndjson';

/** One file with everything that was stored of `what`; undone and excluded votes are in it, marked. */
export async function exportCampaign(
  command: ExportCampaign,
  deps: BoardPorts & Pick<Ports, 'exports'>,
): Promise<Exported> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'read');
  const campaign = await requireCampaign(command.campaign, deps);
  const name = (extension: string) => `${campaign.slug}-${command.what}.${extension}`;
  const rows = () => exportRows(command.what, campaign, deps);
  switch (command.as) {
    case 'fastchat':
    case 'alpaca-eval':
    case 'every-eval-ever': {
      const body = whole(encoder.encode(await foreignFormat(command, campaign.id, deps)));
      return command.as === 'every-eval-ever'
        ? { body, fileName: name('jsonl'), mediaType: JSON_LINES }
        : { body, fileName: name('json'), mediaType: 'application/json' };
    }
    case 'parquet': {
      const body = whole(writeParquet(await allOf(rows())));
      return { body, fileName: name('parquet'), mediaType: 'application/vnd.apache.parquet' };
    }
    case 'csv':
      return {
        body: await begun(written(rows(), writeCsv)),
        fileName: name('csv'),
        mediaType: 'text/csv; charset=utf-8',
      };
    case 'jsonl':
      return {
        body: await begun(written(rows(), writeJsonl)),
        fileName: name('jsonl'),
        mediaType: JSON_LINES,
      };
  }
}

const encoder = new TextEncoder();

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function* written(
  parts: ExportedParts<ExportedRow>,
  write: (rows: readonly ExportedRow[], isFirst: boolean) => string,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const part of parts) {
    yield encoder.encode(write(part, isFirst));
    isFirst = false;
  }
}

/** Makes the first part now: what cannot be read is then refused before a reply has begun. */
async function begun(parts: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const first = await parts.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* parts;
  })();
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
  throw new ArenaError('invalid_request', `${command.what} cannot be written as ${command.as}.`, {
    hint: 'Votes can be written as fastchat, answers as alpaca-eval, scores as every-eval-ever, everything as jsonl, csv or parquet.',
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
