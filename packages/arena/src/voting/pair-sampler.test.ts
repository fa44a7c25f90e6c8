import type { AnswerId, ModelId, PromptId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DrawableContent } from '../ports/content-store.ts';
import type { DrawRule } from './draw-rule.ts';
import { indexPairs } from './pair-index.ts';
import { drawPair } from './pair-sampler.ts';
import { SeenContent } from './seen-content.ts';

type Given = {
  readonly prompt: number;
  readonly model: number;
  readonly namesItself: boolean;
  readonly blank: boolean;
  /** Answers with the same number say the same. */
  readonly text: number;
};

/** Models are m0, m1, …, prompts p0, p1, …, answers a0, a1, … in the order given. */
function contentOf(given: readonly Given[], retired: readonly boolean[] = []): DrawableContent {
  const prompts = [...new Set(given.map(({ prompt }) => `p${prompt}` as PromptId))];
  const models = [...new Set(given.map(({ model }) => `m${model}` as ModelId))];
  return {
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
    answers: {
      length: given.length,
      prompt: Uint32Array.from(given, ({ prompt }) => prompts.indexOf(`p${prompt}` as PromptId)),
      model: Uint32Array.from(given, ({ model }) => models.indexOf(`m${model}` as ModelId)),
      namesItself: Uint8Array.from(given, ({ namesItself }) => Number(namesItself)),
      blank: Uint8Array.from(given, ({ blank }) => Number(blank)),
      text: Uint32Array.from(given, ({ text }) => given.findIndex((each) => each.text === text)),
      prompts: prompts.length,
      models,
      idOf: (place) => `a${place}` as AnswerId,
      placeOf: (id) => (Number(id.slice(1)) < given.length ? Number(id.slice(1)) : undefined),
      promptId: (number) => prompts[number]!,
      promptNumber: (id) => (prompts.includes(id) ? prompts.indexOf(id) : undefined),
    },
  };
}

type Contest = { readonly given: readonly Given[]; readonly retired: readonly boolean[] };

/** Answers by prompts and models in any order, several of some, some retired, blank or naming themselves. */
const contests: fc.Arbitrary<Contest> = fc.record({
  given: fc.array(
    fc.record({
      prompt: fc.nat(4),
      model: fc.nat(3),
      namesItself: fc.boolean(),
      blank: fc.boolean(),
      text: fc.nat(40),
    }),
    { maxLength: 30 },
  ),
  retired: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
});

const rules: fc.Arbitrary<DrawRule> = fc.record({
  choice: fc.constantFrom('newest', 'oldest', 'any'),
  skipSelfNaming: fc.boolean(),
  skipBlank: fc.boolean(),
});

const EVERYTHING: DrawRule = { choice: 'newest', skipSelfNaming: false, skipBlank: false };

/** The slow, obvious twin: all that is left, listed. */
function slowDraw(
  { given, retired }: Contest,
  seen: ReadonlySet<string>,
  texts: ReadonlySet<number>,
  seed: string,
  rule: DrawRule,
) {
  const answers = given.map((answer, i) => ({ ...answer, id: `a${i}` }));
  const left = new Map<string, (typeof answers)[number][][][]>();
  for (const prompt of new Set(given.map((answer) => answer.prompt))) {
    const asked = answers.filter((answer) => answer.prompt === prompt);
    const standing = [...Map.groupBy(asked, (answer) => answer.model).values()]
      .map((own) =>
        rule.choice === 'any' ? own : rule.choice === 'newest' ? own.slice(-1) : own.slice(0, 1),
      )
      .map((own) =>
        own.filter(
          ({ model, namesItself, blank }) =>
            !retired[model] && !(rule.skipSelfNaming && namesItself) && !(rule.skipBlank && blank),
        ),
      )
      .filter((own) => own.length > 0 && !own.some(({ text }) => texts.has(text)));
    for (const [i, first] of standing.entries()) {
      for (const second of standing.slice(i + 1)) {
        const models = [first[0]!.model, second[0]!.model].sort().join('|');
        if (!seen.has(`p${prompt}|${models}`))
          left.set(models, [...(left.get(models) ?? []), [first, second]]);
      }
    }
  }
  if (left.size === 0) return null;
  const random = seededRandom(seed);
  const pairs = [...left.keys()].sort();
  const prompts = left.get(pairs[random.below(pairs.length)]!)!;
  const cell = prompts[random.below(prompts.length)]!;
  const [first, second] = cell.map((own) => own[own.length === 1 ? 0 : random.below(own.length)]!.id);
  const [a, b] = random.below(2) === 0 ? [first, second] : [second, first];
  return {
    answers: { a, b },
    probability: 1 / (pairs.length * prompts.length * cell[0]!.length * cell[1]!.length),
  };
}

