import { PROVIDER_PRESETS, type ProviderPreset } from '@agon/contract';

/**
 * The preset of a hosted service that is named by its address alone: some want to be asked in their own way. Local
 * servers are not told by their ports, which are anybody's.
 */
export function recognisePreset(baseUrl: string): ProviderPreset {
  // everybody has a host of their own there
  if (
    /^https:\/\/[^/]+\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)(\/|$)/i.test(
      baseUrl,
    )
  )
    return 'azure';
  const names = Object.keys(PROVIDER_PRESETS) as ProviderPreset[];
  const isAt = (name: ProviderPreset) => {
    const { base_url, key_env } = PROVIDER_PRESETS[name];
    return key_env !== null && base_url === baseUrl;
  };
  return names.find(isAt) ?? 'custom';
}
