const MAGIC = 0x184d2204;
const STORED = 0x80000000;
/** A match is at least so long. */
const MIN_MATCH = 4;

/**
 * Unpacks one LZ4 frame. Blocks may refer to those before them; checksums are not looked at.
 * @param size bytes that it unpacks to
 * @throws RangeError where it is damaged, or of another size
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function unpackLz4Frame(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no LZ4 frame');
  const flags = view.getUint8(4);
  const hasBlockChecksums = (flags & 0x10) !== 0;
  // flags, block size, content size, dictionary, checksum of these
  let at = 6 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  const out = new Uint8Array(size);
  let done = 0;
  for (;;) {
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) break;
    const length = head % STORED;
    if (at + length > bytes.length) throw new RangeError('an LZ4 block is cut off');
    const block = bytes.subarray(at, at + length);
    if (head >= STORED) {
      out.set(block, done);
      done += length;
    } else done = unpackBlock(block, out, done);
    at += length + (hasBlockChecksums ? 4 : 0);
  }
  if (done !== size) throw new RangeError('an LZ4 frame of another size');
  return out;
}

/** Appends what is packed in a block to `out`, of which `from` bytes are there; returns how many are. */
function unpackBlock(block: Uint8Array, out: Uint8Array, from: number): number {
  let done = from;
  let at = 0;
  const more = (length: number): number => {
    let sum = length;
    for (let next = 255; next === 255; ) {
      if (at >= block.length) throw new RangeError('an LZ4 block is cut off');
      next = block[at]!;
      at += 1;
      sum += next;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at]!;
    at += 1;
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (at + literals > block.length || done + literals > out.length)
      throw new RangeError('an LZ4 block is damaged');
    out.set(block.subarray(at, at + literals), done);
    at += literals;
    done += literals;
    // the last sequence has no match
    if (at >= block.length) break;
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const length = MIN_MATCH + ((token & 15) === 15 ? more(15) : token & 15);
    if (offset === 0 || offset > done || done + length > out.length)
      throw new RangeError('an LZ4 block is damaged');
    // a match may go on into what it writes
    for (let end = done + length; done < end; done += 1) out[done] = out[done - offset]!;
  }
  return done;
}
