import { campaignSettingsSchema } from '@agon/contract';
import { type CampaignId, contentHash, type ImportId } from '@agon/domain';
import type { Composed } from '../../apps/api/src/compose.ts';

/** Names that occur nowhere else, so that any byte of them in a reply is a leak. */
export const MODELS = ['quaggamind-7b', 'okapiform-9b', 'tapirlogic-xl'].map((name) => ({
  name,
  title: `${name.toUpperCase()} Title`,
  provider: `${name}-provider`,
  licence: `${name}-licence`,
  openWeights: true,
  aliases: [`${name}-alias`],
}));

const PROMPTS = 6;

type SeedOptions = {
  readonly slug?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** User turns of every prompt. */
  readonly turns?: number;
  /** The answers of a model to a prompt, oldest first, each with its turns. Both are counted from 0. */
  readonly answers?: (prompt: number, model: number) => readonly (readonly string[])[];
};

/** An open campaign of three models and six prompts: eighteen battles for each voter. */
export async function seedCampaign(
  { ports }: Composed,
  options: SeedOptions = {},
): Promise<{ readonly slug: string; readonly id: CampaignId }> {
  const slug = options.slug ?? 'seeded';
  const id = ports.ids.next() as CampaignId;
  const nowMs = ports.clock.now();
  await ports.campaigns.create(
    {
      id,
      slug,
      title: 'Seeded',
      description: 'A campaign of a test.',
      attribution: null,
      state: 'draft',
      settings: campaignSettingsSchema.parse(options.settings ?? {}),
      createdAtMs: nowMs,
    },
    null,
  );
  const prompts = Array.from({ length: PROMPTS }, (_, i) => ({
    key: `${slug}-p${i}`,
    turns: Array.from({ length: options.turns ?? 1 }, (_, turn) =>
      turn === 0 ? `Question ${i} of ${slug}?` : `And ${turn}?`,
    ),
  }));
  await ports.imports.write({
    id: ports.ids.next() as ImportId,
    campaignId: id,
    format: 'test',
    files: [{ name: 'test', sha256: contentHash(slug) }],
    rows: { read: PROMPTS, imported: PROMPTS, refused: 0 },
    errors: [],
    by: null,
    atMs: nowMs,
    models: MODELS,
    prompts: prompts.map((prompt) => ({
      ...prompt,
      contentHash: contentHash(prompt.turns.join('\n')),
      category: 'writing',
      language: 'en',
      reference: null,
    })),
    answers: prompts.flatMap((prompt, p) =>
      MODELS.flatMap((model, i) => {
        const all = options.answers?.(p, i) ?? [[`Answer of kind ${i} to: ${prompt.turns[0]}`]];
        return all.map((turns) => ({
          promptKey: prompt.key,
          model: model.name,
          turns,
          contentHash: contentHash(turns.join('\n')),
          selfNaming: null,
        }));
      }),
    ),
    battles: [],
    votes: [],
    verdicts: [],
    scores: [],
  });
  await ports.campaigns.change(id, { state: 'open' });
  return { slug, id };
}
