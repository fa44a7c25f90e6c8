import type { AnswerId, ModelId, PromptId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerRecord, CampaignContent } from '../ports/content-store.ts';
import { indexPairs } from './pair-index.ts';
import { drawPair } from './pair-sampler.ts';

/** Answers by (prompt, model) in any order, some models retired, some answers naming themselves. */
const contents: fc.Arbitrary<CampaignContent> = fc
  .record({
    answers: fc.uniqueArray(fc.record({ prompt: fc.nat(5), model: fc.nat(4), namesItself: fc.boolean() }), {
      selector: ({ prompt, model }) => `${prompt}/${model}`,
      maxLength: 25,
    }),
    retired: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  })
  .map(({ answers, retired }) => ({
    version: 1,
    models: retired.map((isRetired, i) => ({
      id: `m${i}` as ModelId,
      name: `m${i}`,
      title: '',
      provider: null,
      licence: null,
      openWeights: null,
      aliases: [],
      retired: isRetired,
    })),
    prompts: [],
    answers: answers.map(({ prompt, model, namesItself }, i) => ({
      id: `a${i}` as AnswerId,
      promptId: `p${prompt}` as PromptId,
      modelId: `m${model}` as ModelId,
      namesItself,
    })),
  }));

/** The slow, obvious twin: all that is left, listed. */
function slowDraw(
  content: CampaignContent,
  seen: ReadonlySet<string>,
  seed: string,
  skipSelfNaming: boolean,
) {
  const asked = content.answers.filter(
    (answer) =>
      !content.models.some((model) => model.retired && model.id === answer.modelId) &&
      !(skipSelfNaming && answer.namesItself),
  );
  const left = new Map<string, [AnswerRecord, AnswerRecord][]>();
  for (const promptId of new Set(asked.map((answer) => answer.promptId))) {
    const answers = asked.filter((answer) => answer.promptId === promptId);
    for (const [i, first] of answers.entries()) {
      for (const second of answers.slice(i + 1)) {
        const models = [first.modelId, second.modelId].sort().join('|');
        if (seen.has(`${promptId}|${models}`)) continue;
        left.set(models, [...(left.get(models) ?? []), [first, second]]);
      }
    }
  }
  if (left.size === 0) return null;
  const random = seededRandom(seed);
  const pairs = [...left.keys()].sort();
  const prompts = left.get(pairs[random.below(pairs.length)]!)!;
  const [first, second] = prompts[random.below(prompts.length)]!;
  const [a, b] = random.below(2) === 0 ? [first, second] : [second, first];
  return { answers: { a: a.id, b: b.id }, probability: 1 / (pairs.length * prompts.length) };
}

describe('drawPair', () => {
  it('draws what listing everything would draw, until nothing is left', () => {
    fc.assert(
      fc.property(contents, fc.string(), fc.boolean(), (content, seed, skipSelfNaming) => {
        const index = indexPairs(content, { skipSelfNaming });
        const seen = new Set<number>();
        const seenKeys = new Set<string>();
        for (let i = 0; ; i += 1) {
          const drawn = drawPair(index, seen, `${seed}/${i}`);
          const slow = slowDraw(content, seenKeys, `${seed}/${i}`, skipSelfNaming);
          if (drawn === null || slow === null) {
            expect(drawn).toBe(slow);
            expect(seen.size).toBe(index.starts.at(-1));
            return;
          }
          expect({ answers: drawn.answers, probability: drawn.probability }).toEqual(slow);
          expect(index.cellOf(drawn.promptId, drawn.models.b, drawn.models.a)).toBe(drawn.cell);
          expect(seen.has(drawn.cell)).toBe(false);
          seen.add(drawn.cell);
          seenKeys.add(`${drawn.promptId}|${[drawn.models.a, drawn.models.b].sort().join('|')}`);
        }
      }),
    );
  });

  it('knows no cell for what is not asked', () => {
    const content: CampaignContent = { version: 1, models: [], prompts: [], answers: [] };
    const index = indexPairs(content, { skipSelfNaming: false });
    expect(index.cellOf('p' as PromptId, 'x' as ModelId, 'y' as ModelId)).toBeUndefined();
    expect(drawPair(index, new Set(), 'seed')).toBeNull();
  });
});
