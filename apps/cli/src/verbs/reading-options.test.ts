import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArrowOutColumn, writeArrow } from '@agon/formats/arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOf, ratingsOf, runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-reading-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const csv = (...lines: readonly string[]) => `${lines.join('\n')}\n`;
/** Twelve votes among three models, and how each file of the same says them. */
const VOTES = [
  ['x', 'y', 'a'],
  ['x', 'y', 'a'],
  ['x', 'y', 'b'],
  ['x', 'y', 'tie'],
  ['y', 'z', 'a'],
  ['y', 'z', 'b'],
  ['y', 'z', 'a'],
  ['z', 'x', 'b'],
  ['z', 'x', 'a'],
  ['z', 'x', 'b'],
] as const;
const table = (head: string, say: (outcome: string, a: string, b: string) => string) =>
  csv(`model_a,model_b,${head}`, ...VOTES.map(([a, b, outcome]) => `${a},${b},${say(outcome, a, b)}`));

const PLAIN = file(
  'plain.csv',
  table('winner', (outcome) => outcome),
);
const numbered = (outcome: string) => ({ a: '1', b: '2', tie: '3' })[outcome]!;

async function modelsOf(...args: readonly string[]) {
  const result = ratingsOf(await runVerb('rank', [...args, '--json']));
  if (!('models' in result)) throw new Error(JSON.stringify(result));
  return { models: result.models, excluded: result.comparisons.excluded, warnings: result.warnings };
}

describe('rank: outcomes in the words of a file', () => {
  const labels = ['--label', '1=a', '--label', '2=b', '--label', '3=tie', '--label=-1=skip'];

  it.each<readonly [string, string, readonly string[]]>([
    ['numbers', table('winner', numbered), labels],
    ['numbers of pandas', table('winner', (outcome) => `${numbered(outcome)}.0`), labels],
    [
      'the names of the winners',
      table('winner', (outcome, a, b) => (outcome === 'a' ? a : outcome === 'b' ? b : outcome)),
      [],
    ],
    [
      'columns of other names',
      table('left,right,draw', (outcome) => ['a', 'b', 'tie'].map((each) => Number(each === outcome)).join()),
      ['--map', 'left=winner_model_a', '--map', 'right=winner_model_b', '--map', 'draw=winner_tie'],
    ],
    [
      'a preference',
      table('score', (outcome) => ({ a: '1', b: '2', tie: '1.5' })[outcome]!),
      ['--map', 'score=preference', '--preference', '1..2'],
    ],
    [
      'a share of the point',
      table('p', (outcome) => ({ a: '1', b: '0', tie: '.5' })[outcome]!),
      ['--map', 'p=share_a'],
    ],
  ])('%s', async (name, text, options) => {
    const { models, excluded } = await modelsOf(file(`${name}.csv`, text), ...options);
    expect(models).toEqual((await modelsOf(PLAIN)).models);
    expect(excluded).toEqual([]);
  });

  it('count those that are skipped, which are no faults', async () => {
    const path = file('skipped.csv', `${table('winner', numbered)}x,y,-1\nx,y,-1\n`);
    const ran = await runVerb('rank', [path, ...labels, '--json']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ratingsOf(ran)).toMatchObject({
      comparisons: { read: 12, used: 10, excluded: [{ reason: 'skipped', count: 2 }] },
    });
  });

  it('count a strong one as often as it is strong', async () => {
    const strong = file(
      'strong.csv',
      table('winner', (outcome) => `${outcome}++`),
    );
    const said = ['--label', 'a++=a*3', '--label', 'b++=b*3', '--label', 'tie++=tie*3'];
    const weighed = file(
      'weighed.csv',
      table('winner,weight', (outcome) => `${outcome},3`),
    );
    expect((await modelsOf(strong, ...said)).models).toEqual((await modelsOf(weighed)).models);
  });

  it('say how to explain a label that is not known', async () => {
    const path = file('unknown.csv', table('winner', numbered));
    const error = errorOf(await runVerb('rank', [path, '--json']));
    expect(error).toMatchObject({ code: 'no_comparisons', at: { line: 2, column: 'winner', value: '1' } });
    expect(error?.hint).toContain('--label');
  });

  it.each(['agreement', 'raters'] as const)('are read by %s, too', async (verb) => {
    const rows = ['p1,r1', 'p2,r1', 'p1,r2', 'p2,r2', 'p3,r2'].map((row, at) => `x,y,${1 + (at % 2)},${row}`);
    const path = file('raters.csv', csv('model_a,model_b,winner,prompt_id,rater', ...rows, 'x,y,-1,p4,r1'));
    const { code, out } = await runVerb(verb, [path, ...labels, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      comparisons: { read: 6, used: 5, excluded: [{ reason: 'skipped', count: 1 }] },
    });
  });
});

describe('votes that were not blind', () => {
  const rows = VOTES.map(
    ([a, b, outcome], at) => `${a},${b},${outcome},p${at},r${at % 2},${at % 3 > 0 ? 'True' : 'False'}`,
  );
  const path = file('anony.csv', csv('model_a,model_b,winner,prompt_id,rater,anony', ...rows));

  it.each(['rank', 'agreement', 'raters'] as const)('are left out of %s, and counted', async (verb) => {
    const { out } = await runVerb(verb, [path, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      comparisons: { read: 10, excluded: expect.arrayContaining([{ reason: 'not_blind', count: 4 }]) },
    });
    const kept = await runVerb(verb, [path, '--unblinded', 'keep', '--json']);
    expect(JSON.parse(kept.out)).toMatchObject({ comparisons: { read: 10, used: 10 } });
  });

  it('are named where nothing else is there', async () => {
    const none = file('none.csv', csv('model_a,model_b,winner,anony', 'x,y,a,False', 'x,y,b,0'));
    const error = errorOf(await runVerb('rank', [none, '--json']));
    expect(error).toMatchObject({
      code: 'no_comparisons',
      message: 'None of the 2 rows is left: 2 not_blind.',
    });
    expect(error?.hint).toContain('--unblinded keep');
  });
});

