import { setTimeout as pause } from 'node:timers/promises';
import type { ExportStore, Ids, ImportStore } from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { allOf } from './all-of.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly imports: ImportStore;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: ImportStore;
  /** How the rows are read. */
  readonly exports: ExportStore;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
};

const NOTHING = { models: 0, prompts: 0, answers: 0, votes: 0, verdicts: 0, scores: 0 };
const EMPTY = { votes: [], answers: [], battles: [], verdicts: [], scores: [] };

export function importStoreContract(setUp: () => Promise<Setup>): void {
  const readAll = async ({ exports }: Setup, campaign: CampaignId) => ({
    votes: await allOf(exports.votes(campaign)),
    answers: await allOf(exports.answers(campaign)),
    battles: await allOf(exports.battles(campaign)),
    verdicts: await allOf(exports.verdicts(campaign)),
    scores: await allOf(exports.scores(campaign)),
  });

  describe('the contract of ImportStore', () => {
    it('adds what is new and leaves what is there as it is', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const id = await campaign();
      const small = { models: 3, prompts: 2, answers: 4, votes: 2, verdicts: 2, scores: 1 };
      expect(await imports.write(sampleBundle(id, ids.next(), 2))).toEqual(small);
      const before = await readAll(setup, id);
      expect(await imports.write(sampleBundle(id, ids.next(), 2))).toEqual(NOTHING);
      const other = sampleBundle(id, ids.next(), 2);
      const answers = other.answers.map((answer) => ({ ...answer, turns: ['other'], contentHash: 'other' }));
      const votes = other.votes.map((vote) => ({ ...vote, outcome: 'b' as const }));
      expect(await imports.write({ ...other, answers, votes })).toEqual(NOTHING);
      expect(await readAll(setup, id)).toEqual(before);
      const larger = { models: 0, prompts: 1, answers: 2, votes: 1, verdicts: 1, scores: 0 };
      expect(await imports.write(sampleBundle(id, ids.next(), 3))).toEqual(larger);
    });

    it('adds the same once, though two bring it at once', async () => {
      const setup = await setUp();
      const { imports, elsewhere, ids, campaign } = setup;
      const id = await campaign();
      const counts = await Promise.all(
        [imports, elsewhere].map((each) => each.write(sampleBundle(id, ids.next(), 5))),
      );
      expect(counts.map(({ votes }) => votes).sort()).toEqual([0, 5]);
      expect(counts.map(({ models }) => models).sort()).toEqual([0, 3]);
      const rows = await readAll(setup, id);
      expect(rows.votes.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(rows.answers).toHaveLength(10);
      expect(rows.verdicts).toHaveLength(5);
    });

    it('hides what is undone from every reader, and brings the same rows back when they come again', async () => {
      const setup = await setUp();
      const { imports, elsewhere, ids, campaign } = setup;
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      await imports.write(bundle);
      const before = await readAll(setup, id);
      expect(await elsewhere.undo(bundle.id, SAMPLE_MS + 5)).toMatchObject({
        id: bundle.id,
        undoneAtMs: SAMPLE_MS + 5,
      });
      expect(await readAll(setup, id)).toEqual(EMPTY);
      expect(await imports.find(bundle.id)).toMatchObject({ undoneAtMs: SAMPLE_MS + 5 });
      const again = sampleBundle(id, ids.next(), 2);
      expect(await imports.write(again)).toMatchObject({
        prompts: 2,
        answers: 4,
        votes: 2,
        verdicts: 2,
        scores: 1,
      });
      expect(await readAll(setup, id)).toEqual(before);
      // the first one stays undone: what it brought is the second's now
      await imports.undo(bundle.id, SAMPLE_MS + 9);
      expect(await readAll(setup, id)).toEqual(before);
    });

    it('undoes one import and leaves what others brought', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const [id, neighbour] = [await campaign(), await campaign()];
      await imports.write(sampleBundle(id, ids.next(), 2));
      await imports.write(sampleBundle(neighbour, ids.next(), 3));
      const before = await readAll(setup, id);
      const later = sampleBundle(id, ids.next(), 4);
      await imports.write(later);
      await imports.undo(later.id, SAMPLE_MS);
      expect(await readAll(setup, id)).toEqual(before);
      expect((await readAll(setup, neighbour)).votes).toHaveLength(3);
    });

    it('tells how far it is, up to all of it', async () => {
      const { imports, ids, campaign } = await setUp();
      const bundle = sampleBundle(await campaign(), ids.next(), 3);
      const told: [number, number][] = [];
      await imports.write(bundle, { onRows: (done, total) => told.push([done, total]) });
      // 3 models, 3 prompts, 6 answers, 3 battles, 3 votes, 3 verdicts, 1 score
      expect(new Set(told.map(([, total]) => total))).toEqual(new Set([22]));
      const done = told.map(([rows]) => rows);
      expect(done).toEqual([...done].sort((x, y) => x - y));
      expect(done.at(-1)).toBe(22);
    });

    it('leaves nothing of a write that was aborted', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 3);
      const [stop, reason] = [new AbortController(), new Error('the reader is gone')];
      const write = imports.write(bundle, {
        signal: stop.signal,
        onRows: (done) => done > 10 && stop.abort(reason),
      });
      await expect(write).rejects.toBe(reason);
      expect(await imports.find(bundle.id)).toBeNull();
      expect(await readAll(setup, id)).toEqual(EMPTY);
      expect(await imports.write(bundle)).toMatchObject({ prompts: 3, votes: 3 });
    });

    it('lists the imports of a campaign, newest first, page by page', async () => {
      const { imports, ids, campaign } = await setUp();
      const id = await campaign();
      const made: ImportId[] = [];
      for (const prompts of [1, 2, 3]) {
        // identifiers sort by the millisecond
        await pause(2);
        const bundle = sampleBundle(id, ids.next(), prompts);
        await imports.write(bundle);
        made.unshift(bundle.id);
      }
      const page = await imports.list(id, { after: null, limit: 2 });
      expect(page.map((record) => record.id)).toEqual(made.slice(0, 2));
      expect(page[0]).toEqual({
        id: made[0],
        campaignId: id,
        format: 'sample',
        files: ['sample.jsonl'],
        rows: { read: 3, imported: 3, refused: 0 },
        atMs: SAMPLE_MS,
        undoneAtMs: null,
      });
      const rest = await imports.list(id, { after: page[1]!.id, limit: 2 });
      expect(rest.map((record) => record.id)).toEqual(made.slice(2));
      expect(await imports.list(await campaign(), { after: null, limit: 2 })).toEqual([]);
      expect(await imports.find('no id at all' as ImportId)).toBeNull();
    });
  });
}
