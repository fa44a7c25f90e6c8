import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOf, ratingsOf, runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const HEADER = 'model_a,model_b,winner\n';
const GOOD = `${HEADER}${['model_a', 'model_b', 'tie', 'model_a'].map((winner) => `x,y,${winner}\ny,z,${winner}\nz,x,${winner}\n`).join('')}`;
const utf16 = (text: string, mark: readonly number[], swap: boolean): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return Buffer.concat([Uint8Array.from(mark), swap ? bytes.swap16() : bytes]);
};

/** Files that hold the twelve good rows, and so many that are refused beside them. */
const READ: readonly (readonly [name: string, content: string | Uint8Array, refused: number])[] = [
  ['plain.csv', GOOD, 0],
  ['mark.csv', `\uFEFF${GOOD}`, 0],
  ['windows.csv', GOOD.replaceAll('\n', '\r\n'), 0],
  ['macintosh.csv', GOOD.replaceAll('\n', '\r'), 0],
  ['little.csv', utf16(GOOD, [0xff, 0xfe], false), 0],
  ['big.csv', utf16(GOOD, [0xfe, 0xff], true), 0],
  ['semicolons.csv', GOOD.replaceAll(',', ';'), 0],
  ['tabs.csv', GOOD.replaceAll(',', '\t'), 0],
  ['blank-lines.csv', GOOD.replaceAll('\n', '\n\n'), 0],
  ['open-quote.csv', `${GOOD}"x,y,model_a\n`, 1],
  ['long-quote.csv', `${GOOD}"${'x'.repeat(10_000_000)},y,model_a\n`, 1],
  ['long-label.csv', `${GOOD}x,y,${'m'.repeat(1_000_000)}\n`, 1],
  ['cells.csv', `${GOOD}x,y\nx,y,tie,more\n`, 2],
  ['itself.csv', `${GOOD}x,x,tie\n`, 1],
  ['blank-names.csv', `${GOOD},y,tie\n  ,y,tie\n`, 2],
  ['labels.csv', `${GOOD}x,y,constructor\nx,y,__proto__\nx,y,TIE\nx,y,z\n`, 4],
  [
    'not-utf-8.csv',
    Buffer.concat([Buffer.from(GOOD), Uint8Array.of(0x78, 0xff, 0x2c, 0x79, 0x2c, 0x61, 0x0a)]),
    1,
  ],
];

