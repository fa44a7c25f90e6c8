import type { TypeName } from './arrow-schema.ts';

export type ByteRange = { readonly offset: number; readonly length: number };

/** A view of a text: so many bytes stand in the view itself. */
const INLINE = 12;
const VIEW = 16;

/** The texts of a column of type utf8, large_utf8 or utf8_view; null where the validity bitmap says so. */
export function readTextValues(
  type: TypeName,
  length: number,
  buffers: readonly ByteRange[],
  read: (range: ByteRange) => Uint8Array,
): (string | null)[] {
  const [validity, places, ...data] = buffers;
  if (length === 0 || places === undefined) return [];
  const valid = validity === undefined || validity.length === 0 ? null : read(validity);
  const index = read(places);
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const bytes = data.map(read);
  const decoder = new TextDecoder();
  const textAt = (i: number): string => {
    if (type === 'utf8_view') {
      const size = view.getInt32(VIEW * i, true);
      if (size <= INLINE) return decoder.decode(index.subarray(VIEW * i + 4, VIEW * i + 4 + size));
      const from = view.getInt32(VIEW * i + 12, true);
      return decoder.decode(bytes[view.getInt32(VIEW * i + 8, true)]?.subarray(from, from + size));
    }
    const at = (k: number) =>
      type === 'large_utf8' ? Number(view.getBigInt64(8 * k, true)) : view.getInt32(4 * k, true);
    return decoder.decode(bytes[0]?.subarray(at(i), at(i + 1)));
  };
  return Array.from({ length }, (_, i) =>
    valid !== null && ((valid[i >> 3]! >> (i & 7)) & 1) === 0 ? null : textAt(i),
  );
}
