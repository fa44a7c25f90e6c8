import type {
  ExportStore,
  Ids,
  Importer,
  ImportJob,
  ImportProgress,
  ImportSource,
  ImportStore,
} from '@agon/arena';
import type { CampaignId, ImportId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { allOf } from './all-of.ts';
import { SAMPLE_MS } from './sample-bundle.ts';

type Setup = {
  readonly importer: Importer;
  readonly imports: ImportStore;
  /** How the rows are read. */
  readonly exports: ExportStore;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
  /** Puts a file where the importer can read it. */
  file(name: string, content: string | Uint8Array): Promise<ImportSource>;
};

/** Votes of one rater, `bird-1` against `bird-2`, a prompt each; texts as wide as wanted. */
export function voteRows(count: number, from = 0, width = 0): string {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      prompt_id: `p${from + i}`,
      prompt: `Question ${from + i}?`,
      model_a: 'bird-1',
      model_b: 'bird-2',
      answer_a: `First of ${from + i}.${' word'.repeat(width)}`,
      answer_b: `Second of ${from + i}.`,
      winner: i % 3 === 0 ? 'tie' : 'model_a',
      rater: 'ann',
    }),
  ).join('\n');
}

export function importerContract(setUp: () => Promise<Setup>): void {
  async function start() {
    const setup = await setUp();
    const id = await setup.campaign();
    const jobOf = (files: readonly ImportSource[], change: Partial<ImportJob> = {}): ImportJob => ({
      id: setup.ids.next() as ImportId,
      campaignId: id,
      files,
      unblinded: 'drop',
      oversampled: 'keep',
      onError: 'none',
      dryRun: false,
      shuffleSides: false,
      seed: 1,
      models: [],
      by: null,
      atMs: SAMPLE_MS,
      ...change,
    });
    return { ...setup, id, jobOf };
  }

  describe('the contract of Importer', () => {
    it('reads files and writes what they say, and tells how far it is', async () => {
      const { importer, imports, exports, id, jobOf, file } = await start();
      const texts = [voteRows(7), voteRows(5, 4)];
      const files = [await file('early.jsonl', texts[0]!), await file('late.jsonl', texts[1]!)];
      const told: ImportProgress[] = [];
      const job = jobOf(files);
      const outcome = await importer.run(job, { onProgress: (progress) => told.push(progress) });
      expect(outcome).toMatchObject({
        written: true,
        models: 2,
        prompts: 9,
        answers: 18,
        // of the three prompts in both files, two were said to be won by another
        votes: 11,
        rows: { read: 12, imported: 11, refused: 0, duplicates: 1 },
        files: [
          { name: 'early.jsonl', rows: 7 },
          { name: 'late.jsonl', rows: 5 },
        ],
        preview: null,
      });
      expect(await allOf<unknown>(exports.battles(id))).toHaveLength(9);
      expect(await imports.find(job.id)).toMatchObject({
        files: ['early.jsonl', 'late.jsonl'],
        atMs: SAMPLE_MS,
      });
      const bytes = Buffer.byteLength(texts.join(''));
      const last = (stage: ImportProgress['stage']) => told.findLast((progress) => progress.stage === stage);
      expect(last('reading')).toEqual({ stage: 'reading', done: bytes, total: bytes });
      expect(last('writing')).toEqual({ stage: 'writing', done: 40, total: 40 });
      expect(told.findIndex(({ stage }) => stage === 'writing')).toBeGreaterThan(
        told.findLastIndex(({ stage }) => stage === 'reading'),
      );
    });

    it('writes nothing of a dry run, and says what would be new', async () => {
      const { importer, imports, exports, id, jobOf, file } = await start();
      const files = [await file('votes.jsonl', voteRows(4))];
      const counts = { models: 2, prompts: 4, answers: 8, votes: 4, verdicts: 0 };
      const dry = await importer.run(jobOf(files, { dryRun: true }));
      expect(dry).toMatchObject({ written: false, ...counts, rows: { read: 4, imported: 4 } });
      expect(dry.preview?.columns).toContain('answer_b');
      expect(dry.preview?.rows).toHaveLength(4);
      expect(dry.preview?.battles[0]).toEqual({
        prompt: 'Question 0?',
        answers: [
          { model: 'bird-1', text: 'First of 0.' },
          { model: 'bird-2', text: 'Second of 0.' },
        ],
        outcome: 'tie',
        material: [],
      });
      const nowhere = await importer.run(jobOf(files, { dryRun: true, campaignId: null }));
      expect(nowhere).toEqual(dry);
      expect(await imports.list(id, { after: null, limit: 9 })).toEqual([]);
      expect(await allOf<unknown>(exports.answers(id))).toEqual([]);
      expect(await importer.run(jobOf(files))).toMatchObject({ written: true, ...counts });
      const known = await importer.run(jobOf(files, { dryRun: true }));
      expect(known).toMatchObject({ models: 0, answers: 0, votes: 0, rows: { imported: 0, duplicates: 4 } });
    });

    it('says what a file cannot be read for, and where', async () => {
      const { importer, imports, id, jobOf, file } = await start();
      const cases: readonly (readonly [ImportSource, object])[] = [
        [await file('odd.csv', 'left,right\n1,2'), { code: 'unknown_format', at: { file: 'odd.csv' } }],
        [
          await file('votes.jsonl.gz', 'no archive at all'),
          { code: 'invalid_file', at: { file: 'votes.jsonl.gz' } },
        ],
        [{ ...(await file('votes.jsonl', voteRows(1))), format: 'no-such' }, { code: 'unknown_format' }],
      ];
      for (const [source, error] of cases) {
        await expect(importer.run(jobOf([source])), source.name).rejects.toMatchObject({
          ...error,
          name: 'ArenaError',
          hint: expect.stringMatching(/\w+ \w+/),
        });
      }
      expect(await imports.list(id, { after: null, limit: 9 })).toEqual([]);
    });

    it('leaves nothing of an import that was aborted, and takes it later', async () => {
      const { importer, imports, exports, id, jobOf, file } = await start();
      // of several megabytes: it is still being read when the first progress is told
      const job = jobOf([await file('long.jsonl', voteRows(4000, 0, 400))]);
      const [stop, reason] = [new AbortController(), new Error('the reader is gone')];
      const stages = new Set<string>();
      const run = importer.run(job, {
        signal: stop.signal,
        onProgress: ({ stage }) => {
          stages.add(stage);
          stop.abort(reason);
        },
      });
      await expect(run).rejects.toBe(reason);
      expect([...stages]).toEqual(['reading']);
      expect(await imports.find(job.id)).toBeNull();
      expect(await allOf<unknown>(exports.votes(id))).toEqual([]);
      await expect(importer.run(job, { signal: stop.signal })).rejects.toBe(reason);
      expect(await importer.run(job)).toMatchObject({ written: true, votes: 4000 });
    });

    it('knows a file by its first rows', async () => {
      const { importer, file } = await start();
      const known = await importer.inspect(await file('votes.jsonl', voteRows(40)));
      expect(known.columns).toEqual(expect.arrayContaining(['prompt_id', 'model_a', 'winner']));
      expect(known.format).not.toBeNull();
      expect(known.rows.length).toBeLessThan(40);
      expect(known.rows[0]).toContain('Question 0?');
      const odd = await importer.inspect(await file('odd.csv', 'left,right\n1,2\n3,4'));
      expect(odd).toMatchObject({
        format: null,
        columns: ['left', 'right'],
        rows: [
          ['1', '2'],
          ['3', '4'],
        ],
      });
    });
  });
}