/** Files without one comparison: the code, and what the message or the hint must say. */
const REFUSED: readonly (readonly [
  name: string,
  content: string | Uint8Array,
  code: string,
  says: string,
])[] = [
  ['empty.csv', '', 'invalid_file', 'empty'],
  ['line-ends.csv', '\n\r\n\n', 'invalid_file', 'empty'],
  ['header.csv', HEADER, 'invalid_file', 'a header line and no rows'],
  ['one-column.csv', 'winner\ntie\n', 'invalid_file', 'one column'],
  ['missing-column.csv', 'model_a,model_b\nx,y\n', 'unknown_format', 'model_a, model_b'],
  ['other-spelling.csv', 'Model_A,Model_B,Winner\nx,y,model_a\n', 'unknown_format', 'Model_A'],
  ['twice.csv', 'model_a,model_a,winner\nx,y,tie\n', 'invalid_file', 'two columns'],
  ['bytes.csv', Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256), 'invalid_file', 'table'],
  ['list.json', '[]', 'invalid_file', 'no JSON object'],
  ['null.json', 'null', 'invalid_file', 'null.json'],
  ['cut-off.json', '[{"model_a":"x","model_b":"y","winner":"tie"},', 'invalid_file', 'cut off'],
  ['nested.json', '['.repeat(100_000), 'invalid_file', 'cut off'],
  [
    'deep.jsonl',
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}\n`,
    'invalid_file',
    'nested more than 64 deep',
  ],
  ['answers.jsonl', '{"model":"x","answer":"yes","prompt":"?"}\n', 'no_comparisons', '(answers, 1 rows)'],
  ['feather.arrow', 'FEA1......................', 'unknown_format', 'version 1'],
];

describe('rank: files of people who are careless, or mean harm', () => {
  it.each(READ)('%s is read', async (name, content, refused) => {
    const ran = await runVerb('rank', [write(name, content), '--json']);
    expect(ratingsOf(ran)).toMatchObject({ comparisons: { read: 12 + refused, used: 12 } });
    expect(ran.code).toBe(refused > 0 ? 1 : 0);
  });

  it.each(REFUSED)('%s is refused', async (name, content, code, says) => {
    for (const verb of ['rank', 'agreement', 'raters'] as const) {
      const error = errorOf(await runVerb(verb, [write(name, content), '--json']));
      expect(error?.code).toBe(code);
      expect(`${error?.message} ${error?.hint}`).toContain(says);
    }
  });

  it('a hundred thousand columns are read in one pass', async () => {
    const more = Array.from({ length: 100_000 }, (_, at) => `c${at}`);
    const path = write('wide.csv', `${HEADER.trim()},${more.join(',')}\nx,y,tie,${more.join(',')}\n`);
    expect(ratingsOf(await runVerb('rank', [path, '--json']))).toMatchObject({
      comparisons: { read: 1, used: 1 },
    });
  }, 5000);

  it('columns may come in any order, with others beside them', async () => {
    const path = write('order.csv', 'more,winner,model_b,model_a,__proto__\n1,model_a,y,x,2\n1,tie,y,x,2\n');
    const result = ratingsOf(await runVerb('rank', [path, '--json']));
    expect(result).toMatchObject({
      models: [
        { model: 'x', wins: 1 },
        { model: 'y', losses: 1 },
      ],
    });
  });

  it.each(['bradley-terry', 'plackett-luce', 'prediction-powered', 'win-rate'])(
    'rows that are all refused are counted and explained: %s',
    async (method) => {
      const path = write('refused.csv', `${HEADER}x,y,draw\nx,y,draw\n,y,tie\n`);
      const ran = await runVerb('rank', [path, '--method', method, '--anchor', 'x=1000', '--json']);
      expect(errorOf(ran)).toMatchObject({
        code: 'no_comparisons',
        message: expect.stringMatching(
          /^None of the 3 rows is left: 2 refused \(unknown label.*1 refused \(empty\)/,
        ),
        hint: expect.stringContaining('Correct the rows'),
        at: { file: 'refused.csv', line: 2, column: 'winner', value: 'draw' },
        data: { read: 3, excluded: [{ count: 2 }, { reason: 'empty', count: 1 }] },
      });
    },
  );

  it('rows that are refused before, and left out by, a fit are told together', async () => {
    const path = write('none.csv', `${HEADER}x,y,draw\nx,y,tie\n`);
    const error = errorOf(await runVerb('rank', [path, '--ties', 'drop', '--json']));
    expect(error).toMatchObject({
      code: 'no_comparisons',
      hint: expect.stringMatching(
        /All 1 were left out: tie 1. Before that, 1 of the 2 rows were left out: 1 refused \(unknown/,
      ),
      data: { read: 2, excluded: [{ count: 1 }, { reason: 'tie', count: 1 }] },
    });
  });

  it('a filter that nothing passes is named', async () => {
    for (const filter of [
      ['--category', 'none'],
      ['--language', 'none'],
      ['--source', 'judges'],
    ]) {
      const error = errorOf(await runVerb('rank', [write('filtered.csv', GOOD), ...filter, '--json']));
      expect(error).toMatchObject({
        code: 'no_comparisons',
        message: 'None of the 12 comparisons passes the filter.',
        hint: expect.stringContaining('--category'),
        data: { read: 12, excluded: [{ reason: 'filtered out', count: 12 }] },
      });
    }
  });

  it('paths that are no files say what they are', async () => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    const file = write('file.csv', GOOD);
    for (const [path, hint] of [
      ['folder', 'It is a folder'],
      ['nobody.csv', 'There is no such file'],
      ['file.csv/more', 'A part of its path is a file'],
      ['n'.repeat(5000), 'so long a name'],
    ] as const) {
      const error = errorOf(await runVerb('rank', [file, join(folder, path), '--json']));
      expect(error).toMatchObject({ code: 'invalid_file', hint: expect.stringContaining(hint) });
    }
    expect(errorOf(await runVerb('rank', ['-', '-', '--json']))).toMatchObject({ code: 'unknown_option' });
  });
});

describe('agreement and raters', () => {
  const rows = GOOD.split('\n').slice(1, -1);

  it('say why they have nothing to tell', async () => {
    const path = write('unnamed.csv', GOOD);
    const comparisons = { read: 12, used: 12, excluded: [] };
    expect(JSON.parse((await runVerb('agreement', [path, '--json'])).out)).toMatchObject({
      pairs: [],
      comparisons,
      warnings: [
        {
          code: 'no_pairs',
          message: expect.stringMatching(/12 of 12 name no prompt.*12 of 12 name no rater/),
        },
      ],
    });
    expect(JSON.parse((await runVerb('raters', [path, '--json'])).out)).toMatchObject({
      raters: [],
      without_rater: 12,
      comparisons,
      warnings: [{ code: 'no_raters', message: expect.stringContaining('--map COLUMN=rater') }],
    });
  });

  it('count what they refuse and filter out', async () => {
    const lines = rows.map((row, at) => `${row},r${at % 4},p${at % 3},${at < 6 ? 1 : 2}`);
    const content = ['model_a,model_b,winner,rater,prompt_id,turn', ...lines, 'x,y,draw,r1,p1,1'].join('\n');
    const path = write('turns.csv', content);
    for (const verb of ['agreement', 'raters'] as const) {
      const ran = await runVerb(verb, [path, '--turn', '1', '--json']);
      expect(ran.code).toBe(1);
      expect(JSON.parse(ran.out).comparisons).toMatchObject({
        read: 13,
        used: 6,
        excluded: [{ count: 1 }, { reason: 'filtered out', count: 6 }],
      });
      const none = JSON.parse((await runVerb(verb, [path, '--turn', '3', '--json'])).out);
      expect(none.warnings[0].message).toBe('None of the 12 comparisons passes the filter.');
    }
  });

  it('warn of a file that is given twice', async () => {
    const path = write('given.csv', GOOD);
    for (const verb of ['agreement', 'raters'] as const) {
      const { out } = await runVerb(verb, [path, join(folder, '.', 'given.csv'), '--json']);
      expect(JSON.parse(out).warnings[0]).toMatchObject({
        code: 'file_twice',
        message: expect.stringContaining('given.csv'),
      });
    }
  });
});
