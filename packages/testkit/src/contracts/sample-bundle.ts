import type { CampaignId, ImportId } from '@agon/domain';
import type { ImportBundle } from '../import-bundle.ts';

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
      turns: [`What is ${key}?`],
      category: 'facts',
      language: 'en',
    })),
    answers: keys.flatMap((promptKey) =>
      models.slice(0, 2).map((model) => ({
        promptKey,
        model,
        turns: [`${model} says ü to ${promptKey}.`],
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
      atMs: SAMPLE_MS,
    })),
    scores: [{ model: 'model-3', benchmark: 'mmlu', score: 0.625, n: 200, source: 'paper', chance: 0.25 }],
  };
}
