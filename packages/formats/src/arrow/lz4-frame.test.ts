import { describe, expect, it } from 'vitest';
import { unpackLz4Frame } from './lz4-frame.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

describe('unpackLz4Frame', () => {
  // packed by python-lz4 4.4.4
  it.each([
    [
      'linked blocks, its size and checksums',
      '04224d187c407100000000000000e00d0000003f616263030056506465666768192fbb250000000049a59581',
    ],
    ['neither', '04224d186040820d0000003f61626303005650646566676800000000'],
  ])('a frame with %s', (_, text) => {
    expect(Buffer.from(unpackLz4Frame(hex(text), 113)).toString()).toBe(`${'abcabcabc'.repeat(12)}defgh`);
  });

  // derived by hand from the format
  const flags = (bits: string) => `04224d18${bits}`;
  // a literal "ab", a match of 8 from 2 back, then the five literals that end a block
  const block = '0e000000' + '24' + '6162' + '0200' + '50' + '6364656667';

  it('literals and a match that goes on into itself', () => {
    const sized = block.replace('0e000000', '0b000000');
    const frame = hex(`${flags('604000')}${sized}00000000`);
    expect(Buffer.from(unpackLz4Frame(frame, 15)).toString()).toBe('ababababab' + 'cdefg');
  });

  it('a block that is stored, and one that refers to it', () => {
    const stored = '03000080' + '616263';
    const linked = '09000000' + '02' + '0300' + '50' + '6465666768';
    const frame = hex(`${flags('404000')}${stored}${linked}00000000`);
    expect(Buffer.from(unpackLz4Frame(frame, 14)).toString()).toBe('abcabcabc' + 'defgh');
  });

  it.each([
    ['of another size', `${flags('604000')}0300008061626300000000`, 4],
    ['that is no frame', '000000000000000000000000', 4],
    ['that is cut off', `${flags('604000')}0900008061`, 9],
    ['that refers to what is not there', `${flags('604000')}05000000106105000000000000`, 9],
  ])('one %s is refused', (_, text, size) => {
    expect(() => unpackLz4Frame(hex(text), size)).toThrow(RangeError);
  });
});
