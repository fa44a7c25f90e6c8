import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UuidCodes } from './uuid-codes.ts';

const bytesOf = (uuid: string) =>
  new DataView(Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex')).buffer);

it('numbers uuids in the order in which they come, and knows their names', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uuid({ version: 4 }), { maxLength: 400 }),
      fc.infiniteStream(fc.nat()),
      fc.infiniteStream(fc.uuid({ version: 7 })),
      (distinct, picks, others) => {
        const uuids = distinct.flatMap((uuid) => [uuid, distinct[picks.next().value % distinct.length]!]);
        const codes = new UuidCodes();
        const order = [...new Set(uuids)];
        expect(uuids.map((uuid) => codes.codeOf(bytesOf(uuid), 0))).toEqual(
          uuids.map((uuid) => order.indexOf(uuid)),
        );
        expect(order.map((_, code) => codes.nameOf(code))).toEqual(order);
        expect(codes.size).toBe(order.length);
        expect(order.map((uuid) => codes.find(uuid))).toEqual(order.map((_, code) => code));
        expect(codes.find(others.next().value)).toBeUndefined();
      },
    ),
  );
});
