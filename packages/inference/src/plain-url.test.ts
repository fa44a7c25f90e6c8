import { isArenaError } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainUrl } from './plain-url.ts';

function read(url: string): ReturnType<typeof readPlainUrl> | null {
  try {
    return readPlainUrl(url);
  } catch (error) {
    if (isArenaError(error) && error.code === 'invalid_request') return null;
    throw error;
  }
}

const octet = fc.nat(255);
const spellings = (value: number) => [
  String(value),
  `0${value.toString(8)}`,
  `0x${value.toString(16)}`,
  `0X${value.toString(16).toUpperCase()}`,
  `00${value.toString(8)}`,
  `0x0${value.toString(16)}`,
];

describe('readPlainUrl', () => {
  it('takes an IPv4 address in one spelling only', () => {
    const written = fc.tuple(octet, octet, octet, octet).chain(([a, b, c, d]) => {
      const parts = [
        [a, b, c, d],
        [a, b, c * 256 + d],
        [a, (b * 256 + c) * 256 + d],
      ];
      const whole = [((a * 256 + b) * 256 + c) * 256 + d];
      const rows = [...parts, whole];
      return fc
        .constantFrom(...rows)
        .chain((row) =>
          fc.tuple(
            fc.constant(`${a}.${b}.${c}.${d}`),
            fc.tuple(...row.map((part) => fc.constantFrom(...spellings(part)))),
            fc.constantFrom('', '.'),
          ),
        );
    });
    fc.assert(
      fc.property(written, ([plain, parts, end]) => {
        const host = `${parts.join('.')}${end}`;
        const found = read(`http://${host}:8000/v1`);
        if (host === plain) expect(found).toMatchObject({ host: plain, port: 8000, isLiteral: true });
        else expect(found).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what every other reader of URLs reads', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'http://',
          'https://',
          'a',
          'A',
          '.',
          ':',
          '@',
          '/',
          '\\',
          '?',
          '#',
          '%',
          '%31',
          '[',
          ']',
        ),
        fc.constantFrom(
          '::1',
          '127.0.0.1',
          '0x7f',
          '80',
          '443',
          ' ',
          '\t',
          '\n',
          '。',
          '１',
          'ﬀ',
          'xn--',
          '..',
          '\u00ad',
        ),
        fc.string({ maxLength: 3, unit: 'grapheme' }),
      ),
      { maxLength: 8 },
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom('http://', 'https://', ''), pieces, (scheme, rest) => {
        const text = scheme + rest.join('');
        const found = read(text);
        if (found === null) return;
        taken += 1;
        // RFC 3986, appendix B: nothing in it that a reader by these rules would take apart in another way
        const [, protocol, authority] =
          /^(https?):\/\/([^/?#\\@\s%]+)(\/[^?#\\\s]*)?$/.exec(text.replace(/\/+$/, '')) ?? [];
        const host = found.host.includes(':') ? `[${found.host}]` : found.host;
        const isDefault = found.port === (protocol === 'http' ? 80 : 443);
        expect(authority).toBe(isDefault ? host : `${host}:${found.port}`);
        expect(host).toBe(host.toLowerCase());
      }),
      { numRuns: 60_000, seed: 1 },
    );
    expect(taken).toBeGreaterThan(200);
  });
});
