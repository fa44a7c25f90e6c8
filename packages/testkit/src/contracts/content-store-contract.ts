import type { AnswerId, CampaignId, PromptId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import {
  AT,
  bundleOf,
  importedModel,
  importedPrompt,
  listAnswers,
  makeContest,
  type TwoArenas,
} from './contest.ts';

export function contentStoreContract(setUp: () => TwoArenas): void {
  async function start() {
    const arenas = setUp();
    const contest = await makeContest(arenas);
    const third = bundleOf(contest.id, arenas.here.ids, {
      models: [importedModel('crane')],
      prompts: [
        {
          ...importedPrompt(contest.id, 'third'),
          turns: ['And this?', 'And now?'],
          category: null,
          language: null,
        },
      ],
      answers: [
        {
          promptKey: 'third',
          model: 'crane',
          turns: ['So.', 'I am the crane.'],
        },
      ],
    });
    return { ...arenas, contest, third };
  }

  describe('the contract of ContentStore', () => {
    it('gives what a campaign draws from, the same everywhere', async () => {
      const { here, elsewhere, campaign } = setUp();
      const id = await campaign();
      const name = `heron-${id}`;
      const facts = { name, title: 'Heron', provider: 'Marsh', licence: null, openWeights: true };
      await here.imports.write(
        bundleOf(id, here.ids, {
          models: [{ ...facts, aliases: ['grey heron'] }],
          prompts: [importedPrompt(id, 'only')],
          answers: [{ promptKey: 'only', model: name, turns: ['…'] }],
        }),
      );
      const content = await here.content.content(id);
      const model = content.models[0]!;
      expect(content).toEqual({
        version: expect.any(Number),
        models: [{ ...facts, id: model.id, aliases: expect.arrayContaining(['grey heron']), retired: false }],
      });
      expect(await elsewhere.content.content(id)).toEqual(content);
      const drawable = await here.content.drawable(id);
      expect(drawable).toMatchObject(content);
      const [answer] = listAnswers(drawable);
      expect(answer).toMatchObject({ modelId: model.id, namesItself: false, blank: false });
      expect(listAnswers(await elsewhere.content.drawable(id))).toEqual([answer]);
      expect(drawable.answers.promptNumber(answer!.promptId)).toBe(0);
      expect(drawable.answers.promptNumber(here.ids.next() as PromptId)).toBeUndefined();
      const none = await elsewhere.content.drawable(await campaign());
      expect([none.models, none.answers.length, none.answers.prompts]).toEqual([[], 0, 0]);
    });

    it('reads more answers than fit into what was reserved, in their order', async () => {
      const { here, elsewhere, campaign } = setUp();
      const id = await campaign();
      const prompts = Array.from({ length: 1100 }, (_, i) => importedPrompt(id, `p${i}`));
      const models = ['crane', 'heron'];
      const textOf = (model: string, i: number) =>
        i % 7 === 0 ? '' : i % 7 === 1 ? `I am ${model}.` : `${model[0]} on ${i}`;
      await here.imports.write(
        bundleOf(id, here.ids, {
          models: models.map(importedModel),
          prompts,
          answers: prompts.flatMap(({ key }, i) =>
            models.map((model) => ({
              promptKey: key,
              model,
              turns: [textOf(model, i)],
              contentHash: `${id}/${model}/${key}`,
              selfNaming: i % 7 === 1 ? [[{ start: 5, end: 10 }]] : null,
            })),
          ),
        }),
      );
      // both wait for one reading
      const [content, again] = await Promise.all([
        elsewhere.content.drawable(id),
        elsewhere.content.drawable(id),
      ]);
      expect(again).toBe(content);
      const answers = listAnswers(content);
      expect(answers).toHaveLength(2200);
      expect(new Set(answers.map((each) => each.id)).size).toBe(2200);
      const names = new Map(content.models.map((model) => [model.id, model.name]));
      const texts = await elsewhere.content.promptTexts(answers.map((each) => each.promptId));
      for (const [place, answer] of answers.entries()) {
        const i = Math.floor(place / 2);
        expect(answer).toMatchObject({ namesItself: i % 7 === 1, blank: i % 7 === 0 });
        expect(names.get(answer.modelId)).toBe(models[place % 2]);
        expect(texts.get(answer.promptId)!.turns).toEqual(prompts[i]!.turns);
      }
      expect(content.answers.promptNumber(answers[2199]!.promptId)).toBe(1099);
    });

    it('gives all answers of a model to a prompt, oldest first, and says which are blank', async () => {
      const { here, elsewhere, contest } = await start();
      const { promptId } = contest.battle(0);
      const [said, blank, last] = [
        await contest.answerAgain(0, 'crane', 'something else'),
        await contest.answerAgain(0, 'crane', ' \n\u00a0'),
        await contest.answerAgain(0, 'crane', '.'),
      ];
      for (const stores of [here, elsewhere]) {
        const answers = listAnswers(await stores.content.drawable(contest.id));
        const own = answers.filter((each) => last.own.includes(each.id));
        expect(own.map((each) => [each.id, each.promptId, each.blank])).toEqual([
          [contest.battle(0).answers.a, promptId, false],
          [said.answer, promptId, false],
          [blank.answer, promptId, true],
          [last.answer, promptId, false],
        ]);
        expect(answers.filter((each) => each.blank)).toHaveLength(1);
      }
      await here.imports.undo(said.importId, AT + 1);
      const left = listAnswers(await here.content.drawable(contest.id)).map((each) => each.id);
      expect(left.filter((each) => last.own.includes(each))).toEqual(
        last.own.filter((each) => each !== said.answer),
      );
    });

    it('gives the content it has, until it changes anywhere', async () => {
      const { here, elsewhere, contest, third } = await start();
      const content = await here.content.content(contest.id);
      const before = await here.content.drawable(contest.id);
      expect(await here.content.content(contest.id)).toBe(content);
      expect(await here.content.drawable(contest.id)).toBe(before);
      await elsewhere.imports.write(third);
      const after = await here.content.drawable(contest.id);
      expect(after.version).toBeGreaterThan(before.version);
      expect((await here.content.content(contest.id)).version).toBe(after.version);
      expect(after.answers.prompts).toBe(3);
      expect(listAnswers(after).filter((answer) => answer.namesItself)).toHaveLength(3);
      await elsewhere.imports.undo(third.id, AT + 1);
      const undone = await here.content.drawable(contest.id);
      expect(undone.version).toBeGreaterThan(after.version);
      expect(undone.models).toEqual(before.models);
      expect(listAnswers(undone)).toEqual(listAnswers(before));
    });

    it('repeats from memory what it gave last, and reads it where it gave none', async () => {
      const { here, elsewhere, contest, third } = await start();
      const before = await here.content.drawable(contest.id);
      expect(listAnswers(await elsewhere.content.lastDrawable(contest.id))).toEqual(listAnswers(before));
      await elsewhere.imports.write(third);
      expect(await here.content.lastDrawable(contest.id)).toBe(before);
      const after = await here.content.drawable(contest.id);
      expect(await here.content.lastDrawable(contest.id)).toBe(after);
    });

    it('knows the sources’ ids of a campaign’s own prompts', async () => {
      const { here, elsewhere, contest, third } = await start();
      expect(await elsewhere.content.promptKeys(contest.id)).toEqual(new Set(['first', 'second']));
      await here.imports.write(third);
      expect(await elsewhere.content.promptKeys(contest.id)).toEqual(new Set(['first', 'second', 'third']));
      await here.imports.undo(third.id, AT + 1);
      expect(await elsewhere.content.promptKeys(contest.id)).toEqual(new Set(['first', 'second']));
      expect(await elsewhere.content.promptKeys(here.ids.next() as CampaignId)).toEqual(new Set());
    });

    it('gives texts turn by turn with where they name their model, and nothing for unknown ids', async () => {
      const { here, elsewhere, contest, third } = await start();
      await here.imports.write(third);
      const answers = listAnswers(await here.content.drawable(contest.id));
      const long = answers.at(-1)!;
      const plain = answers.find((each) => !each.namesItself)!;
      const unknown = here.ids.next();
      // twice: from the database and from memory
      for (const stores of [here, here, elsewhere]) {
        expect(await stores.content.promptTexts([long.promptId, unknown as PromptId])).toEqual(
          new Map([
            [
              long.promptId,
              {
                turns: ['And this?', 'And now?'],
                category: null,
                language: null,
              },
            ],
          ]),
        );
        expect((await stores.content.promptTexts([plain.promptId])).get(plain.promptId)).toMatchObject({
          category: 'writing',
          language: 'en',
        });
        const texts = await stores.content.answerTexts([long.id, unknown as AnswerId, plain.id]);
        expect([...texts.keys()].sort()).toEqual([long.id, plain.id].sort());
        expect(texts.get(long.id)).toEqual({
          turns: ['So.', 'I am the crane.'],
          selfNaming: [[], [{ start: 9, end: 14 }]],
        });
        expect(texts.get(plain.id)!.selfNaming.flat()).toEqual([]);
      }
      expect(await here.content.answerTexts([])).toEqual(new Map());
      expect(await here.content.promptTexts([])).toEqual(new Map());
    });
  });
}
