import { MISSING_CELLS, UNIFIED_METHODS, type Unified, type UnifiedQuery } from '@agon/contract';
import { ArenaError, EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import { Command } from 'commander';
import { oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { withServer } from '../with-server.ts';

type Options = {
  campaign: string;
  method: (typeof UNIFIED_METHODS)[number];
  weights?: string;
  missing: (typeof MISSING_CELLS)[number];
  data?: string;
  json?: boolean;
};

/** `agon board`: people, judges and benchmarks in one ranking. */
export function command(): Command {
  return new Command('board')
    .description('The unified ranking of a campaign: people, judges and benchmarks.')
    .requiredOption('--campaign <slug>', 'campaign to read')
    .option(
      '--weights <source=n,…>',
      'weights of people, judges, benchmarks, each 0 to 100 (default: people=50,judges=20,benchmarks=30); of single benchmarks within theirs (default: 1)',
    )
    .option(
      '--missing <predict|leave-out>',
      'a cell that nobody measured counts as predicted, or its weight goes to what was measured',
      oneOf('missing', MISSING_CELLS),
      'predict' as const,
    )
    .option(
      '--method <composite|ability>',
      'a weighted mean, or what people like and what benchmarks measure, estimated together',
      oneOf('method', UNIFIED_METHODS),
      'composite' as const,
    )
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  agon board --campaign spring --weights people=100,judges=0,benchmarks=0',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const query = {
    ...(options.weights === undefined ? {} : parseWeights(options.weights)),
    method: options.method,
    missing: options.missing,
  };
  const board = await withServer(options, ({ client }) =>
    client('getUnified', { params: { campaign: options.campaign }, query }),
  );
  if (options.json) {
    printJson(board);
    return;
  }
  const whole = (value: number | null) => (value === null ? null : Math.round(value));
  printTable(
    ['rank', 'model', 'score', '±', 'people', 'judges', 'measured'],
    board.models.map((model) => [
      rankText(model),
      model.model + (model.provisional ? ' (provisional)' : ''),
      whole(model.score),
      model.high === null || model.low === null ? null : whole((model.high - model.low) / 2),
      whole(model.cells.people?.value ?? null),
      whole(model.cells.judges?.value ?? null),
      `${model.measured.present} of ${model.measured.of}`,
    ]),
  );
  for (const text of board.diagnostics.notes) note(text);
}

function rankText({ rank, rank_low: low, rank_high: high }: Unified['models'][number]): string | null {
  if (rank === null) return null;
  return low === null || high === null || low === high ? String(rank) : `${low}–${high}`;
}

function parseWeights(text: string): Partial<UnifiedQuery> {
  const weights: Partial<Record<EvidenceSource, number>> = {};
  const each: string[] = [];
  for (const part of text.split(',')) {
    const at = part.lastIndexOf('=');
    const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    const weight = Number(value);
    if (at <= 0 || value === '' || !(weight >= 0 && weight <= 100)) {
      throw new ArenaError(
        'unknown_option',
        `--weights takes people=50,judges=20,benchmarks=30, or a benchmark’s name, not "${part}".`,
        { at: { column: 'weights', value: part } },
      );
    }
    const source = EVIDENCE_SOURCES.find((known) => known === name);
    if (source === undefined) each.push(`${name}=${weight}`);
    else weights[source] = weight;
  }
  return { ...weights, ...(each.length === 0 ? {} : { each: each.join(',') }) };
}
