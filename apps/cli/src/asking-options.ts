import { basename, resolve } from 'node:path';
import { ArenaError } from '@agon/domain';
import type { Command } from 'commander';
import { numberAbove, numberFrom, wholeNumber } from './parse-options.ts';

/** What a command line says of where and how a run asks. */
export type AskingOptions = {
  readonly provider?: string;
  readonly baseUrl?: string;
  readonly onnx?: string;
  readonly apiKeyEnv?: string;
  readonly repeat: number;
  readonly limit?: number;
  readonly concurrency: number | 'auto';
  readonly budget?: number;
  readonly priceIn?: number;
  readonly priceCached?: number;
  readonly priceOut?: number;
  readonly batch?: boolean;
};

export const ONNX_HELP = 'instead of a provider: the folder of a model that this machine runs itself';

/** Adds the options of `AskingOptions`. @param asked what a run counts, in the plural @param repeated what is asked again */
export function withAskingOptions(verb: Command, asked: string, repeated: string): Command {
  return verb
    .option('--provider <name>', 'where the model is reached: see `agon provider list`')
    .option(
      '--base-url <url>',
      'instead of a provider: any OpenAI-compatible server, such as http://127.0.0.1:8000/v1',
    )
    .option('--onnx <dir>', ONNX_HELP)
    .option('--api-key-env <name>', 'with --base-url: variable that holds its key, where `agon start` runs')
    .option('--limit <n>', `${asked} at most`, wholeNumber('limit', 1))
    .option('--repeat <n>', repeated, wholeNumber('repeat', 1, 20), 1)
    .option(
      '--concurrency <auto|n>',
      'calls in flight at most',
      (text) => (text === 'auto' ? ('auto' as const) : wholeNumber('concurrency', 1, 1024)(text)),
      'auto' as const,
    )
    .option('--budget <usd>', 'pause before it costs more', numberAbove('budget', 0))
    .option(
      '--price-in <usd>',
      'price of a million prompt tokens, where the provider does not say what calls cost',
      numberFrom('price-in', 0, 1_000_000),
    )
    .option('--price-cached <usd>', 'of a million cached ones', numberFrom('price-cached', 0, 1_000_000))
    .option('--price-out <usd>', 'of a million tokens of replies', numberFrom('price-out', 0, 1_000_000))
    .option('--batch', 'by the provider’s batch endpoint: within a day, often for half the price');
}

/** These options as the API takes them. @throws ArenaError('unknown_option') where it is not said where to ask */
export function askingOf(options: AskingOptions) {
  const where = whereOf(options);
  return {
    ...where,
    limit: options.limit ?? null,
    repeat: options.repeat,
    ...(options.concurrency === 'auto' ? {} : { concurrency: options.concurrency }),
    budget_usd: options.budget ?? null,
    prices: pricesOf(options),
    batch: options.batch ?? false,
  };
}

/** Where a model is asked, as the API takes it. @throws ArenaError('unknown_option') where it is not said, or said twice */
export function whereOf({
  provider,
  baseUrl,
  onnx,
  apiKeyEnv,
}: Pick<AskingOptions, 'provider' | 'baseUrl' | 'onnx' | 'apiKeyEnv'>) {
  if (onnx !== undefined && (provider !== undefined || baseUrl !== undefined || apiKeyEnv !== undefined)) {
    throw new ArenaError(
      'unknown_option',
      'A model of this machine is asked without a provider and without a key.',
      {
        hint: 'Give --onnx, or --provider, or --base-url.',
        at: { column: 'onnx', value: onnx },
      },
    );
  }
  if (onnx === undefined && provider === undefined && baseUrl === undefined) {
    throw new ArenaError('unknown_option', 'It is not said where the model is reached.', {
      hint: 'Give --provider NAME (see `agon provider list`), or --base-url http://127.0.0.1:8000/v1, or --onnx DIR',
    });
  }
  return {
    provider: provider ?? null,
    base_url: onnx === undefined ? (baseUrl ?? null) : `onnx:${resolve(onnx)}`,
    api_key_env: apiKeyEnv ?? null,
  };
}

/** The model in a folder is called as the folder is. */
export function modelOf({
  model,
  onnx,
}: {
  readonly model?: string | undefined;
  readonly onnx?: string | undefined;
}) {
  return model ?? (onnx === undefined ? undefined : basename(resolve(onnx)));
}

/** @throws ArenaError('unknown_option') where only one of the two is given */
function pricesOf({ priceIn, priceCached, priceOut }: AskingOptions) {
  if (priceIn === undefined && priceOut === undefined && priceCached === undefined) return null;
  if (priceIn === undefined || priceOut === undefined) {
    throw new ArenaError('unknown_option', 'Prices are given for prompts and replies, or not at all.', {
      hint: 'Give --price-in and --price-out, in USD for a million tokens.',
      at: { column: priceIn === undefined ? 'price-in' : 'price-out' },
    });
  }
  return { input: priceIn, cached: priceCached ?? null, output: priceOut };
}
