import {
  addProvider,
  changeProvider,
  checkProvider,
  getProvider,
  listProviders,
  type ProviderLimits,
  removeProvider,
} from '@agon/arena';
import type { ParsedBodyOf } from '@agon/contract';
import type { RouteDeps } from './route-deps.ts';

export function providerRoutes({ serve, ports }: RouteDeps): void {
  serve('listProviders', ({ actor }) => listProviders({ actor }, ports));
  serve('getProvider', ({ actor, params }) => getProvider({ actor, provider: params.provider }, ports));

  serve('addProvider', ({ actor, body }) => {
    const { name, preset, base_url: baseUrl, api_key_env: apiKeyEnv, api_key: apiKey } = body;
    const limits = limitsOf(body.limits);
    return addProvider({ actor, name, preset, baseUrl, apiKeyEnv, apiKey, limits }, ports);
  });

  serve('changeProvider', ({ actor, params, body }) => {
    const { preset, base_url: baseUrl, api_key_env: apiKeyEnv, api_key: apiKey } = body;
    const limits = body.limits === undefined ? undefined : limitsOf(body.limits);
    return changeProvider(
      { actor, provider: params.provider, preset, baseUrl, apiKeyEnv, apiKey, limits },
      ports,
    );
  });

  serve('checkProvider', ({ actor, params, body }) =>
    checkProvider({ actor, provider: params.provider, model: body.model }, ports),
  );
  serve('removeProvider', ({ actor, params }) => removeProvider({ actor, provider: params.provider }, ports));
}

function limitsOf(limits: ParsedBodyOf<'addProvider'>['limits']): ProviderLimits {
  return {
    concurrency: limits.concurrency,
    callsPerMinute: limits.calls_per_minute,
    timeoutMs: Math.round(limits.timeout_seconds * 1000),
  };
}
