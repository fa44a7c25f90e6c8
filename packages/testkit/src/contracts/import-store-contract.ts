import { setTimeout as pause } from 'node:timers/promises';
import type { ExportStore, Ids, ImportProgress } from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import type { BundleRules, ImportBundle, WritableImports } from '../import-bundle.ts';
import { allOf } from './all-of.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly imports: WritableImports;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: WritableImports;
  /** How the rows are read. */
  readonly exports: ExportStore;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
};

const NOTHING = { models: 0, prompts: 0, answers: 0, votes: 0, verdicts: 0, scores: 0, material: 0 };
const EMPTY = { votes: [], answers: [], battles: [], verdicts: [], scores: [] };

export function importStoreContract(setUp: () => Promise<Setup>): void {
  /** All that the campaign holds. Votes and verdicts of a new import have ids of their own, whatever they say. */
  const readAll = async ({ exports }: Setup, campaign: CampaignId) => ({
    votes: (await allOf(exports.votes(campaign))).map(({ id: _, import: __, ...vote }) => vote),
    answers: await allOf(exports.answers(campaign)),
    battles: await allOf(exports.battles(campaign)),
    verdicts: (await allOf(exports.verdicts(campaign))).map(({ id: _, ...verdict }) => verdict),
    scores: await allOf(exports.scores(campaign)),
  });

  describe('the contract of ImportStore', () => {
    it('adds what is new, leaves what is there as it is, and counts every row', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const id = await campaign();
      const first = sampleBundle(id, ids.next(), 2);
      expect(await imports.write(first)).toMatchObject({
        written: true,
        models: 3,
        prompts: 2,
        answers: 4,
        votes: 2,
        verdicts: 2,
        scores: 1,
        rows: { read: 11, imported: 11, refused: 0, duplicates: 0 },
      });
      const before = await readAll(setup, id);
      const again = sampleBundle(id, ids.next(), 2);
      expect(await imports.write(again)).toMatchObject({
        written: false,
        ...NOTHING,
        rows: { read: 11, imported: 0, refused: 0, duplicates: 11 },
      });
      expect(await imports.find(again.id)).toBeNull();
      expect(await imports.list(id, { after: null, limit: 9 })).toHaveLength(1);
      expect(await readAll(setup, id)).toEqual(before);
      expect(await imports.write(sampleBundle(id, ids.next(), 3))).toMatchObject({
        written: true,
        models: 0,
        prompts: 1,
        answers: 2,
        votes: 1,
        verdicts: 1,
        scores: 0,
        material: 0,
        rows: { read: 16, imported: 5, refused: 0, duplicates: 11 },
      });
    });

    it('takes what guessing scores on a benchmark once, for a known score too, and refuses another', async () => {
      const setup = await setUp();
      const { imports, exports, ids, campaign } = setup;
      const id = await campaign();
      const benchmark = `quiz ${id}`;
      const score = { model: 'model-1', benchmark, score: 0.5, n: null, source: 'paper' };
      const write = (scores: ImportBundle['scores'], rules: BundleRules = {}) =>
        imports.write({ ...sampleBundle(id, ids.next(), 0), ...EMPTY, prompts: [], scores }, {}, rules);
      const chance = async () => (await allOf(exports.scores(id))).map((each) => each.chance);
      expect(await write([score])).toMatchObject({ written: true, scores: 1 });
      expect(await chance()).toEqual([null]);
      expect(await write([{ ...score, chance: 0.25 }])).toMatchObject({
        written: true,
        scores: 0,
        rows: { imported: 1, duplicates: 0 },
      });
      expect(await chance()).toEqual([0.25]);
      expect(await write([score, { ...score, chance: 0.25 }])).toMatchObject({ written: false });
      const other = [
        { ...score, model: 'model-2', chance: 0.5 },
        { ...score, model: 'model-3', benchmark: `${benchmark} 2`, chance: 0 },
        { ...score, model: 'model-2', benchmark: `${benchmark} 2`, chance: 0.1 },
      ];
      const partly = await write(other, { onError: 'good' });
      expect(partly).toMatchObject({ written: true, scores: 1, rows: { imported: 1, refused: 2 } });
      expect(partly.errors.map(({ column, value }) => [column, value])).toEqual([
        ['chance', '0.5'],
        ['chance', '0.1'],
      ]);
      expect(await chance()).toEqual([0.25, 0]);
    });

    it('knows a vote by what it says and by its place among equal ones of its file', async () => {
      const setup = await setUp();
      const { imports, exports, ids, campaign } = setup;
      const id = await campaign();
      const twice = (times: number) => {
        const bundle = sampleBundle(id, ids.next(), 1);
        const { key: _, ...vote } = bundle.votes[0]!;
        return { ...bundle, votes: Array.from({ length: times }, () => vote) };
      };
      expect(await imports.write(twice(2))).toMatchObject({ votes: 2 });
      expect(await imports.write(twice(2))).toMatchObject({ votes: 0, written: false });
      expect(await imports.write(twice(3))).toMatchObject({ votes: 1, rows: { imported: 1, duplicates: 7 } });
      const [vote] = twice(1).votes;
      const others = [
        { ...vote!, outcome: 'b' as const },
        { ...vote!, rater: 'bob' },
        { ...vote!, rater: null },
        { ...vote!, atMs: SAMPLE_MS + 1 },
        { ...vote!, weight: 2 },
        { ...vote!, shareA: 0.75 },
        { ...vote!, key: 'vote-17' },
      ];
      expect(await imports.write({ ...twice(0), votes: others })).toMatchObject({ votes: 7, verdicts: 0 });
      expect(await imports.write({ ...twice(0), votes: [...others].reverse() })).toMatchObject({ votes: 0 });
      const votes = await allOf(exports.votes(id));
      expect(votes).toHaveLength(10);
      expect(new Set(votes.map((each) => each.battle)).size).toBe(1);
    });

    it('takes another text of a model as a second answer', async () => {
      const { imports, exports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 1);
      await imports.write(bundle);
      const other = { ...bundle.answers[0]!, turns: ['On second thoughts: no.'] };
      const more = { ...sampleBundle(id, ids.next(), 1), answers: [other, other, ...bundle.answers] };
      expect(await imports.write(more)).toMatchObject({
        ...NOTHING,
        answers: 1,
        rows: { imported: 1, refused: 0 },
      });
      const texts = (await allOf(exports.answers(id))).map(({ model, turns }) => `${model}: ${turns[0]}`);
      expect(texts.sort()).toEqual([
        'model-1: On second thoughts: no.',
        'model-1: model-1 says ü to prompt-1.',
        'model-2: model-2 says ü to prompt-1.',
      ]);
    });

    it('refuses what contradicts itself or the campaign, and takes the rest where it may', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 1));
      const before = await readAll(setup, id);
      const bundle = sampleBundle(id, ids.next(), 3);
      const faulty = {
        ...bundle,
        // prompt-1: not the campaign's text; prompt-3: not this file's
        prompts: [
          { ...bundle.prompts[0]!, turns: ['Something else?'] },
          ...bundle.prompts.slice(1),
          { ...bundle.prompts[2]!, turns: ['Something else?'] },
        ],
        answers: [...bundle.answers, { ...bundle.answers[0]!, promptKey: 'nowhere' }],
        scores: [{ ...bundle.scores[0]!, score: 0.5 }],
      };
      // the prompt itself, its two answers, its vote and its verdict; the text of prompt-3; nowhere; the score
      const refused = 8;
      const nothing = await imports.write(faulty);
      expect(nothing).toMatchObject({
        ...NOTHING,
        written: false,
        rows: { read: 18, imported: 0, refused: 18, duplicates: 0 },
        errors_total: refused,
      });
      expect(await readAll(setup, id)).toEqual(before);
      const partly = await imports.write(faulty, {}, { onError: 'good' });
      expect(partly).toMatchObject({
        written: true,
        prompts: 2,
        answers: 4,
        votes: 2,
        verdicts: 2,
        scores: 0,
        material: 0,
        rows: { read: 18, imported: 10, refused, duplicates: 0 },
        errors_total: refused,
      });
      const told = partly.errors.map(({ column, value, count }) => [column, value, count]);
      expect(told).toHaveLength(4);
      expect(told).toEqual(
        expect.arrayContaining([
          ['prompt', 'prompt-1', 5],
          ['prompt', 'prompt-3', 1],
          ['prompt', 'nowhere', 1],
          ['score', '0.5', 1],
        ]),
      );
      for (const { file, line, reason } of partly.errors) {
        expect(file).toBe('sample.jsonl');
        expect(line).toBeGreaterThan(0);
        expect(reason).toMatch(/\w+ \w+/);
      }
    });

    it('counts each row once, whatever came before', async () => {
      const { imports, exports, ids, campaign } = await setUp();
      const id = await campaign();
      const random = seededRandom('rows of imports');
      for (let step = 0; step < 12; step += 1) {
        const bundle = sampleBundle(id, ids.next(), 1 + random.below(6));
        const some = <T>(items: readonly T[]) => items.filter(() => random.next() < 0.7);
        const next = {
          ...bundle,
          prompts: [...some(bundle.prompts), ...some(bundle.prompts)],
          answers: [...some(bundle.answers), ...some(bundle.answers)],
          votes: [...some(bundle.votes), ...some(bundle.votes)],
          verdicts: some(bundle.verdicts),
        };
        const known = (await allOf(exports.votes(id))).length;
        const { rows, votes } = await imports.write(next, {}, { onError: 'good' });
        const { prompts, answers, verdicts, scores } = next;
        const said = [prompts, answers, next.votes, verdicts, scores];
        expect(rows.read).toBe(said.reduce((sum, records) => sum + records.length, 0));
        expect(rows.imported + rows.refused + rows.duplicates).toBe(rows.read);
        expect((await allOf(exports.votes(id))).length).toBe(known + votes);
        const again = await imports.write({ ...next, id: ids.next() as ImportId }, {}, { onError: 'good' });
        expect(again).toMatchObject({ ...NOTHING, written: false, rows: { imported: 0 } });
      }
    });

    it('adds the same once, though two bring it at once', async () => {
      const setup = await setUp();
      const { imports, elsewhere, ids, campaign } = setup;
      const id = await campaign();
      const outcomes = await Promise.all(
        [imports, elsewhere].map((each) => each.write(sampleBundle(id, ids.next(), 5))),
      );
      expect(outcomes.map(({ votes }) => votes).sort()).toEqual([0, 5]);
      expect(outcomes.map(({ models }) => models).sort()).toEqual([0, 3]);
      expect(outcomes.map(({ written }) => written).sort()).toEqual([false, true]);
      const rows = await readAll(setup, id);
      expect(rows.votes.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(rows.answers).toHaveLength(10);
      expect(rows.verdicts).toHaveLength(5);
    });

    it('hides what is undone from every reader, and brings the same rows back when they come again', async () => {
      const setup = await setUp();
      const { imports, elsewhere, exports, ids, campaign } = setup;
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      await imports.write(bundle);
      const before = await readAll(setup, id);
      const votesBefore = (await allOf(exports.votes(id))).map((vote) => vote.id);
      const undone = await elsewhere.undo(bundle.id, SAMPLE_MS + 5);
      expect(undone).toMatchObject({ id: bundle.id, undoneAtMs: SAMPLE_MS + 5 });
      expect(await readAll(setup, id)).toEqual(EMPTY);
      expect(await imports.find(bundle.id)).toMatchObject({ undoneAtMs: SAMPLE_MS + 5 });
      const again = sampleBundle(id, ids.next(), 2);
      const brought = { prompts: 2, answers: 4, votes: 2, verdicts: 2, scores: 1 };
      expect(await imports.write(again)).toMatchObject({ written: true, ...brought });
      expect(await readAll(setup, id)).toEqual(before);
      const votesAfter = (await allOf(exports.votes(id))).map((vote) => vote.id);
      expect(new Set([...votesBefore, ...votesAfter]).size).toBe(4);
      // the first one stays undone: what it brought is the second's now
      await imports.undo(bundle.id, SAMPLE_MS + 9);
      expect(await readAll(setup, id)).toEqual(before);
      await imports.undo(again.id, SAMPLE_MS + 9);
      expect(await readAll(setup, id)).toEqual(EMPTY);
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
      const told: ImportProgress[] = [];
      await imports.write(bundle, { onProgress: (progress) => told.push(progress) });
      expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(['writing']));
      // 3 models, 3 prompts, 6 answers, 3 votes, 3 verdicts, 1 score
      expect(new Set(told.map(({ total }) => total))).toEqual(new Set([19]));
      const done = told.map((progress) => progress.done);
      expect(done).toEqual([...done].sort((x, y) => x - y));
      expect(done.at(-1)).toBe(19);
    });

    it('leaves nothing of a write that was aborted', async () => {
      const setup = await setUp();
      const { imports, ids, campaign } = setup;
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 3);
      const [stop, reason] = [new AbortController(), new Error('the reader is gone')];
      const write = imports.write(bundle, {
        signal: stop.signal,
        onProgress: ({ done }) => done > 10 && stop.abort(reason),
      });
      await expect(write).rejects.toBe(reason);
      expect(await imports.find(bundle.id)).toBeNull();
      expect(await readAll(setup, id)).toEqual(EMPTY);
      expect(await imports.write(bundle)).toMatchObject({ written: true, prompts: 3, votes: 3 });
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
        rows: { read: 16, imported: 5, refused: 0, duplicates: 11 },
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
