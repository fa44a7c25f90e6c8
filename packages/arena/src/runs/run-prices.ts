import { publishedPrice, quirksOf } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { ModelReply } from '../ports/model-client.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { RunPrices } from '../ports/run-store.ts';
import { estimateTokens } from './estimate-tokens.ts';

const MILLION = 1_000_000;

/** What a researcher says that a million tokens cost, USD. */
export type GivenPrices = {
  readonly input: number;
  readonly cached: number | null;
  readonly output: number;
};

/** The prices that a run goes by: those that were given, else published ones; null: nobody knows any. */
export function pricesOf(
  provider: Pick<ProviderRecord, 'preset'>,
  model: string,
  given: GivenPrices | null,
): RunPrices | null {
  if (given !== null) return { ...given, from: 'given with the run' };
  const listed = publishedPrice(provider.preset, model);
  if (listed === null) return null;
  const { input, cached, output, source, asOf } = listed;
  return { input, cached, output, from: `${source} as of ${asOf}` };
}

/** Whether replies say what they cost, as far as is known. */
export function reportsCost({
  preset,
  capabilities,
}: Pick<ProviderRecord, 'preset' | 'capabilities'>): boolean {
  return capabilities?.reportsCost ?? quirksOf(preset).reports_cost ?? false;
}

/**
 * A budget that nobody can count against would not hold.
 * @throws ArenaError('invalid_request') where neither the provider says what calls cost nor a price is known
 */
export function refuseUncountable(
  budgetUsd: number | null,
  prices: RunPrices | null,
  provider: Pick<ProviderRecord, 'preset' | 'capabilities' | 'name'>,
  model: string,
): void {
  if (budgetUsd === null || prices !== null || reportsCost(provider)) return;
  throw new ArenaError(
    'invalid_request',
    `A budget cannot be kept: ${provider.name} is not known to say what a call costs, and no price of ${model || 'its first model'} is known.`,
    {
      hint: 'Give prices in USD for a million tokens: --price-in and --price-out, or prices: {input, output} (0 for a server of your own). Or let the provider be checked: `agon provider check`.',
      at: { column: 'budget_usd', value: String(budgetUsd) },
    },
  );
}

/** What tokens cost, USD. @param share of the price of a live call, 0..1 */
export function costOfTokens(
  tokens: { readonly prompt: number; readonly cached: number; readonly completion: number },
  prices: RunPrices,
  share = 1,
): number {
  const { prompt, completion } = tokens;
  const cached = Math.min(tokens.cached, prompt);
  const input = (prompt - cached) * prices.input + cached * (prices.cached ?? prices.input);
  return (share * (input + completion * prices.output)) / MILLION;
}

/**
 * What a run would cost that is not asked yet: where replies are half as long as expected, as expected, and as long as
 * they may be, USD; null: no price is known.
 */
export function costBetween(
  { prompt, expected, most }: { readonly prompt: number; readonly expected: number; readonly most: number },
  prices: RunPrices | null,
  share: number,
): { readonly low: number; readonly expected: number; readonly high: number } | null {
  if (prices === null) return null;
  const cost = (completion: number) => costOfTokens({ prompt, cached: 0, completion }, prices, share);
  return { low: cost(Math.round(SHORT * expected)), expected: cost(expected), high: cost(most) };
}

/** The lower end: replies half as long as expected. */
const SHORT = 0.5;

/**
 * The reply with what it cost, where the provider did not say and prices are known. Where it does not count tokens either,
 * they are estimated from the texts.
 * @param promptTokens an estimate of what was sent
 * @param share of the price of a live call, 0..1
 */
export function priced(
  reply: ModelReply,
  prices: RunPrices | null,
  promptTokens: () => number,
  share = 1,
): ModelReply {
  if (reply.costUsd !== null || prices === null) return reply;
  const said = () =>
    [...reply.texts, reply.reasoning ?? ''].reduce((sum, text) => sum + estimateTokens(text), 0);
  const tokens = {
    prompt: reply.promptTokens ?? promptTokens(),
    cached: reply.cachedTokens ?? 0,
    completion: reply.completionTokens ?? said(),
  };
  return { ...reply, costUsd: costOfTokens(tokens, prices, share), costEstimated: true };
}
