import type { JudgeRunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { type AskingOptions, askingOf, modelOf, withAskingOptions } from '../asking-options.ts';
import { dryRunCommand } from '../dry-run.ts';
import { exitCodeOf, followRun } from '../follow-run.ts';
import { addCalibrate } from '../judge-calibrate.ts';
import { addDrift } from '../judge-drift.ts';
import { addJudgeFileVerbs } from '../judge-file-verbs.ts';
import { serveCommand } from '../judge-serve.ts';
import { oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { standingText } from '../print-run.ts';
import { type Server, withServer } from '../with-server.ts';
import { addReport } from './judge-report.ts';

type Common = { data?: string; json?: boolean };
type RunOptions = Common &
  AskingOptions & {
    campaign: string;
    model?: string;
    orders: 'both' | 'first' | 'random';
    resume?: string;
    admit?: boolean;
  };

/** `agon judge list|show|archive|restore|check|parse|import|run|dry-run|drift|calibrate|report|serve`. */
export function command(): Command {
  const judge = new Command('judge')
    .description('List, check and convert judges; ask a judge model about the battles of a campaign.')
    .addHelpText(
      'after',
      '\nExample:\n  agon judge run pair-explain --campaign spring --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    );
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  common(judge.command('list').description('judges that can be asked'))
    .option('--archived', 'those that were archived')
    .action(list);
  common(judge.command('show <id>').description('template, settings and identity of a judge')).action(show);
  common(
    judge.command('archive <id>').description('take a judge of your own out of lists; its verdicts stay'),
  ).action((id: string, options: Common) => archive(id, true, options));
  common(judge.command('restore <id>').description('put an archived judge back')).action(
    (id: string, options: Common) => archive(id, false, options),
  );
  addJudgeFileVerbs(judge);
  const asking = common(
    judge.command('run <id>').description('ask a judge model; Ctrl-C cancels, what is scored stays'),
  )
    .requiredOption('--campaign <slug>', 'campaign whose battles are judged')
    .option('--model <name>', 'judge model, as its provider knows it')
    .option(
      '--orders <both|first|random>',
      'slot orders to ask',
      oneOf('orders', ['both', 'first', 'random']),
      'both' as const,
    )
    .option('--admit', 'let boards count its verdicts at once, whatever its checks say')
    .option('--resume <run>', 'follow a run that was started before; one that is paused or failed goes on');
  addDrift(
    common(
      judge
        .command('drift <id>')
        .description('ask a judge again what it was asked before: is its model still the same?'),
    ),
  );
  addCalibrate(
    common(
      judge
        .command('calibrate <id>')
        .description('what a reward model’s scores say of people, by the votes as they are now; for boards'),
    ),
  );
  addReport(
    common(
      judge
        .command('report <run-or-id>')
        .description(
          'report card of a judge: agreement with people beside controls, order, calibration, habits, cost',
        ),
    ),
  );
  withAskingOptions(asking, 'battles', 'times each call is asked').action(run);
  judge.addCommand(dryRunCommand());
  judge.addCommand(serveCommand());
  return judge;
}

async function list(options: Common & { archived?: boolean }): Promise<void> {
  const state = options.archived === true ? ('archived' as const) : ('in_use' as const);
  const { items } = await withServer(options, ({ client }) =>
    client('listJudges', { query: { limit: 500, state } }),
  );
  if (options.json) printJson({ judges: items });
  else
    printTable(
      ['id', 'title', 'identity', 'origin'],
      items.map(({ id, title, identity, origin }) => [id, title, identity, origin]),
    );
}

async function archive(id: string, archived: boolean, options: Common): Promise<void> {
  const judge = await withServer(options, ({ client }) =>
    client('archiveJudge', { params: { judge: id }, body: { archived } }),
  );
  if (options.json) printJson(judge);
  else
    process.stdout.write(
      `${judge.id} is ${archived ? 'archived; its verdicts stay' : 'back in the list'}.\n`,
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
        : await resume(options.resume, options, server);
    const params = { run: first.run };
    return followRun(first, {
      read: () => server.client('getJudgeRun', { params }),
      cancel: () => server.client('cancelJudgeRun', { params }),
    });
  });
  if (options.json) printJson(result);
  else print(result);
  process.exitCode = exitCodeOf(result);
}

function begin(id: string, options: RunOptions, { client }: Server): Promise<JudgeRunJson> {
  const { orders, limit = null, repeat } = options;
  const model = modelOf(options);
  const params = { campaign: options.campaign };
  const admit = options.admit === true;
  // a rule, which asks no model
  if (id.startsWith('control-') && model === undefined)
    return client('startJudgeRun', { params, body: { judge: id, orders, limit, repeat } });
  if (model === undefined) {
    throw new ArenaError('unknown_option', 'judge run needs --model.', {
      hint: 'For example: --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    });
  }
  const body = { judge: id, model, orders, admit, ...askingOf(options) };
  return client('startJudgeRun', { params, body });
}

async function resume(run: string, options: RunOptions, { client }: Server): Promise<JudgeRunJson> {
  const params = { run };
  const found = await client('getJudgeRun', { params });
  if (found.state !== 'paused' && found.state !== 'failed') return found;
  await client('resumeRun', {
    params,
    body: options.budget === undefined ? {} : { budget_usd: options.budget },
  });
  return client('getJudgeRun', { params });
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
  printTable(
    ['check', 'n', 'hits', 'passed'],
    result.probes.checks.map(({ check, n, hits, passed }) => [
      check,
      n,
      hits,
      passed === null ? null : passed ? 'yes' : 'no',
    ]),
  );
  note(standingText(result));
  for (const error of result.errors) note(`${error.count} × ${error.reason}: ${error.example}`);
}
