import { campaignSettingsSchema } from '@agon/contract';
import type { CampaignId, ImportId } from '@agon/domain';
import { writeBundle } from '@agon/testkit/bundles';
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

export type SeedOptions = {
  readonly slug?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** User turns of every prompt. */
  readonly turns?: number;
  /** The answers of a model to a prompt, oldest first, each with its turns. Both are counted from 0. */
  readonly answers?: (prompt: number, model: number) => readonly (readonly string[])[];
};

/** An open campaign of three models and six prompts: eighteen battles, six of them for each voter, who sees no text twice. */
export async function seedCampaign(
  { ports, database }: Composed,
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
  await writeBundle(database, {
    id: ports.ids.next() as ImportId,
    campaignId: id,
    format: 'test',
    files: [{ name: 'test.jsonl', sha256: '00' }],
    by: null,
    atMs: nowMs,
    models: MODELS,
    prompts: prompts.map((prompt) => ({
      ...prompt,
      category: 'writing',
      language: 'en',
      reference: null,
    })),
    answers: prompts.flatMap((prompt, p) =>
      MODELS.flatMap((model, i) => {
        const all = options.answers?.(p, i) ?? [[`Answer of kind ${i} to: ${prompt.turns[0]}`]];
        return all.map((turns) => ({ promptKey: prompt.key, model: model.name, turns }));
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
