import { z } from 'zod';
import { PROVIDER_PRESETS, type ProviderPreset } from './provider-presets.ts';

const PRESET_NAMES = Object.keys(PROVIDER_PRESETS) as [ProviderPreset, ...ProviderPreset[]];

export const providerNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:@-]{0,62}$/)
  .describe('Letters, digits and . _ : @ -, 63 at most');

const keyEnvSchema = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]{0,99}$/)
  .describe('Name of the environment variable that holds the key, where `agon start` runs');

const limitsSchema = z.strictObject({
  concurrency: z.number().int().min(1).max(1024).nullable().default(null),
  calls_per_minute: z.number().int().min(1).max(1_000_000).nullable().default(null),
  timeout_seconds: z.number().min(1).max(3600).default(120),
});

/** Everything but the name, which stands in the path of a change. A key is written and never read. */
const settings = {
  preset: z.enum(PRESET_NAMES),
  base_url: z.string().min(1).max(2000),
  api_key_env: keyEnvSchema.nullable(),
  api_key: z.string().min(1).max(10_000).nullable().describe('Stored encrypted; never shown again'),
  limits: limitsSchema,
};

export const addProviderSchema = z
  .strictObject({
    name: providerNameSchema,
    preset: settings.preset.default('custom'),
    base_url: settings.base_url.nullable().default(null).describe('Null: that of the preset'),
    api_key_env: settings.api_key_env.default(null),
    api_key: settings.api_key.default(null),
    limits: limitsSchema.prefault({}),
  })
  .meta({ id: 'NewProvider' });
export type AddProviderBody = z.input<typeof addProviderSchema>;

/** A field that is missing stays as it is. A new address without a key drops the stored key. */
export const changeProviderSchema = z.strictObject(settings).partial().meta({ id: 'ProviderChange' });
export type ChangeProviderBody = z.input<typeof changeProviderSchema>;

export const checkProviderSchema = z
  .strictObject({
    model: z.string().max(500).default('').describe('Empty: the first model that the provider lists'),
  })
  .meta({ id: 'ProviderCheck' });

const findingSchema = z.strictObject({
  is: z.enum(['yes', 'no', 'unknown']),
  why: z.string().describe('One sentence'),
});

export const capabilitiesSchema = z
  .strictObject({
    models: z.array(z.string()).nullable().describe('Null: it does not list them'),
    chat: z.boolean(),
    top_logprobs: z.number().int().describe('Alternatives that come with each token; 0: no probabilities'),
    reasoning: z.boolean(),
    fingerprint: z.boolean(),
    usage: z.boolean().describe('It says how many tokens a call took'),
    latency_ms: z.number(),
    reports_cost: z.boolean().describe('Its replies say what they cost'),
    features: z
      .strictObject({
        chat: findingSchema,
        logprobs: findingSchema,
        json_schema: findingSchema,
        tools: findingSchema,
        prefill: findingSchema,
        vision: findingSchema,
        seed: findingSchema,
        reasoning: findingSchema,
        batch: findingSchema,
      })
      .partial(),
  })
  .partial()
  .meta({ id: 'ProviderCapabilities' });

export const providerSchema = z
  .strictObject({
    name: z.string(),
    base_url: z.string(),
    preset: z.string(),
    key: z.enum(['set', 'env', 'none']),
    key_env: z.string().nullable(),
    key_end: z.string().nullable().describe('Last four characters of a stored key'),
    limits: z.strictObject({
      concurrency: z.number().int().nullable(),
      calls_per_minute: z.number().int().nullable(),
      timeout_seconds: z.number(),
    }),
    capabilities: capabilitiesSchema.nullable(),
    checked_at: z.string().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'Provider' });
export type ProviderJson = z.infer<typeof providerSchema>;

export const providerListSchema = z.strictObject({ providers: z.array(providerSchema) });
