import type { Exporter, ExportStore, Ids, StoredKind } from '@agon/arena';
import { EXPORT_COLUMNS, storedRows } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { WritableImports } from '../import-bundle.ts';
import { allOf } from './all-of.ts';
import { sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly exporter: Exporter;
  /** What must be in its files. */
  readonly exports: ExportStore;
  readonly imports: WritableImports;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
  /** The rows of a Parquet file, each with all its columns, as a reader of Agon takes them. */
  rowsOf(bytes: Uint8Array): Promise<readonly Readonly<Record<string, unknown>>[]>;
};

const KINDS = ['votes', 'answers', 'battles', 'verdicts', 'scores'] as const satisfies StoredKind[];

/** A time as its instant: 12:00:00Z and 12:00:00.000Z are one. */
function withInstants(kind: StoredKind, row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      (EXPORT_COLUMNS[kind] as Readonly<Record<string, string>>)[name] === 'TIMESTAMP' && value !== null
        ? Date.parse(value as string)
        : value,
    ]),
  );
}

export function exporterContract(setUp: () => Promise<Setup>): void {
  describe('the contract of Exporter', () => {
    it.each(KINDS)('writes %s as Parquet, each row as it is stored', async (kind) => {
      const { exporter, exports, imports, ids, campaign, rowsOf } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 2500));
      const { byteLength, body } = await exporter.parquet(id, kind);
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      const bytes = Buffer.concat(parts);
      expect(bytes).toHaveLength(byteLength);
      const expected = await allOf(storedRows(kind, id, exports));
      const found = await rowsOf(bytes);
      expect(found.length).toBe(kind === 'scores' ? 1 : kind === 'answers' ? 5000 : 2500);
      expect(found.map((row) => withInstants(kind, row))).toEqual(
        expected.map((row) => withInstants(kind, row)),
      );
    });

    it('writes a table without rows for a campaign that has none', async () => {
      const { exporter, campaign } = await setUp();
      const { byteLength, body } = await exporter.parquet(await campaign(), 'votes');
      expect(byteLength).toBeGreaterThan(100);
      expect((await body.next()).value).toHaveLength(byteLength);
      expect(await body.next()).toEqual({ done: true, value: undefined });
    });

    it('ends with the reason of its signal, before it begins or on the way', async () => {
      const { exporter, imports, ids, campaign } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 1));
      await expect(exporter.parquet(id, 'votes', AbortSignal.abort('never mind'))).rejects.toBe('never mind');
      const stop = new AbortController();
      const file = exporter.parquet(id, 'votes', stop.signal);
      stop.abort('enough');
      await expect(file).rejects.toBe('enough');
    });

    it('gives nothing more to a reader that has turned away', async () => {
      const { exporter, campaign } = await setUp();
      const { body } = await exporter.parquet(await campaign(), 'votes');
      await body.return?.();
      expect(await body.next()).toEqual({ done: true, value: undefined });
    });
  });
}
