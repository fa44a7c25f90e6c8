import { RUN_KINDS, type RunJson } from '@agon/contract';
import { Command } from 'commander';
import { exitCodeOf, followRun } from '../follow-run.ts';
import { numberAbove, oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { printRun } from '../print-run.ts';
import { bundleCommand, replayCommand } from '../run-bundles.ts';
import { type Server, withServer } from '../with-server.ts';

type Common = { data?: string; json?: boolean };
type ListOptions = Common & {
  campaign?: string;
  kind?: (typeof RUN_KINDS)[number];
  open?: boolean;
  limit: number;
};
type GoOnOptions = Common & { budget?: number; follow?: boolean; reason?: string };

/** Runs in one page of the API. */
const PAGE = 500;

/** `agon runs list|show|pause|resume|cancel|retry|admit|exclude|reread|bundle|replay`. */
export function command(): Command {
  const runs = new Command('runs')
    .description('Runs of every kind: list, show, pause, resume, cancel, retry, admit and exclude them.')
    .addHelpText('after', '\nExample:\n  agon runs list --open && agon runs pause 0197c3a2-…');
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  const goingOn = (each: Command) => common(each).option('--follow', 'wait until it ends; Ctrl-C cancels it');
  common(runs.command('list').description('runs, newest first'))
    .option('--campaign <slug>', 'of this campaign only')
    .option('--kind <kind>', `one of ${RUN_KINDS.join(', ')}`, oneOf('kind', RUN_KINDS))
    .option('--open', 'only those that are queued or running')
    .option('--limit <n>', 'runs at most', wholeNumber('limit', 1), 100)
    .action(list);
  common(runs.command('show <run>').description('one run, with its counts and faults')).action(
    (run: string, options: Common) => change(options, ({ client }) => client('getRun', { params: { run } })),
  );
  common(runs.command('pause <run>').description('ask nothing new; replies in flight are kept')).action(
    (run: string, options: Common) =>
      change(options, ({ client }) => client('pauseRun', { params: { run } })),
  );
  goingOn(runs.command('resume <run>').description('go on with a run that was paused or failed'))
    .option('--budget <usd>', 'a new budget, for the whole run', numberAbove('budget', 0))
    .action((run: string, options: GoOnOptions) =>
      goOn(options, ({ client }) =>
        client('resumeRun', {
          params: { run },
          body: options.budget === undefined ? {} : { budget_usd: options.budget },
        }),
      ),
    );
  common(runs.command('cancel <run>').description('end a run; what was read stays')).action(
    (run: string, options: Common) =>
      change(options, ({ client }) => client('cancelRun', { params: { run } })),
  );
  goingOn(runs.command('retry <run>').description('ask the calls again that were given up'))
    .option('--reason <reason>', 'only those that were given up for it: timeout, server_error, …')
    .action((run: string, options: GoOnOptions) =>
      goOn(options, async ({ client }) => {
        const params = { run };
        const { reason } = options;
        const { calls } = await client('getRun', { params });
        if (calls.failed === 0 && reason === undefined)
          note('No call of this run was given up: nothing is asked again.');
        return client('retryRun', { params, query: reason === undefined ? {} : { reason } });
      }),
    );
  common(runs.command('admit <run>').description('let boards count its verdicts, whatever its checks say'))
    .option('--reason <text>', 'kept with the run')
    .action((run: string, options: Common & { reason?: string }) =>
      change(options, ({ client }) =>
        client('admitRun', { params: { run }, body: { reason: options.reason ?? null } }),
      ),
    );
  common(runs.command('exclude <run>').description('keep its verdicts off every board'))
    .requiredOption('--reason <text>', 'kept with the run')
    .action((run: string, options: Common & { reason: string }) =>
      change(options, ({ client }) =>
        client('excludeRun', { params: { run }, body: { reason: options.reason } }),
      ),
    );
  common(runs.command('reread <run>').description('read the stored replies again with the parser of today'))
    .option('--reason <reason>', 'only those that were read so: cut_off, unparseable, two_labels, …')
    .action(reread);
  runs.addCommand(bundleCommand());
  runs.addCommand(replayCommand());
  return runs;
}

async function list(options: ListOptions): Promise<void> {
  const runs = await withServer(options, (server) => firstRuns(options, server));
  if (options.json) {
    printJson({ runs });
    return;
  }
  printTable(
    ['run', 'kind', 'subject', 'model', 'provider', 'campaign', 'state', 'done', 'calls'],
    runs.map((run) => [
      run.run,
      run.kind,
      run.subject,
      run.model,
      run.provider,
      run.campaign,
      run.state,
      run.calls.total - run.calls.pending,
      run.calls.total,
    ]),
  );
}

async function firstRuns(options: ListOptions, { client }: Server): Promise<RunJson[]> {
  const { campaign, kind, open, limit } = options;
  const runs: RunJson[] = [];
  for (let cursor: string | null | undefined; cursor !== null && runs.length < limit; ) {
    const page: { items: RunJson[]; next_cursor: string | null } = await client('listRuns', {
      query: {
        limit: Math.min(PAGE, limit - runs.length),
        ...(campaign === undefined ? {} : { campaign }),
        ...(kind === undefined ? {} : { kind }),
        ...(open ? { state: 'open' } : {}),
        ...(cursor === undefined ? {} : { cursor }),
      },
    });
    runs.push(...page.items);
    cursor = page.next_cursor;
  }
  return runs;
}

async function change(options: Common, act: (server: Server) => Promise<RunJson>): Promise<void> {
  show(await withServer(options, act), options);
}

function show(run: RunJson, options: Common): void {
  if (options.json) printJson(run);
  else printRun(run);
}

/** Where no arena runs, the one that is started for this command must stay until the run ends: nobody else works on it. */
async function goOn(options: GoOnOptions, act: (server: Server) => Promise<RunJson>): Promise<void> {
  let followed = false;
  const run = await withServer({ data: options.data, judge: true }, async (server) => {
    const first = await act(server);
    followed = options.follow === true || server.isOwn;
    return followed ? followToEnd(first, server) : first;
  });
  show(run, options);
  if (followed) process.exitCode = exitCodeOf(run);
}

function followToEnd(first: RunJson, { client }: Server): Promise<RunJson> {
  const params = { run: first.run };
  return followRun(first, {
    read: () => client('getRun', { params }),
    cancel: () => client('cancelRun', { params }),
  });
}

async function reread(run: string, options: Common & { reason?: string }): Promise<void> {
  const { reason } = options;
  const result = await withServer(options, ({ client }) =>
    client('rereadRun', { params: { run }, query: reason === undefined ? {} : { reason } }),
  );
  if (options.json) printJson(result);
  else
    process.stdout.write(
      `${result.read} replies read with ${result.parser}: ${result.changed} are read otherwise now\n`,
    );
}
