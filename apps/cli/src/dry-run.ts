import { readFileSync } from 'node:fs';
import type { JudgeTrialJson, TrialReadingJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { modelOf, ONNX_HELP, whereOf } from './asking-options.ts';
import { followRun } from './follow-run.ts';
import { numberAbove, wholeNumber } from './parse-options.ts';
import { note, printJson, printTable } from './print.ts';
import { withServer } from './with-server.ts';

type DryRunOptions = {
  data?: string;
  json?: boolean;
  campaign: string;
  model?: string;
  battles: number;
  provider?: string;
  baseUrl?: string;
  onnx?: string;
  apiKeyEnv?: string;
  orders: 'both' | 'first';
  budget?: number;
  seed: number;
};

const DEFAULT_BATTLES = 10;
const MAX_BATTLES = 100;

/** `agon judge dry-run`: a judge on a few battles; its verdicts count nowhere. */
export function dryRunCommand(): Command {
  return new Command('dry-run')
    .description('try a judge, or a file that is not saved yet, on a few battles; its verdicts count nowhere')
    .argument('<id>', 'a judge, one version of it as id@hash, or the path of a judge.md')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .requiredOption('--campaign <slug>', 'campaign whose battles are judged')
    .option('--model <name>', 'judge model, as its provider knows it')
    .option(
      '--battles <n>',
      'half of them those with most votes, half drawn',
      wholeNumber('battles', 1, MAX_BATTLES),
      DEFAULT_BATTLES,
    )
    .option('--provider <name>', 'where the model is reached: see `agon provider list`')
    .option('--base-url <url>', 'instead of a provider: any OpenAI-compatible server')
    .option('--onnx <dir>', ONNX_HELP)
    .option('--api-key-env <name>', 'with --base-url: variable that holds its key, where `agon start` runs')
    .option('--orders <both|first>', 'slot orders to ask', ordersOf, 'both' as const)
    .option(
      '--budget <usd>',
      'pause before it costs more (default: 1 where costs are known)',
      numberAbove('budget', 0),
    )
    .option('--seed <n>', 'another one draws other battles', wholeNumber('seed', 0), 1)
    .action(dryRun);
}

function ordersOf(text: string): 'both' | 'first' {
  if (text === 'both' || text === 'first') return text;
  throw new ArenaError('unknown_option', `--orders is both or first, not "${text}".`);
}

async function dryRun(id: string, options: DryRunOptions): Promise<void> {
  const where = whereOf(options);
  const model = modelOf(options);
  if (model === undefined) {
    throw new ArenaError('unknown_option', 'judge dry-run needs --model.', {
      hint: 'For example: --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    });
  }
  const isFile = id.endsWith('.md');
  const voted = Math.floor(options.battles / 2);
  const result = await withServer({ data: options.data, judge: true }, async ({ client }) => {
    const first = await client('startJudgeTrial', {
      params: { campaign: options.campaign },
      body: {
        ...(isFile ? { source: readJudgeFile(id) } : { judge: id }),
        model,
        ...where,
        voted,
        random: options.battles - voted,
        orders: options.orders,
        seed: options.seed,
        ...(options.budget === undefined ? {} : { budget_usd: options.budget }),
      },
    });
    const params = { run: first.run };
    return followRun(first, {
      read: () => client('getJudgeTrial', { params }),
      cancel: () => client('cancelRun', { params }),
    });
  });
  if (options.json) printJson(result);
  else print(result);
  const stopped = result.errors.some(({ reason }) => reason === 'run');
  process.exitCode = stopped ? 2 : result.state === 'done' && result.calls.failed === 0 ? 0 : 1;
}

function readJudgeFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: 'Give the path of a judge’s file, or the id of a saved judge.',
      at: { file: path },
    });
  }
}

const LETTERS: Readonly<Record<string, string>> = { a: 'A', b: 'B', tie: 'tie', both_bad: 'tie' };

function said(reading: TrialReadingJson | undefined): string | null {
  if (reading === undefined || reading.state === 'waiting') return null;
  return LETTERS[reading.outcome ?? ''] ?? reading.reason ?? reading.state;
}

function print(trial: JudgeTrialJson): void {
  process.stdout.write(`${trial.identity} with ${trial.model}: ${trial.state}, run ${trial.run}\n`);
  printTable(
    ['item', 'category', 'answer A', 'answer B', 'people A/B/tie', 'A first', 'B first', 'result'],
    trial.items.map((item) => [
      item.prompt_key ?? item.prompt.slice(0, 30),
      item.category,
      item.model_a,
      item.model_b,
      `${item.people.a}/${item.people.b}/${item.people.tie}`,
      said(item.readings.find(({ order }) => order === 'ab')),
      said(item.readings.find(({ order }) => order === 'ba')),
      item.state.replaceAll('_', ' '),
    ]),
  );
  const { totals } = trial;
  const share = (value: number | null) => (value === null ? '—' : `${(100 * value).toFixed(1)} %`);
  process.stdout.write('\n');
  printTable(
    ['figure', 'value', 'of'],
    [
      ['agree with people', share(totals.agreement), totals.agreement_items],
      ['two people agree', share(totals.people_agree), totals.people_items],
      ['changed by order', share(totals.changed_by_order), totals.both_orders],
      ['unscored', share(totals.unscored), totals.ended],
      [
        'USD for 1,000 verdicts',
        totals.cost_per_1000 === null ? '—' : totals.cost_per_1000.toFixed(2),
        totals.ended,
      ],
    ],
  );
  for (const error of trial.errors) note(`${error.count} × ${error.reason}: ${error.example}`);
}