describe('drawPair', () => {
  it.each([
    ['prompts with their models', false],
    ['texts', true],
  ])('draws what listing everything would draw, %s never twice, until nothing is left', (_, once) => {
    fc.assert(
      fc.property(contests, fc.string(), rules, (contest, seed, rule) => {
        const index = indexPairs(contentOf(contest.given, contest.retired), rule);
        const seen = new SeenContent(index);
        const seenKeys = new Set<string>();
        const texts = new Set<number>();
        const textOf = (id: AnswerId) => contest.given[Number(id.slice(1))]!.text;
        for (let i = 0; ; i += 1) {
          const drawn = drawPair(i % 2 === 0 ? seen : seen.fork(), `${seed}/${i}`);
          const slow = slowDraw(contest, seenKeys, texts, `${seed}/${i}`, rule);
          if (drawn === null || slow === null) {
            expect(drawn).toBe(slow);
            return;
          }
          expect({ answers: drawn.answers, probability: drawn.probability }).toEqual(slow);
          expect(index.cellOf(drawn.promptId, drawn.models.b, drawn.models.a)).toBe(drawn.cell);
          expect(seen.has(drawn.cell)).toBe(false);
          seenKeys.add(
            `${drawn.promptId}|${[drawn.models.a, drawn.models.b]
              .map((id) => id.slice(1))
              .sort()
              .join('|')}`,
          );
          if (!once) {
            seen.addCell(drawn.cell);
            continue;
          }
          for (const id of Object.values(drawn.answers)) {
            expect(texts.has(textOf(id))).toBe(false);
          }
          for (const id of Object.values(drawn.answers)) texts.add(textOf(id));
          seen.addBattle(drawn);
        }
      }),
    );
  });

  it('keeps a text back that was seen with an answer that no longer stands, or of another model', () => {
    const plain = { namesItself: false, blank: false };
    const content = contentOf([
      { ...plain, prompt: 0, model: 0, text: 1 },
      { ...plain, prompt: 0, model: 1, text: 2 },
      { ...plain, prompt: 0, model: 0, text: 3 },
      { ...plain, prompt: 1, model: 2, text: 1 },
      { ...plain, prompt: 1, model: 1, text: 4 },
    ]);
    const index = indexPairs(content, EVERYTHING);
    const seen = new SeenContent(index);
    seen.addBattle({
      promptId: 'p0' as PromptId,
      models: { a: 'm0' as ModelId, b: 'm1' as ModelId },
      answers: { a: 'a0' as AnswerId, b: 'a1' as AnswerId },
    });
    expect(drawPair(seen, 'seed')).toBeNull();
    expect(drawPair(new SeenContent(index), 'seed')).not.toBeNull();
    // of a campaign that has lost an answer, what is left counts
    seen.addBattle({
      promptId: 'p9' as PromptId,
      models: { a: 'm8' as ModelId, b: 'm9' as ModelId },
      answers: { a: 'a98' as AnswerId, b: 'a99' as AnswerId },
    });
  });

  it('knows no cell for what is not asked', () => {
    const index = indexPairs(contentOf([]), EVERYTHING);
    expect(index.cellOf('p' as PromptId, 'x' as ModelId, 'y' as ModelId)).toBeUndefined();
    expect(drawPair(new SeenContent(index), 'seed')).toBeNull();
  });

  it('draws any of a model’s answers equally often, and says with what probability', () => {
    const plain = { prompt: 0, namesItself: false, blank: false };
    const content = contentOf([0, 1, 0, 0].map((model, text) => ({ ...plain, model, text })));
    const index = indexPairs(content, { ...EVERYTHING, choice: 'any' });
    const counts = new Map<string, number>();
    const DRAWS = 3000;
    for (let i = 0; i < DRAWS; i += 1) {
      const drawn = drawPair(new SeenContent(index), `any/${i}`)!;
      expect(drawn.probability).toBeCloseTo(1 / 3, 12);
      expect(drawn.reason).toBe('uniform over pairs, then over prompts, then over answers');
      const id = drawn.models.a === 'm0' ? drawn.answers.a : drawn.answers.b;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['a0', 'a2', 'a3']);
    // 5 standard errors of a share of a third
    for (const count of counts.values())
      expect(Math.abs(count / DRAWS - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / DRAWS));
  });
});

