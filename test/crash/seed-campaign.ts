import { randomUUID } from 'node:crypto';
import { campaignSettingsSchema } from '@agon/contract';
import { createCampaignStore, type Database } from '@agon/database';
import type { CampaignId, ImportId } from '@agon/domain';
import { writeBundle } from '@agon/testkit/bundles';

/** An open campaign of short texts: every model answers every prompt. */
export async function seedCampaign(
  database: Database,
  options: {
    readonly slug: string;
    readonly models: number;
    readonly prompts: number;
    /** About how long an answer is; default: one line. */
    readonly answerCharacters?: number;
    /** Votes that come with the campaign, one link of its chain; default: none. */
    readonly importedVotes?: number;
  },
): Promise<CampaignId> {
  const campaigns = createCampaignStore(database, Date.now);
  const id = randomUUID() as string as CampaignId;
  const nowMs = Date.now();
  await campaigns.create(
    {
      id,
      slug: options.slug,
      title: options.slug,
      description: '',
      attribution: null,
      state: 'open',
      settings: campaignSettingsSchema.parse({ battle_ttl_s: 86_400 }),
      createdAtMs: nowMs,
    },
    null,
  );
  const models = Array.from({ length: options.models }, (_, i) => `model-${i + 1}`);
  const prompts = Array.from({ length: options.prompts }, (_, i) => `prompt-${i + 1}`);
  await writeBundle(database, {
    id: randomUUID() as string as ImportId,
    campaignId: id,
    format: 'seed',
    files: [{ name: 'seed.jsonl', sha256: '00' }],
    by: null,
    atMs: nowMs,
    models: models.map((name) => ({
      name,
      title: name,
      provider: null,
      licence: null,
      openWeights: null,
      aliases: [],
    })),
    prompts: prompts.map((key) => ({
      key,
      turns: [`What is ${key}?`],
      category: null,
      language: 'en',
    })),
    answers: prompts.flatMap((promptKey) =>
      models.map((model, i) => ({
        promptKey,
        model,
        turns: [lengthen(`Answer ${i + 1} to ${promptKey}.`, options.answerCharacters ?? 0)],
      })),
    ),
    battles: [
      {
        key: 'told',
        promptKey: 'prompt-1',
        modelA: 'model-1',
        modelB: 'model-2',
        turns: null,
        category: null,
        language: null,
      },
    ],
    votes: Array.from({ length: options.importedVotes ?? 0 }, (_, i) => ({
      battleKey: 'told',
      rater: `rater ${i}`,
      outcome: 'a',
      atMs: null,
    })),
    verdicts: [],
    scores: [],
  });
  return id;
}

/** Ordinary prose, in paragraphs, until the text is long enough. */
function lengthen(text: string, characters: number): string {
  const more = 'It says what it has to say in a sentence of usual length, with **one** word in bold.';
  return (
    text +
    `\n\n${more} ${more}`.repeat(Math.max(0, Math.ceil((characters - text.length) / (2 * more.length))))
  );
}
