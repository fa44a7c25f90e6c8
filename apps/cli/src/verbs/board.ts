import { UNIFIED_METHODS } from '@agon/contract';
import { ArenaError, EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import { Command } from 'commander';
import { oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { withServer } from '../with-server.ts';

type Options = {
  campaign: string;
  method: (typeof UNIFIED_METHODS)[number];
  weights?: string;
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
      'weights of people, judges, benchmarks, each 0 to 100 (default: people=50,judges=20,benchmarks=30)',
    )
    .option(
      '--method <composite|ability>',
      'a weighted mean, or one ability behind all sources that have weight',
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
      model.rank_low === model.rank_high ? model.rank : `${model.rank_low}–${model.rank_high}`,
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

function parseWeights(text: string): Partial<Record<EvidenceSource, number>> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', value = ''] = part.split('=');
      const source = EVIDENCE_SOURCES.find((each) => each === name.trim());
      const weight = Number(value);
      if (source === undefined || value.trim() === '' || !(weight >= 0 && weight <= 100)) {
        throw new ArenaError(
          'unknown_option',
          `--weights takes people=50,judges=20,benchmarks=30, not "${part}".`,
          {
            at: { column: 'weights', value: part },
          },
        );
      }
      return [source, weight];
    }),
  );
}
