import type { ExportStore, Ids, VoteStore } from '@agon/arena';
import type { CampaignId, Outcome, VoteId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { WritableImports } from '../import-bundle.ts';
import { allOf } from './all-of.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly exports: ExportStore;
  readonly imports: WritableImports;
  readonly votes: VoteStore;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
  /** Casts a vote anew, with another outcome. */
  undo(vote: VoteId): Promise<void>;
  recast(vote: VoteId, outcome: Outcome): Promise<void>;
  exclude(vote: VoteId, reason: string): Promise<void>;
};

const AT = new Date(SAMPLE_MS).toISOString();

export function exportStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of ExportStore', () => {
    it('gives every kind of row as it was said', async () => {
      const { exports, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 1);
      const [answer, second] = bundle.answers;
      const naming = { ...answer!, turns: ['I am model-1, ü.'] };
      const silent = { ...second!, turns: ['Nothing of the kind, ü.'] };
      await imports.write({ ...bundle, answers: [naming, silent] });
      const [vote] = await allOf(exports.votes(id));
      const place = { prompt: 'prompt-1', modelA: 'model-1', modelB: 'model-2', turns: null };
      const text = { category: 'facts', language: 'en' };
      expect(vote).toMatchObject({ ...place, ...text, seq: 1, source: 'import', at: AT });
      expect(vote).toMatchObject({ outcome: 'a', firstOutcome: 'a', undone: false, excluded: null });
      expect(vote).toMatchObject({ tags: null, note: null, hash: null, weight: 1, shareA: null });
      expect(await allOf(exports.answers(id))).toEqual(
        ['model-1', 'model-2'].map((model) => ({
          ...text,
          prompt: 'prompt-1',
          promptTurns: ['What is prompt-1?'],
          model,
          turns: model === 'model-1' ? naming.turns : silent.turns,
          namesItself: model === 'model-1',
          material: {},
        })),
      );
      expect(await allOf(exports.battles(id))).toEqual([
        expect.objectContaining({ ...place, id: vote!.battle, origin: 'import', state: 'kept', drawnAt: AT }),
      ]);
      const verdict = { outcome: 'tie', shareA: 0.5, slotOrder: 'unknown', repeat: 1, unscored: null };
      expect(await allOf(exports.verdicts(id))).toEqual([
        expect.objectContaining({ ...place, ...verdict, battle: vote!.battle, at: AT }),
      ]);
      expect(await allOf(exports.scores(id))).toEqual(bundle.scores);
    });

    it('gives each row once, however many they are and under however many names its prompt goes', async () => {
      const { exports, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2500);
      const alias = { ...bundle.prompts[0]!, key: 'another name of prompt-1' };
      await imports.write({ ...bundle, prompts: [...bundle.prompts, alias] });
      const votes = await allOf(exports.votes(id));
      expect(votes.map(({ seq }) => seq)).toEqual(votes.map((_, index) => index + 1));
      expect(new Set(votes.map((vote) => vote.id)).size).toBe(2500);
      expect(votes).toHaveLength(2500);
      const [answers, battles] = [await allOf(exports.answers(id)), await allOf(exports.battles(id))];
      expect(new Set(answers.map((row) => `${row.prompt}/${row.model}`)).size).toBe(5000);
      expect(answers).toHaveLength(5000);
      expect(new Set(battles.map((row) => row.id)).size).toBe(2500);
      expect(battles).toHaveLength(2500);
      expect(await allOf(exports.verdicts(id))).toHaveLength(2500);
    });

    it('gives votes as they stand, beside what was cast first', async () => {
      const { exports, imports, votes, ids, campaign, undo, recast, exclude } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 4));
      const cast = (await allOf(exports.votes(id))).map((vote) => vote.id as VoteId);
      await undo(cast[0]!);
      await recast(cast[1]!, 'b');
      await votes.annotate(cast[2]!, { note: 'first' }, SAMPLE_MS);
      await votes.annotate(cast[2]!, { note: 'last', tags: { a: ['clear'], b: [] } }, SAMPLE_MS);
      await undo(cast[2]!);
      await recast(cast[2]!, 'tie');
      await exclude(cast[3]!, 'same outcome every time');
      const plain = {
        firstOutcome: 'a',
        outcome: 'a',
        undone: false,
        excluded: null,
        note: null,
        tags: null,
      };
      const expected = [
        { ...plain, undone: true },
        { ...plain, outcome: 'b' },
        { ...plain, outcome: 'tie', note: 'last', tags: { a: ['clear'], b: [] } },
        { ...plain, excluded: 'same outcome every time' },
      ];
      expect(await allOf(exports.votes(id))).toEqual(expected.map((vote) => expect.objectContaining(vote)));
    });

    it('gives nothing of other campaigns', async () => {
      const { exports, imports, ids, campaign } = await setUp();
      const [own, other, empty] = [await campaign(), await campaign(), await campaign()];
      await imports.write(sampleBundle(own, ids.next(), 2));
      await imports.write(sampleBundle(other, ids.next(), 3));
      for (const read of ['votes', 'answers', 'battles', 'verdicts', 'scores'] as const)
        expect(await allOf<unknown>(exports[read](empty))).toEqual([]);
      expect((await allOf(exports.votes(own))).map(({ prompt }) => prompt)).toEqual(['prompt-1', 'prompt-2']);
      expect(await allOf(exports.answers(own))).toHaveLength(4);
      expect(await allOf(exports.scores(own))).toHaveLength(1);
    });
  });
}
