import type { JudgeRunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { numberAbove, oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { type Server, withServer } from '../with-server.ts';

type Common = { data?: string; json?: boolean };
type RunOptions = Common & {
  campaign: string;
  model?: string;
  baseUrl?: string;
  apiKeyEnv?: string;
  orders: 'both' | 'first' | 'random';
  limit?: number;
  repeat: number;
  concurrency: number | 'auto';
  budget?: number;
  resume?: string;
};

/** `agon judge list|show|run`. */
export function command(): Command {
  const judge = new Command('judge')
    .description('List judges; ask a judge model about the battles of a campaign.')
    .addHelpText(
      'after',
      '\nExample:\n  agon judge run pairwise-explain --campaign spring --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    );
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  common(judge.command('list').description('judges that can be asked')).action(list);
  common(judge.command('show <id>').description('template, settings and identity of a judge')).action(show);
  common(judge.command('run <id>').description('ask a judge model; Ctrl-C cancels, what is scored stays'))
    .requiredOption('--campaign <slug>', 'campaign whose battles are judged')
    .option('--model <name>', 'model name as the server knows it')
    .option('--base-url <url>', 'any OpenAI-compatible server, such as http://127.0.0.1:8000/v1')
    .option('--api-key-env <name>', 'environment variable of the judge service that holds the key')
    .option(
      '--orders <both|first|random>',
      'slot orders to ask',
      oneOf('orders', ['both', 'first', 'random']),
      'both' as const,
    )
    .option('--limit <n>', 'battles at most', wholeNumber('limit', 1))
    .option('--repeat <n>', 'times each question is asked', wholeNumber('repeat', 1, 20), 1)
    .option(
      '--concurrency <auto|n>',
      'questions in flight',
      (text) => (text === 'auto' ? ('auto' as const) : wholeNumber('concurrency', 1, 256)(text)),
      'auto' as const,
    )
    .option('--budget <usd>', 'stop at this cost', numberAbove('budget', 0))
    .option('--resume <run>', 'watch a run that was started before')
    .action(run);
  return judge;
}

async function list(options: Common): Promise<void> {
  const { items } = await withServer(options, ({ client }) =>
    client('listJudges', { query: { limit: 500 } }),
  );
  if (options.json) printJson({ judges: items });
  else
    printTable(
      ['id', 'title', 'identity', 'origin'],
      items.map(({ id, title, identity, origin }) => [id, title, identity, origin]),
    );
}

async function show(id: string, options: Common): Promise<void> {
  const judge = await withServer(options, ({ client }) => client('getJudge', { params: { judge: id } }));
  if (options.json) printJson(judge);
  else process.stdout.write(`${judge.title} (${judge.identity})\n${judge.measures}\n\n${judge.template}\n`);
}

async function run(id: string, options: RunOptions): Promise<void> {
  const result = await withServer({ data: options.data, judge: true }, async (server) => {
    const first =
      options.resume === undefined
        ? await begin(id, options, server)
        : await server.client('getJudgeRun', { params: { run: options.resume } });
    return watch(first, server);
  });
  if (options.json) printJson(result);
  else print(result);
  const unscored = Object.values(result.verdicts.unscored).reduce((sum, count) => sum + count, 0);
  if (result.state === 'failed') process.exitCode = 2;
  else if (unscored > 0 || result.calls.failed > 0 || result.state === 'cancelled') process.exitCode = 1;
}

function begin(id: string, options: RunOptions, { client }: Server): Promise<JudgeRunJson> {
  if (options.model === undefined || options.baseUrl === undefined) {
    throw new ArenaError('unknown_option', 'judge run needs --model and --base-url.', {
      hint: 'For example: --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    });
  }
  return client('startJudgeRun', {
    params: { campaign: options.campaign },
    body: {
      judge: id,
      model: options.model,
      base_url: options.baseUrl,
      api_key_env: options.apiKeyEnv ?? null,
      orders: options.orders,
      limit: options.limit ?? null,
      repeat: options.repeat,
      concurrency: options.concurrency === 'auto' ? 8 : options.concurrency,
      budget_usd: options.budget ?? null,
    },
  });
}

/** Follows a run to its end; the first Ctrl-C cancels it on the server. */
async function watch(first: JudgeRunJson, { client }: Server): Promise<JudgeRunJson> {
  let cancelled = false;
  const cancel = () => {
    cancelled = true;
    note('Cancelling; verdicts that are in flight are kept …');
    client('cancelJudgeRun', { params: { run: first.run } }).catch(() => {});
  };
  process.once('SIGINT', cancel);
  try {
    let current = first;
    let shown = '';
    while (current.state === 'queued' || current.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, cancelled ? 200 : 500));
      current = await client('getJudgeRun', { params: { run: first.run } });
      const line = progressLine(current);
      if (line !== shown) note(line);
      shown = line;
    }
    return current;
  } finally {
    process.off('SIGINT', cancel);
  }
}

function progressLine({ calls, seconds, state }: JudgeRunJson): string {
  const done = calls.total - calls.pending;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `, ${Math.ceil(calls.pending / rate)} s left` : '';
  return `${state}: ${done} of ${calls.total} asked${left}`;
}

function print(result: JudgeRunJson): void {
  const { ok, unscored } = result.verdicts;
  process.stdout.write(`${result.judge} with ${result.model}: ${result.state}, run ${result.run}\n`);
  printTable(
    ['verdict', 'count'],
    [
      ...Object.entries(ok),
      ...Object.entries(unscored).map(([reason, count]) => [`unscored: ${reason}`, count] as const),
    ],
  );
  for (const error of result.errors) note(`${error.count} × ${error.reason}: ${error.example}`);
}
