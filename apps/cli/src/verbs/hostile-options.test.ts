import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RatingResultJson } from '@agon/contract';
import { RATING_METHODS } from '@agon/domain';
import { writeArrow } from '@agon/formats/arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorJson, errorOf, ratingsOf, runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = Readonly<Record<string, string | number>>;

function write(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

/** Three models in a circle, with raters, prompts and lengths. */
const ROUND: readonly Row[] = Array.from({ length: 60 }, (_, at) => ({
  model_a: ['x', 'y', 'z'][at % 3]!,
  model_b: ['y', 'z', 'x'][at % 3]!,
  winner: ['model_a', 'model_b', 'tie', 'model_a'][at % 4]!,
  rater: `r${at % 5}`,
  prompt_id: `p${at % 20}`,
  sum_assistant_a_tokens: 100 + ((7 * at) % 31),
  sum_assistant_b_tokens: 100 + ((11 * at) % 37),
}));
const votes = write('votes.jsonl', ROUND);

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');
const rank = async (line: string, path = votes) =>
  ratingsOf(await runVerb('rank', [path, ...words(line), '--json']));
const codesOf = (result: RatingResultJson | ErrorJson): string[] =>
  'warnings' in result ? result.warnings.map(({ code }) => code) : [result.code];

/** A command line that contradicts itself or has no meaning, the code, and what is said. */
const REFUSED: readonly (readonly [line: string, code: string, says: string])[] = [
  ['--k 0 --method elo', 'unknown_option', 'a number above 0'],
  ['--k 1e300 --method elo', 'invalid_request', 'at most 1e6'],
  ['--initial NaN', 'unknown_option', '--initial takes a number, not "NaN"'],
  ['--initial 1e308 --method elo', 'invalid_request', 'from -1,000,000 to 1,000,000'],
  ['--anchor x=1e308', 'invalid_request', 'from -1,000,000 to 1,000,000'],
  ['--prior 1e308', 'invalid_request', 'from 0.001 to 10,000'],
  ['--anchor 5', 'unknown_option', 'mean=1000 or MODEL=1114'],
  ['--anchor =5', 'unknown_option', 'mean=1000 or MODEL=1114'],
  ['--anchor x=', 'unknown_option', 'mean=1000 or MODEL=1114'],
  ['--anchor nobody=5', 'unknown_model', 'Models: x, y, z'],
  ['--baseline nobody --method win-rate', 'unknown_model', 'Models: x, y, z'],
  ['--panel nobody --method win-rate', 'unknown_model', 'Models: x, y, z'],
  ['--panel x --method elo', 'invalid_request', 'win-rate'],
  ['--method length-controlled', 'invalid_request', 'needs a baseline'],
  ['--ridge -1 --method contextual', 'unknown_option', 'a number from 0'],
  ['--prior 0', 'unknown_option', 'a number above 0'],
  ['--prior 1 --method davidson', 'invalid_request', 'takes no prior'],
  ['--prior 1 --ties model', 'invalid_request', 'takes no prior'],
  ['--ties drop --method davidson', 'invalid_request', 'ties'],
  ['--ties model --method elo', 'invalid_request', 'ties'],
  ['--seed -1', 'unknown_option', 'a whole number from 0'],
  ['--seed 1.5', 'unknown_option', 'a whole number from 0'],
  ['--seed 99999999999999999999', 'unknown_option', 'a whole number from 0'],
  ['--rounds 0 --interval bootstrap', 'unknown_option', 'from 2 to 100000'],
  ['--rounds 1e9 --interval bootstrap', 'unknown_option', 'from 2 to 100000'],
  ['--cluster prompt,rater', 'unknown_option', 'Did you mean rater,prompt?'],
  ['--method Bradley_Terry', 'unknown_option', 'Did you mean bradley-terry?'],
  ['--methd elo', 'unknown_option', 'Did you mean --method?'],
  ['--verdicts votes.jsonl', 'unknown_option', 'prediction-powered'],
  ['--map x', 'unknown_option', 'column=field'],
  ['--map nobody=rater', 'unknown_option', 'Columns of the file'],
  ['--map winner=model_a', 'unknown_option', 'Two columns'],
  ['--format nobody', 'unknown_format', 'Known formats'],
  ['--style width --method contextual', 'unknown_option', 'one of length'],
  ['--campaign spring', 'unknown_option', 'one of the two'],
];

/** What changes nothing, or less than it may be believed to, and the warning. */
const WARNED: readonly (readonly [line: string, code: string, says: string])[] = [
  ['--k 8', 'option_not_used', '--k'],
  ['--initial 1200', 'option_not_used', '--initial'],
  ['--baseline nobody', 'option_not_used', '--baseline'],
  ['--style length', 'option_not_used', '--style'],
  ['--ridge 1', 'option_not_used', '--ridge'],
  ['--rounds 10', 'option_not_used', '--rounds'],
  ['--data nowhere', 'option_not_used', '--data'],
  ['--method elo --cluster rater', 'option_not_used', '--cluster'],
  ['--method elo --anchor mean=1500', 'option_not_used', '--anchor'],
  ['--method glicko2 --anchor x=1500', 'option_not_used', '--anchor'],
  ['--method glicko2 --interval bootstrap', 'option_not_used', '--interval'],
  ['--method glicko2 --reweight pair', 'option_not_used', '--reweight'],
  ['--method win-rate --anchor x=1500', 'option_not_used', '--anchor'],
  ['--method elo --insights', 'no_insights', 'not of elo'],
  ['--ties model --insights', 'no_insights', 'not of davidson'],
  ['--method plackett-luce --insights', 'no_insights', 'not of plackett-luce'],
  ['--prior 1 --insights', 'no_insights', 'not of a prior'],
  ['--interval bootstrap --rounds 2', 'few_rounds', '2 bootstrap rounds'],
];

describe('rank: options', () => {
  it.each(REFUSED)('%s is refused', async (line, code, says) => {
    const error = errorOf(await runVerb('rank', [votes, ...words(line), '--json']));
    expect(error?.code).toBe(code);
    expect(`${error?.message} ${error?.hint}`).toContain(says);
    expect(`${error?.message} ${error?.hint}`).not.toMatch(/\n|Infinity/);
  });

  it.each(WARNED)('%s is warned of', async (line, code, says) => {
    const result = (await rank(line)) as RatingResultJson;
    expect(result.warnings).toContainEqual({ code, message: expect.stringContaining(says) });
  });

  it.each([
    '',
    '--method elo --k 8 --initial 1200 --anchor x=1100 --interval bootstrap --rounds 100 --cluster rater',
    '--method win-rate --baseline x',
    '--insights --interval sandwich',
    '--method contextual --style length --ridge 1',
  ])('nothing is said of what is used: %s', async (line) => {
    expect(
      codesOf(await rank(line)).filter((code) => /option|insights|rounds|alike|twice/.test(code)),
    ).toEqual([]);
  });

  it('an Arrow file, too, is asked for its format and its columns', async () => {
    const path = join(folder, 'votes.arrow');
    const models = ['x', 'y'];
    const codes = Int8Array.of(0, 1, 0, 1);
    writeFileSync(
      path,
      writeArrow([
        { name: 'model_a', codes, values: models },
        { name: 'model_b', codes: Int8Array.of(1, 0, 1, 0), values: models },
        { name: 'winner', codes: Int8Array.of(0, 0, 1, 2) },
      ]),
    );
    expect(await rank('', path)).toMatchObject({ comparisons: { read: 4, used: 4 } });
    expect(await rank('--format plain', path)).toMatchObject({ comparisons: { read: 4, used: 4 } });
    expect(await rank('--format nobody', path)).toMatchObject({ code: 'unknown_format' });
    expect(await rank('--map nobody=rater', path)).toMatchObject({ code: 'unknown_option' });
  });

  it('a repeated option is told, one that collects is not', async () => {
    const ran = await runVerb('rank', [
      votes,
      ...words('--seed 1 --seed 2 --map rater=voter --map prompt_id=question_id'),
    ]);
    expect(ran.err).toContain('--seed is given more than once: the last one counts.');
    expect(ran.err).not.toContain('--map is');
  });

  it('a panel counts each of its models once', async () => {
    const once = (await rank('--method win-rate --panel x')) as RatingResultJson;
    const twice = (await rank('--method win-rate --panel x --panel x')) as RatingResultJson;
    expect(twice.models).toEqual(once.models);
    expect(twice.warnings).toEqual(once.warnings);
  });

  it('files that are given twice are told', async () => {
    const result = ratingsOf(
      await runVerb('rank', [votes, join(folder, '..', folder.split('/').at(-1)!, 'votes.jsonl'), '--json']),
    );
    expect(codesOf(result)).toContain('file_twice');
    expect(result).toMatchObject({ comparisons: { read: 120 } });
  });
});

describe('rank: names', () => {
  const ring = (names: readonly string[]): Row[] =>
    names.flatMap((model_a, at) =>
      ['model_a', 'model_b', 'tie'].map((winner) => ({
        model_a,
        model_b: names[(at + 1) % names.length]!,
        winner,
      })),
    );

  it.each(
    RATING_METHODS.filter(
      (name) => !['contextual', 'length-controlled', 'prediction-powered'].includes(name),
    ),
  )('of objects mean nothing to %s', async (method) => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'null',
      'NaN',
      'mean',
      'a=b',
      '🦙',
    ];
    const result = await rank(`--method ${method} --insights`, write('objects.jsonl', ring(names)));
    expect('models' in result && result.models.map(({ model }) => model).sort()).toEqual([...names].sort());
    const anchored = await rank('--anchor a=b=1200', write('objects.jsonl', ring(names)));
    expect('models' in anchored && anchored.models.find(({ model }) => model === 'a=b')?.rating).toBe(1200);
  });

  it('that look alike are told', async () => {
    const names = ['é', 'e\u0301', 'gpt', 'gpt ', 'GPT', 'g\u200bpt', 'other'];
    const result = (await rank('', write('alike.jsonl', ring(names)))) as RatingResultJson;
    expect(result.models).toHaveLength(7);
    const { message } = result.warnings.find(({ code }) => code === 'names_alike')!;
    expect(message).toContain('"e\\u{301}" and "é"');
    expect(message).toContain('"GPT" and "gpt" and "gpt " and "g\\u{200b}pt"');
    expect(message).not.toContain('other');
  });

  it('reach the terminal without signs that it obeys, and in one line', async () => {
    const names = ['a\u001b[2J', 'b\nagon: all is well', 'c\u202edcba', 'l'.repeat(1_000_000)];
    const { out, err } = await runVerb('rank', [write('signs.jsonl', ring(names))]);
    for (const sign of ['\u001b', '\u202e']) expect(out + err).not.toContain(sign);
    expect(err).not.toMatch(/^agon: all is well/m);
    expect(out.length + err.length).toBeLessThan(5000);
  });

  it('in any number are rated in bounded time, or refused', async () => {
    const names = Array.from({ length: 5000 }, (_, at) => `m${at}`);
    const path = write('many.jsonl', ring(names));
    for (const method of ['bradley-terry', 'davidson', 'win-rate']) {
      const result = await rank(`--method ${method}`, path);
      expect(result).toMatchObject({ code: 'too_large', message: expect.stringContaining('5000') });
    }
    const online = await rank('--method elo', path);
    expect('models' in online && online.models).toHaveLength(5000);
  });

  it('of a thousand islands are folded', async () => {
    const rows = Array.from({ length: 1000 }, (_, at) => ({
      model_a: `a${at}`,
      model_b: `b${at}`,
      winner: 'tie',
    }));
    const result = (await rank(
      '--interval bootstrap --rounds 100',
      write('islands.jsonl', rows),
    )) as RatingResultJson;
    expect(result.warnings.length).toBeLessThan(60);
    expect(result.warnings.every(({ message }) => message.length < 5000)).toBe(true);
  });
});

