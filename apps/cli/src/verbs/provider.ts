import { text } from 'node:stream/consumers';
import { PROVIDER_PRESETS, type ProviderJson, type ProviderPreset } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { exitCodeOf, followRun } from '../follow-run.ts';
import { numberFrom, oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { withServer } from '../with-server.ts';

type Common = { data?: string; json?: boolean };
type Settings = Common & {
  baseUrl?: string;
  preset?: ProviderPreset;
  apiKeyEnv?: string;
  apiKeyStdin?: boolean;
  concurrency?: number;
  callsPerMinute?: number;
  timeout?: number;
};
type ChangeOptions = Settings & { key: boolean };

const PRESETS = Object.keys(PROVIDER_PRESETS) as ProviderPreset[];

/** `agon provider list|add|change|check|remove`. */
export function command(): Command {
  const provider = new Command('provider')
    .description('Where models are reached: servers with an OpenAI-compatible API, their keys and limits.')
    .addHelpText(
      'after',
      '\nExample:\n  agon provider add local --base-url http://127.0.0.1:8000/v1 && agon provider check local',
    );
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  const settings = (each: Command) =>
    common(each)
      .option('--base-url <url>', 'address of its API, such as http://127.0.0.1:8000/v1')
      .option('--preset <preset>', `one of ${PRESETS.join(', ')}`, oneOf('preset', PRESETS))
      .option('--api-key-env <name>', 'environment variable that holds its key, where `agon start` runs')
      .option('--api-key-stdin', 'read its key from stdin; it is stored encrypted')
      .option('--concurrency <n>', 'calls in flight at most', wholeNumber('concurrency', 1, 1024))
      .option(
        '--calls-per-minute <n>',
        'calls begun in a minute at most',
        wholeNumber('calls-per-minute', 1, 1_000_000),
      )
      .option('--timeout <seconds>', 'longest time of one call', numberFrom('timeout', 1, 3600));
  common(provider.command('list').description('providers, without their keys')).action(list);
  settings(provider.command('add <name>').description('add a provider')).action(add);
  settings(
    provider
      .command('change <name>')
      .description('change a provider; a new address drops its key unless it comes with one'),
  )
    .option('--no-key', 'from now on without a key')
    .action(change);
  common(provider.command('check <name>').description('ask it what it can do; Ctrl-C cancels'))
    .option('--model <name>', 'model to ask (default: the first that it lists)')
    .action(check);
  common(
    provider.command('remove <name>').description('remove it and wipe its key; runs keep its name'),
  ).action(remove);
  return provider;
}

async function list(options: Common): Promise<void> {
  const { providers } = await withServer(options, ({ client }) => client('listProviders'));
  show(providers, options);
}

async function add(name: string, options: Settings): Promise<void> {
  const { preset, baseUrl, apiKeyEnv } = options;
  const key = await keyOf(options);
  const limits = limitsOf(options);
  const added = await withServer(options, ({ client }) =>
    client('addProvider', {
      body: {
        name,
        ...(preset === undefined ? {} : { preset }),
        base_url: baseUrl ?? null,
        api_key_env: apiKeyEnv ?? null,
        api_key: key,
        ...(limits === null ? {} : { limits }),
      },
    }),
  );
  show([added], options);
}

async function change(name: string, options: ChangeOptions): Promise<void> {
  const { preset, baseUrl, apiKeyEnv } = options;
  const key = await keyOf(options);
  if (!options.key && (key !== null || apiKeyEnv !== undefined)) {
    throw new ArenaError('unknown_option', '--no-key and a key do not go together.', {
      hint: 'A new key takes the place of the old one by itself.',
    });
  }
  const limits = limitsOf(options);
  const changed = await withServer(options, async ({ client }) => {
    const params = { provider: name };
    // limits are one field: those that are not given stay
    const before = limits === null ? null : (await client('getProvider', { params })).limits;
    return client('changeProvider', {
      params,
      body: {
        ...(preset === undefined ? {} : { preset }),
        ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
        ...(options.key ? {} : { api_key: null, api_key_env: null }),
        ...(apiKeyEnv === undefined ? {} : { api_key_env: apiKeyEnv }),
        ...(key === null ? {} : { api_key: key }),
        ...(before === null ? {} : { limits: { ...before, ...limits } }),
      },
    });
  });
  show([changed], options);
}

async function check(name: string, options: Common & { model?: string }): Promise<void> {
  const { provider, run } = await withServer({ data: options.data, judge: true }, async ({ client }) => {
    const first = await client('checkProvider', {
      params: { provider: name },
      body: options.model === undefined ? {} : { model: options.model },
    });
    const params = { run: first.run };
    const run = await followRun(first, {
      read: () => client('getRun', { params }),
      cancel: () => client('cancelRun', { params }),
    });
    return { run, provider: await client('getProvider', { params: { provider: name } }) };
  });
  show([provider], options);
  if (!options.json) {
    printTable(
      ['can', 'found', 'why'],
      Object.entries(provider.capabilities?.features ?? {}).map(([feature, { is, why }]) => [
        feature.replaceAll('_', ' '),
        is,
        why,
      ]),
    );
  }
  for (const { count, reason, example } of run.errors) note(`${count} × ${reason}: ${example}`);
  process.exitCode = exitCodeOf(run);
}

async function remove(name: string, options: Common): Promise<void> {
  const removed = await withServer(options, ({ client }) =>
    client('removeProvider', { params: { provider: name } }),
  );
  show([removed], options);
}

/** The key from stdin, where it is asked for: on the command line it would be seen by others and kept in a history. */
async function keyOf(options: Settings): Promise<string | null> {
  if (!options.apiKeyStdin) return null;
  if (options.apiKeyEnv !== undefined) {
    throw new ArenaError('unknown_option', 'A provider has one key: --api-key-env or --api-key-stdin.', {
      hint: 'Leave one of them out.',
    });
  }
  if (process.stdin.isTTY) note('Paste the key, press Enter, then Ctrl-D.');
  const key = (await text(process.stdin)).trim();
  if (key !== '') return key;
  throw new ArenaError('unknown_option', 'There is no key on stdin.', {
    hint: 'For example: printf %s "$KEY" | agon provider add … --api-key-stdin',
  });
}

/** Those that are given; null: none. */
function limitsOf({ concurrency, callsPerMinute, timeout }: Settings) {
  const given = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(callsPerMinute === undefined ? {} : { calls_per_minute: callsPerMinute }),
    ...(timeout === undefined ? {} : { timeout_seconds: timeout }),
  };
  return Object.keys(given).length === 0 ? null : given;
}

function show(providers: readonly ProviderJson[], options: Common): void {
  if (options.json) {
    printJson({ providers });
    return;
  }
  printTable(
    ['name', 'address', 'preset', 'key', 'models', 'log-probabilities', 'checked'],
    providers.map(({ name, base_url, preset, key, key_env, key_end, capabilities, checked_at }) => [
      name,
      base_url,
      preset,
      key === 'env' ? key_env : key === 'set' && key_end !== null ? `set (…${key_end})` : key,
      capabilities?.models?.length ?? null,
      capabilities?.top_logprobs ?? null,
      checked_at,
    ]),
  );
}
