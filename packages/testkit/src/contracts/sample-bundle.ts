import type { ImportBundle } from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';

/** When the votes of samples were cast. */
export const SAMPLE_MS = 1_700_000_000_000;

/**
 * An import in which two models answered each of `prompts` prompts, and one vote and one verdict compare them on each;
 * a third model has a score and nothing else. Of a smaller sample and a larger one, the larger holds all of the smaller.
 */
export function sampleBundle(campaignId: CampaignId, id: string, prompts: number): ImportBundle {
  const keys = Array.from({ length: prompts }, (_, index) => `prompt-${index + 1}`);
  const models = ['model-1', 'model-2', 'model-3'];
  return {
    id: id as ImportId,
    campaignId,
    format: 'sample',
    files: [{ name: 'sample.jsonl', sha256: '00' }],
    rows: { read: prompts, imported: prompts, refused: 0 },
    errors: [],
    by: null,
    atMs: SAMPLE_MS,
    models: models.map((name) => ({
      name,
      title: name,
      provider: null,
      licence: null,
      openWeights: null,
      aliases: [],
    })),
    prompts: keys.map((key) => ({
      key,
      contentHash: `content of ${key}`,
      turns: [`What is ${key}?`],
      category: 'facts',
      language: 'en',
      reference: null,
    })),
    answers: keys.flatMap((promptKey) =>
      models.slice(0, 2).map((model) => ({
        promptKey,
        model,
        turns: [`${model} says ü to ${promptKey}.`],
        contentHash: `${model}/${promptKey}`,
        selfNaming: null,
      })),
    ),
    battles: keys.map((promptKey) => ({
      key: `battle/${promptKey}`,
      promptKey,
      modelA: 'model-1',
      modelB: 'model-2',
      turns: null,
      category: null,
      language: null,
    })),
    votes: keys.map((promptKey) => ({
      battleKey: `battle/${promptKey}`,
      rater: 'ann',
      outcome: 'a',
      key: `vote/${promptKey}`,
      atMs: SAMPLE_MS,
    })),
    verdicts: keys.map((promptKey) => ({
      battleKey: `battle/${promptKey}`,
      judge: 'their-judge',
      outcome: 'tie',
      shareA: 0.5,
      repeat: 1,
      atMs: SAMPLE_MS,
    })),
    scores: [{ model: 'model-3', benchmark: 'mmlu', score: 0.625, n: 200, source: 'paper' }],
  };
}