describe('rank: weights', () => {
  it.each([
    ['NaN', 61, null],
    ['null', 61, null],
    ['0', 60, 'zero_weight'],
    ['-1', 60, 'a weight below 0'],
    ['Infinity', 60, 'not a number'],
    ['-Infinity', 60, 'not a number'],
    ['1e400', 60, 'not a number'],
    ['1e308', 60, 'invalid_weight'],
    ['1e-308', 60, 'invalid_weight'],
    ['"1,5"', 60, 'not a number'],
    ['[1]', 60, 'not a number'],
  ])('%s', async (weight, used, reason) => {
    const path = write('weights.jsonl', ROUND);
    writeFileSync(path, `\n{"model_a":"x","model_b":"y","winner":"model_a","weight":${weight}}\n`, {
      flag: 'a',
    });
    for (const method of ['bradley-terry', 'plackett-luce', 'elo']) {
      const result = await rank(`--method ${method}`, path);
      const excluded = reason === null ? [] : [{ reason, count: 1 }];
      expect(result).toMatchObject({ comparisons: { read: 61, used, excluded } });
    }
  });

  it('of ranked lists are held to the same range', async () => {
    const lists = [1, 1, 1e308, 1e-308, 0].map((weight, at) => ({
      ranking: at % 2 === 0 ? 'x > y > z' : 'z > y > x',
      weight,
    }));
    const result = await rank('--method plackett-luce', write('lists.jsonl', lists));
    expect(result).toMatchObject({
      comparisons: {
        read: 5,
        used: 2,
        excluded: [
          { reason: 'zero_weight', count: 1 },
          { reason: 'invalid_weight', count: 2 },
        ],
      },
    });
  });
});
