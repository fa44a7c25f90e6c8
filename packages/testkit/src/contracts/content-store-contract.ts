import type { AnswerId, CampaignId, PromptId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { AT, bundleOf, importedModel, importedPrompt, makeContest, type TwoArenas } from './contest.ts';

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
          turns: ['So.', 'I am crane, a large language model.'],
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
      const [model, prompt] = [content.models[0]!, content.prompts[0]!];
      expect(content).toEqual({
        version: expect.any(Number),
        models: [{ ...facts, id: model.id, aliases: expect.arrayContaining(['grey heron']), retired: false }],
        prompts: [{ id: prompt.id, category: 'writing', language: 'en' }],
        answers: [{ id: expect.any(String), promptId: prompt.id, modelId: model.id, namesItself: false }],
      });
      expect(await elsewhere.content.content(id)).toEqual(content);
      expect(await elsewhere.content.content(await campaign())).toMatchObject({ models: [], answers: [] });
    });

    it('gives the content it has, until it changes anywhere', async () => {
      const { here, elsewhere, contest, third } = await start();
      const before = await here.content.content(contest.id);
      expect(await here.content.content(contest.id)).toBe(before);
      await elsewhere.imports.write(third);
      const after = await here.content.content(contest.id);
      expect(after.version).toBeGreaterThan(before.version);
      expect(after.prompts).toHaveLength(3);
      expect(after.answers.filter((answer) => answer.namesItself)).toHaveLength(3);
      await elsewhere.imports.undo(third.id, AT + 1);
      const undone = await here.content.content(contest.id);
      expect(undone.version).toBeGreaterThan(after.version);
      expect({ ...undone, version: 0 }).toEqual({ ...before, version: 0 });
    });

    it('repeats from memory what it gave last, and reads it where it gave none', async () => {
      const { here, elsewhere, contest, third } = await start();
      const before = await here.content.content(contest.id);
      expect(await elsewhere.content.lastContent(contest.id)).toEqual(before);
      await elsewhere.imports.write(third);
      expect(await here.content.lastContent(contest.id)).toBe(before);
      const after = await here.content.content(contest.id);
      expect(await here.content.lastContent(contest.id)).toBe(after);
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
      const { prompts, answers } = await here.content.content(contest.id);
      const known = new Set<string>(contest.content.prompts.map((each) => each.id));
      const prompt = prompts.find((each) => !known.has(each.id))!;
      const long = answers.find((each) => each.promptId === prompt.id)!;
      const plain = answers.find((each) => !each.namesItself)!;
      const unknown = here.ids.next();
      // twice: from the database and from memory
      for (const stores of [here, here, elsewhere]) {
        expect(await stores.content.promptTurns([prompt.id, unknown as PromptId])).toEqual(
          new Map([[prompt.id, ['And this?', 'And now?']]]),
        );
        const texts = await stores.content.answerTexts([long.id, unknown as AnswerId, plain.id]);
        expect([...texts.keys()].sort()).toEqual([long.id, plain.id].sort());
        expect(texts.get(long.id)).toEqual({
          turns: ['So.', 'I am crane, a large language model.'],
          selfNaming: [[], [{ start: 5, end: 10 }]],
        });
        expect(texts.get(plain.id)!.selfNaming.flat()).toEqual([]);
      }
      expect(await here.content.answerTexts([])).toEqual(new Map());
      expect(await here.content.promptTurns([])).toEqual(new Map());
    });
  });
}
