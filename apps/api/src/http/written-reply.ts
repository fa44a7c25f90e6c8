import type { BoardParts } from '@agon/arena';

/** A reply that is JSON already, in UTF-8. */
export class WrittenReply {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  /** What a reader of the reply sees. */
  parse(): unknown {
    return JSON.parse(new TextDecoder().decode(this.bytes));
  }
}

/** The board as one reply: its pairs, which are most of it, are not written again where they are written. */
export function writeBoard({ board, pairs }: BoardParts): WrittenReply {
  const encoder = new TextEncoder();
  const head = encoder.encode(`${JSON.stringify(board).slice(0, -1)},"pairs":`);
  const body = pairs instanceof Uint8Array ? pairs : encoder.encode(JSON.stringify(pairs));
  const bytes = new Uint8Array(head.length + body.length + 1);
  bytes.set(head);
  bytes.set(body, head.length);
  bytes[bytes.length - 1] = 0x7d; // }
  return new WrittenReply(bytes);
}
