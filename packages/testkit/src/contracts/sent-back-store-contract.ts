import type { SentBackStore } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';
import type { JudgeSetup } from './sample-judging.ts';

/** Battles that people are asked about again. */
export function sentBackStoreContract(
  setUp: () => Promise<
    JudgeSetup & {
      readonly sentBack: SentBackStore;
      /** Another one on the same data, whose clock can be set ahead. */
      readonly sentBackElsewhere: SentBackStore;
      pass(ms: number): void;
    }
  >,
): void {
  describe('the contract of SentBackStore', () => {
    const sample = async () => {
      const setup = await setUp();
      const id = await setup.campaign();
      const bundle = sampleBundle(id, setup.ids.next(), 2);
      const [whole, part] = bundle.battles;
      const prompts = bundle.prompts.map((prompt) => ({ ...prompt, turns: [...prompt.turns, 'And then?'] }));
      await setup.imports.write({ ...bundle, prompts, battles: [whole!, { ...part!, turns: 1 }] });
      const battles = await setup.judgeStore.battlesToJudge(id, 1, null);
      return { ...setup, id, battles };
    };

    it('holds a battle until it is taken back, once, with the votes that it is to have', async () => {
      const { sentBack, sentBackElsewhere, pass, id, battles } = await sample();
      const results = await Promise.all(
        battles.map((battle) => sentBack.send(id, battle, 2, null, SAMPLE_MS)),
      );
      expect([...results].sort()).toEqual(['part_of_prompt', 'sent']);
      const battle = battles[results.indexOf('sent')]!;
      expect(await sentBack.open(id)).toMatchObject([{ battle, wanted: 2, votes: 0, atMs: SAMPLE_MS }]);
      expect(await sentBack.send(id, battle, 5, null, SAMPLE_MS + 1)).toBe('sent');
      expect(await sentBack.list(id)).toMatchObject([{ battle, wanted: 5 }]);
      expect(await sentBackElsewhere.open(id)).toHaveLength(1);
      expect(await sentBack.takeBack(id, battle, SAMPLE_MS + 2)).toBe(true);
      expect(await sentBack.takeBack(id, battle, SAMPLE_MS + 3)).toBe(false);
      expect(await sentBack.open(id)).toEqual([]);
      // another process sees it some seconds later
      pass(6000);
      expect(await sentBackElsewhere.open(id)).toEqual([]);
    });

    it('knows no battle of another campaign', async () => {
      const { sentBack, id, battles, campaign } = await sample();
      const other = await campaign();
      expect(await sentBack.send(other, battles[0]!, 2, null, SAMPLE_MS)).toBe('no_answers');
      expect(await sentBack.list(id)).toEqual([]);
    });
  });
}
