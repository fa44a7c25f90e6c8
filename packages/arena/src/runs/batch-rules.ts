import { quirksOf } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { RunPrices, RunRecord } from '../ports/run-store.ts';

type Asked = Pick<ProviderRecord, 'preset' | 'capabilities' | 'name'>;

/** Whether a run was started to ask in batches, whatever its kind. */
export function asksInBatches(run: Pick<RunRecord, 'config'>): boolean {
  return run.config.batch === true;
}

/** What a batched call costs of a live one, 0..1. Where nobody says, as much. */
export function batchPriceShare({ preset }: Pick<ProviderRecord, 'preset'>): number {
  return quirksOf(preset).batch?.price_share ?? 1;
}

/**
 * @throws ArenaError('invalid_request') where the provider is not known to have a batch endpoint, or a budget cannot be
 *   kept: a batch is paid for as a whole, so what it will cost must be known before
 */
export function refuseWithoutBatches(
  budgetUsd: number | null,
  prices: RunPrices | null,
  provider: Asked,
  model: string,
): void {
  const found = provider.capabilities?.features?.batch?.is;
  const isKnown = found === 'yes' || (found !== 'no' && quirksOf(provider.preset).batch !== undefined);
  if (!isKnown) {
    throw new ArenaError('invalid_request', `${provider.name} is not known to take batches.`, {
      hint:
        found === 'no'
          ? 'Its last check found no batch endpoint. Ask live: leave batch out.'
          : `Let it be checked (\`agon provider check ${provider.name}\`), or ask live: leave batch out.`,
      at: { column: 'batch', value: 'true' },
    });
  }
  if (model === '') {
    throw new ArenaError('invalid_request', 'A run in batches names its model.', {
      hint: 'Give model, as the provider knows it.',
      at: { column: 'model' },
    });
  }
  if (budgetUsd !== null && prices === null) {
    throw new ArenaError(
      'invalid_request',
      `A budget cannot be kept in batches without prices: none of ${model} is known.`,
      {
        hint: 'Give prices in USD for a million tokens: --price-in and --price-out, or prices: {input, output}.',
        at: { column: 'prices' },
      },
    );
  }
}
