import type { ProviderPreset } from './provider-presets.ts';

/** USD for a million tokens; `cached`: of prompt tokens that the provider had cached, null: as the others. */
export type TokenPrice = {
  readonly input: number;
  readonly cached: number | null;
  readonly output: number;
};

type Row = readonly [model: string, input: number, cached: number | null, output: number];
type List = {
  readonly preset: ProviderPreset;
  /** The provider's own page, and the day whose prices these are. */
  readonly source: string;
  readonly asOf: string;
  /** A model's name, or how names of its dated versions begin. */
  readonly rows: readonly Row[];
};

/**
 * Published prices of live calls with short prompts, as known on the day that stands there. They change: a run says which
 * ones it went by, and whoever starts it may give others.
 */
const PRICE_LISTS: readonly List[] = [
  {
    preset: 'openai',
    source: 'https://platform.openai.com/docs/pricing',
    asOf: '2026-03-21',
    rows: [
      ['gpt-5.4', 2.5, 0.25, 15],
      ['gpt-5.1', 1.25, 0.125, 10],
      ['gpt-5', 1.25, 0.125, 10],
      ['gpt-5-mini', 0.25, 0.025, 2],
      ['gpt-5-nano', 0.05, 0.005, 0.4],
      ['gpt-5-pro', 15, null, 120],
      ['gpt-4.1', 2, 0.5, 8],
      ['gpt-4.1-mini', 0.4, 0.1, 1.6],
      ['gpt-4.1-nano', 0.1, 0.025, 0.4],
      ['gpt-4o', 2.5, 1.25, 10],
      ['gpt-4o-mini', 0.15, 0.075, 0.6],
      ['o3', 2, 0.5, 8],
      ['o3-mini', 1.1, 0.55, 4.4],
      ['o4-mini', 1.1, 0.275, 4.4],
      ['o1', 15, 7.5, 60],
      ['gpt-3.5-turbo', 0.5, null, 1.5],
    ],
  },
  {
    preset: 'anthropic',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    asOf: '2026-03-21',
    rows: [
      ['claude-opus-4-6', 5, 0.5, 25],
      ['claude-opus-4-5', 5, 0.5, 25],
      ['claude-opus-4-1', 15, 1.5, 75],
      ['claude-opus-4', 15, 1.5, 75],
      ['claude-sonnet-4-6', 3, 0.3, 15],
      ['claude-sonnet-4-5', 3, 0.3, 15],
      ['claude-sonnet-4', 3, 0.3, 15],
      ['claude-haiku-4-5', 1, 0.1, 5],
      ['claude-3-5-haiku', 0.8, 0.08, 4],
      ['claude-3-haiku', 0.25, 0.03, 1.25],
    ],
  },
  {
    preset: 'gemini',
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    asOf: '2026-03-21',
    rows: [
      ['gemini-3.1-pro', 2, null, 12],
      ['gemini-3.1-flash-lite', 0.25, null, 1.5],
      ['gemini-3-flash', 0.5, null, 3],
      ['gemini-2.5-pro', 1.25, 0.125, 10],
      ['gemini-2.5-flash', 0.3, 0.03, 2.5],
      ['gemini-2.5-flash-lite', 0.1, 0.01, 0.4],
    ],
  },
  {
    preset: 'deepseek',
    source: 'https://api-docs.deepseek.com/quick_start/pricing',
    asOf: '2026-04-13',
    rows: [
      ['deepseek-chat', 0.28, 0.028, 0.42],
      ['deepseek-reasoner', 0.28, 0.028, 0.42],
    ],
  },
  {
    preset: 'xai',
    source: 'https://docs.x.ai/docs/models',
    asOf: '2025-06-02',
    rows: [
      ['grok-3', 3, 0.75, 15],
      ['grok-3-mini', 0.3, 0.075, 0.5],
    ],
  },
];

/** Azure has OpenAI's models at OpenAI's prices, where a deployment has the name of its model. */
const SAME_AS: Readonly<Partial<Record<ProviderPreset, ProviderPreset>>> = { azure: 'openai' };

/** What may follow a name in that of one of its versions: a date, `-latest`, `-preview`; never another size. */
const VERSION = /^(?:-(?:\d{4}-\d{2}-\d{2}|\d{4,8}|latest|preview|\d{2}-\d{2,4}))+$/;

/**
 * The published price of a model, by its exact name or that of a dated version.
 * @returns null where it is not in the table: then nothing is guessed
 */
export function publishedPrice(
  preset: string,
  model: string,
): (TokenPrice & { readonly source: string; readonly asOf: string }) | null {
  const wanted = SAME_AS[preset as ProviderPreset] ?? preset;
  const name = model.replace(/^models\//, '');
  for (const { preset: listed, source, asOf, rows } of PRICE_LISTS) {
    if (listed !== wanted) continue;
    for (const [known, input, cached, output] of rows) {
      if (name !== known && !(name.startsWith(known) && VERSION.test(name.slice(known.length)))) continue;
      return { input, cached, output, source, asOf };
    }
  }
  return null;
}
