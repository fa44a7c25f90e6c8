import { streamImport } from '@agon/client';
import { type AnswerEstimateJson, EFFORTS, type RunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { type AskingOptions, askingOf, modelOf, withAskingOptions } from '../asking-options.ts';
import { exitCodeOf, followRun } from '../follow-run.ts';
import { makeImportForm } from '../import-form.ts';
import { numberAbove, numberFrom, oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { printRun } from '../print-run.ts';
import { type Server, withServer } from '../with-server.ts';

type Options = AskingOptions & {
  campaign: string;
  model?: string[];
  prompts?: string;
  as?: string;
  system?: string;
  temperature?: number;
  maxTokens?: number;
  topP?: number;
  seed?: number;
  effort?: (typeof EFFORTS)[number];
  thinkingBudget?: number;
  dryRun?: boolean;
  data?: string;
  json?: boolean;
};

/** `agon answer run`. */
export function command(): Command {
  const answer = new Command('answer')
    .description('Ask models for answers to the prompts of a campaign.')
    .addHelpText(
      'after',
      '\nExample:\n  agon answer run --campaign spring --prompts prompts.jsonl --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    );
  const run = answer
    .command('run')
    .description(
      'ask each prompt that the model has not answered yet; Ctrl-C cancels, answers that came stay',
    )
    .requiredOption('--campaign <slug>', 'campaign whose prompts are asked, and that gets the answers')
    .option('--model <names...>', 'model, as its provider knows it; several: a run each')
    .option('--prompts <file>', 'file of prompts to import into the campaign first')
    .option('--as <name>', 'name of the model in the campaign (default: as its provider knows it)')
    .option('--system <text>', 'system prompt')
    .option('--temperature <t>', 'from 0 to 2 (default: the model’s own)', numberFrom('temperature', 0, 2))
    .option('--max-tokens <n>', 'longest answer (default: 2048)', wholeNumber('max-tokens', 1, 1_000_000));
  withAskingOptions(run, 'prompts', 'answers to each prompt')
    .option('--top-p <p>', 'from 0 to 1 (default: the model’s own)', numberAbove('top-p', 0))
    .option(
      '--seed <n>',
      'sent with each call, one more with each repeat',
      wholeNumber('seed', 0, 2 ** 31 - 1),
    )
    .option(
      '--effort <word>',
      `how long a model that reasons does so: ${EFFORTS.join(', ')}`,
      oneOf('effort', EFFORTS),
    )
    .option(
      '--thinking-budget <n>',
      'tokens of reasoning at most, where the provider takes a limit',
      wholeNumber('thinking-budget', 0, 1_000_000),
    )
    .option('--dry-run', 'say what would be asked and what it would cost; ask nothing')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .action(ask);
  return answer;
}

async function ask(options: Options): Promise<void> {
  const inFolder = modelOf({ onnx: options.onnx });
  const models = [...new Set(options.model ?? (inFolder === undefined ? [] : [inFolder]))];
  if (models.length === 0) {
    throw new ArenaError('unknown_option', 'answer run needs --model.', {
      hint: 'For example: --model qwen2.5-7b --base-url http://127.0.0.1:8000/v1',
    });
  }
  if (options.as !== undefined && models.length > 1) {
    throw new ArenaError('unknown_option', `--as names one model, and ${models.length} are asked.`, {
      hint: 'Start a run for each of them.',
      at: { column: 'as', value: options.as },
    });
  }
  const bodies = models.map((model) => bodyOf(model, options));
  if (options.dryRun) return estimate(bodies, options);
  const runs = await withServer({ data: options.data, judge: true }, async (server) => {
    if (options.prompts !== undefined) await importPrompts(options.prompts, options.campaign, server);
    for (const body of bodies) note(estimateLine(body.model, await askEstimate(body, options, server)));
    const started = await startAll(bodies, options, server);
    return Promise.all(started.map((run) => follow(run, started.length > 1, server)));
  });
  if (options.json) printJson(runs.length === 1 ? runs[0] : { runs });
  else runs.forEach(printRun);
  process.exitCode = Math.max(...runs.map(exitCodeOf));
}

/** @throws ArenaError('invalid_file') where rows are refused: then nothing was imported */
async function importPrompts(path: string, campaign: string, { url, apiKey }: Server): Promise<void> {
  note(`Reading ${path} …`);
  const form = await makeImportForm({ on_error: 'none' }, [path]);
  const { errors, errors_total, prompts } = await streamImport({ baseUrl: url, apiKey, campaign, form });
  const [first] = errors;
  if (first === undefined) {
    note(`${prompts} new prompts.`);
    return;
  }
  throw new ArenaError('invalid_file', `${errors_total} rows of ${path} are refused: ${first.reason}`, {
    hint: `Nothing was imported and nothing asked. To take the good rows: agon import ${path} --campaign ${campaign} --on-error good`,
    at: {
      file: path,
      line: first.line,
      ...(first.column === null ? {} : { column: first.column }),
      ...(first.value === null ? {} : { value: first.value }),
    },
  });
}

type Body = ReturnType<typeof bodyOf>;

function bodyOf(model: string, options: Options) {
  return {
    ...askingOf(options),
    model,
    as: options.as ?? null,
    ...(options.system === undefined ? {} : { system: options.system }),
    temperature: options.temperature ?? null,
    top_p: options.topP ?? null,
    sampling_seed: options.seed ?? null,
    effort: options.effort ?? null,
    thinking_budget: options.thinkingBudget ?? null,
    ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
  };
}

/** What runs would ask and cost. Prompts of a file would have to be imported to be counted, so they are not. */
async function estimate(bodies: readonly Body[], options: Options): Promise<void> {
  if (options.prompts !== undefined) {
    throw new ArenaError(
      'unknown_option',
      '--dry-run asks about the prompts of the campaign, not of a file.',
      {
        hint: `Import them first: agon import ${options.prompts} --campaign ${options.campaign}`,
        at: { column: 'dry-run' },
      },
    );
  }
  const estimates = await withServer({ data: options.data }, (server) =>
    Promise.all(
      bodies.map(async (body) => ({ model: body.model, ...(await askEstimate(body, options, server)) })),
    ),
  );
  if (options.json) printJson({ estimates });
  else for (const each of estimates) process.stdout.write(`${estimateLine(each.model, each)}\n`);
}

function askEstimate(body: Body, { campaign }: Options, { client }: Server): Promise<AnswerEstimateJson> {
  return client('estimateAnswerRun', { params: { campaign }, body });
}

function estimateLine(model: string, { calls, answered, ...of }: AnswerEstimateJson): string {
  const usd = (value: number) => value.toFixed(value < 1 ? 4 : 2);
  const cost =
    of.cost === null
      ? 'no price known'
      : `about ${usd(of.cost.expected)} USD, ${usd(of.cost.low)} to ${usd(of.cost.high)}`;
  const done = answered === 0 ? '' : ` (${answered} are there already)`;
  return `${model}: ${calls} calls${done}, about ${of.prompt_tokens} tokens sent and ${of.completion_tokens.expected} received, ${of.completion_tokens.most} at most: ${cost}`;
}

/** All or none: where one cannot be started, those before it are cancelled. */
async function startAll(bodies: readonly Body[], options: Options, { client }: Server): Promise<RunJson[]> {
  const started: RunJson[] = [];
  try {
    for (const body of bodies) {
      started.push(await client('startAnswerRun', { params: { campaign: options.campaign }, body }));
    }
    return started;
  } catch (error) {
    await Promise.allSettled(started.map(({ run }) => client('cancelRun', { params: { run } })));
    throw error;
  }
}

function follow(first: RunJson, isOneOfSeveral: boolean, { client }: Server): Promise<RunJson> {
  const params = { run: first.run };
  return followRun(first, {
    ...(isOneOfSeveral ? { name: first.model } : {}),
    read: () => client('getRun', { params }),
    cancel: () => client('cancelRun', { params }),
  });
}
