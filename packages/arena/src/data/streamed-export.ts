import type { ExportedParts } from '../ports/export-store.ts';
import type { ExportedRow } from './export-rows.ts';

/** To be read to its end, or until `return`: what it holds is free then. */
export type ExportBody = AsyncIterableIterator<Uint8Array, undefined>;

export type Exported = {
  /** In the order of the file; made as it is asked for. */
  readonly body: ExportBody;
  /** Null: not known before the body was read. */
  readonly byteLength: number | null;
  readonly fileName: string;
  readonly mediaType: string;
};

const encoder = new TextEncoder();

export async function* writtenRows(
  parts: ExportedParts<ExportedRow>,
  write: (rows: readonly ExportedRow[], isFirst: boolean) => string,
): AsyncGenerator<Uint8Array, undefined> {
  let isFirst = true;
  for await (const part of parts) {
    yield encoder.encode(write(part, isFirst));
    isFirst = false;
  }
}

/** Makes the first part now: what cannot be read is then refused before a reply has begun. */
export async function begun(parts: AsyncGenerator<Uint8Array, undefined>): Promise<ExportBody> {
  let first: IteratorResult<Uint8Array, undefined> | null = await parts.next();
  const body: ExportBody = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      const part = first ?? (await parts.next());
      first = null;
      return part;
    },
    // the parts were begun, perhaps before anybody reads: whoever turns away ends their query too
    return: () => parts.return(undefined),
  };
  return body;
}