describe('what options say about a file', () => {
  it('columns that were not used, in words and as a warning', async () => {
    const path = file(
      'more.csv',
      table('winner,wieght', (outcome) => `${outcome},2`),
    );
    const told = 'more.csv, read as plain: columns that were not used: wieght.';
    for (const verb of ['rank', 'agreement', 'raters'] as const) {
      const { out } = await runVerb(verb, [path, '--json']);
      expect(JSON.parse(out)).toMatchObject({
        warnings: expect.arrayContaining([{ code: 'columns_unused', message: told }]),
      });
      expect((await runVerb(verb, [path])).err).toContain(`columns_unused: ${told}\n`);
    }
  });

  it('equal refusals once, the frequent ones first', async () => {
    const bad = [...Array.from({ length: 1200 }, (_, at) => `x,y,draw ${at},1`), 'x,y,a,heavy'];
    const path = file('refused.csv', csv('model_a,model_b,winner,weight', 'x,y,a,1', 'x,y,b,1', ...bad));
    const { err, code } = await runVerb('rank', [path, '--json']);
    expect(code).toBe(1);
    const [first, second, ...more] = err.trimEnd().split('\n');
    expect(first).toMatch(/^refused 1,200 × unknown label; .*, first at refused.csv:4 winner "draw 0"$/);
    expect(second).toBe('refused not a number, at refused.csv:1204 weight "heavy"');
    expect(more).toEqual([]);
  });

  it('in which order votes were counted, where some have no time', async () => {
    const rows = VOTES.map(
      ([a, b, outcome], at) => `${a},${b},${outcome},${at === 3 ? '' : 1_700_000_000 - at}`,
    );
    const path = file('some-times.csv', csv('model_a,model_b,winner,timestamp', ...rows));
    const elo = ['--method', 'elo', '--interval', 'none'];
    const { warnings, models } = await modelsOf(path, ...elo);
    expect(warnings).toContainEqual({
      code: 'ordered_by_file',
      message: 'The comparisons are counted in the order of the file: 1 of 10 have no time.',
    });
    expect(models).toEqual((await modelsOf(PLAIN, ...elo)).models);
  });

  it('that it was the order of the times, where all have one', async () => {
    const rows = VOTES.map(([a, b, outcome], at) => `${a},${b},${outcome},${1_700_000_000 + at}`).reverse();
    const path = file('times.csv', csv('model_a,model_b,winner,timestamp', ...rows));
    const elo = ['--method', 'elo', '--interval', 'none'];
    const { warnings, models } = await modelsOf(path, ...elo);
    expect(warnings.map(({ code }) => code)).toContain('ordered_by_time');
    const ratings = (list: typeof models) =>
      Object.fromEntries(list.map(({ model, rating }) => [model, rating]));
    expect(ratings(models)).toEqual(ratings((await modelsOf(PLAIN, ...elo)).models));
  });
});

describe('an Arrow file', () => {
  const codes = (slot: 0 | 1) => Int8Array.from(VOTES, (vote) => ['x', 'y', 'z'].indexOf(vote[slot]));
  const models = ['x', 'y', 'z'];
  const write = (name: string, winner: readonly string[], more: readonly ArrowOutColumn[] = []) => {
    const values = [...new Set(winner)];
    const path = join(folder, name);
    const columns = [
      { name: 'model_a', codes: codes(0), values: models },
      { name: 'model_b', codes: codes(1), values: models },
      { name: 'winner', codes: Int8Array.from(winner, (label) => values.indexOf(label)), values },
      ...more,
    ];
    writeFileSync(path, writeArrow(columns));
    return path;
  };
  const sorted = async (...args: readonly string[]) =>
    (await modelsOf(...args)).models.map(({ model, rating }) => [model, rating?.toFixed(6)]).sort();

  it('is read with own labels, and with the winners’ names', async () => {
    const own = write(
      'own.arrow',
      VOTES.map(([, , outcome]) => numbered(outcome)),
    );
    const named = VOTES.map(([a, b, outcome]) => (outcome === 'a' ? a : outcome === 'b' ? b : outcome));
    const expected = await sorted(PLAIN);
    expect(await sorted(own, '--label', '1=a', '--label', '2=b', '--label', '3=tie')).toEqual(expected);
    expect(await sorted(write('named.arrow', named))).toEqual(expected);
  });

  it('says which of its columns are not used, by the quick way and by the long one', async () => {
    const extra = { name: 'wieght', codes: new Int8Array(VOTES.length) };
    const path = write(
      'extra.arrow',
      VOTES.map(([, , outcome]) => outcome),
      [extra],
    );
    for (const options of [[], ['--interval', 'bootstrap', '--cluster', 'rater'], ['--format', 'plain']]) {
      const { warnings } = await modelsOf(path, ...options);
      const told = warnings.find(({ code }) => code === 'columns_unused')?.message;
      expect(told).toMatch(/^extra\.arrow, read as (Arrow|plain): columns that were not used: wieght\.$/);
    }
  });

  it('leaves out votes that were not blind', async () => {
    const anony = { name: 'anony', codes: Int8Array.from(VOTES, (_, at) => at % 2) };
    const path = write(
      'anony.arrow',
      VOTES.map(([, , outcome]) => outcome),
      [anony],
    );
    expect((await modelsOf(path)).excluded).toEqual([{ reason: 'not_blind', count: 5 }]);
  });
});