describe('the answer that stands for a model', () => {
  const row = (model: number, facts: Partial<Given> = {}): Given => ({
    prompt: 0,
    model,
    namesItself: false,
    blank: false,
    text: 0,
    ...facts,
  });
  /** The other model's only answer is a0; the rest are those of the model in question, oldest first. */
  const drawn = (own: readonly Given[], rule: Partial<DrawRule>) => {
    const index = indexPairs(contentOf([row(1), ...own]), { ...EVERYTHING, ...rule });
    if (index.pairs === 0) return [];
    const sides = index.sidesOf(0);
    return sides.flatMap((side) => side.answers).filter((id) => id !== 'a0');
  };
  const THREE = [row(0), row(0), row(0)];
  const NEWEST_BLANK = [row(0), row(0, { blank: true })];
  const OLDEST_NAMED = [row(0, { namesItself: true }), row(0)];

  it.each<[string, readonly Given[], Partial<DrawRule>, string[]]>([
    ['the newest', THREE, { choice: 'newest' }, ['a3']],
    ['the oldest', THREE, { choice: 'oldest' }, ['a1']],
    ['any', THREE, { choice: 'any' }, ['a1', 'a2', 'a3']],
    ['a blank newest one is drawn where blank ones are', NEWEST_BLANK, { choice: 'newest' }, ['a2']],
    ['a blank newest one has no substitute', NEWEST_BLANK, { choice: 'newest', skipBlank: true }, []],
    [
      'a blank newest one does not matter to the oldest',
      NEWEST_BLANK,
      { choice: 'oldest', skipBlank: true },
      ['a1'],
    ],
    ['of any, blank ones are left out', NEWEST_BLANK, { choice: 'any', skipBlank: true }, ['a1']],
    [
      'an oldest one that names itself has no substitute',
      OLDEST_NAMED,
      { choice: 'oldest', skipSelfNaming: true },
      [],
    ],
    [
      'of any, ones that name themselves are left out',
      OLDEST_NAMED,
      { choice: 'any', skipSelfNaming: true },
      ['a2'],
    ],
    ['only blank ones', [row(0, { blank: true })], { choice: 'any', skipBlank: true }, []],
  ])('%s', (_, own, rule, expected) => {
    expect(drawn(own, rule)).toEqual(expected);
  });

  it('is one cell, however many answers a model gave', () => {
    for (const choice of ['newest', 'oldest', 'any'] as const) {
      const index = indexPairs(contentOf([...THREE, row(1), row(1)]), { ...EVERYTHING, choice });
      expect([index.pairs, [...index.starts], index.hasSeveral]).toEqual([1, [0, 1], true]);
    }
    expect(indexPairs(contentOf([row(0), row(1)]), EVERYTHING).hasSeveral).toBe(false);
  });
});

describe('battles that were sent back', () => {
  // 3 models, 4 prompts: 12 cells, two of them on the list
  const given = Array.from({ length: 12 }, (_, k) => ({
    prompt: Math.floor(k / 3),
    model: k % 3,
    namesItself: false,
    blank: false,
    text: k,
  }));
  const index = indexPairs(contentOf(given), { choice: 'newest', skipSelfNaming: false, skipBlank: false });
  const cellOf = (prompt: number, a: number, b: number) => {
    const cell = index.cellOf(`p${prompt}` as PromptId, `m${a}` as ModelId, `m${b}` as ModelId)!;
    const [first, second] = index.sidesOf(cell).map((side) => side.answers[0]!);
    return { cell, answers: [first!, second!] as const };
  };
  const listed = [cellOf(0, 0, 1), cellOf(3, 1, 2)];

  it('come as often as their probability says, and weights make every battle count alike', () => {
    const draws = 40_000;
    const times = new Map<number, number>();
    const weight = new Map<number, number>();
    for (let k = 0; k < draws; k += 1) {
      const drawn = drawPair(new SeenContent(index), `sent/${k}`, listed)!;
      times.set(drawn.cell, (times.get(drawn.cell) ?? 0) + 1);
      weight.set(drawn.cell, (weight.get(drawn.cell) ?? 0) + (drawn.weight ?? 1));
      const isListed = listed.some(({ cell }) => cell === drawn.cell);
      // 0.25 / 2 + 0.75 / 12, or 0.75 / 12
      expect(drawn.probability).toBeCloseTo(isListed ? 0.1875 : 0.0625, 12);
      expect(drawn.weight ?? 1).toBeCloseTo(isListed ? 1 / 3 : 1, 12);
    }
    for (const { cell } of listed) expect(times.get(cell)! / draws).toBeCloseTo(0.1875, 2);
    const weights = [...weight.values()];
    expect(weights).toHaveLength(12);
    // 2,500 each, give or take 4 standard errors
    for (const each of weights) expect(Math.abs(each - draws * 0.0625)).toBeLessThan(200);
  });

  it('are not drawn for those who have seen them, and then nothing is changed', () => {
    const seen = new SeenContent(index);
    for (const { cell } of listed) seen.addCell(cell);
    for (let k = 0; k < 200; k += 1) {
      expect(drawPair(seen, `seen/${k}`, listed)).toEqual(drawPair(seen, `seen/${k}`));
    }
  });
});
