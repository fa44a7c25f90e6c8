import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RATING_METHODS } from '@agon/domain';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOf, ratingsOf, runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-random-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(rows: readonly object[]): string {
  const path = join(folder, 'table.jsonl');
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('rank: small tables under any options', () => {
  const name = fc.constantFrom('x', 'x', 'y', 'y', 'z', 'z', 'x ', '__proto__', '');
  const row = fc.record(
    {
      model_a: name,
      model_b: name,
      winner: fc.constantFrom('model_a', 'model_a', 'model_b', 'model_b', 'tie', 'both_bad', 'draw'),
      rater: fc.constantFrom('r1', 'r2', 'r3'),
      prompt_id: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
      source: fc.constantFrom('people', 'judges'),
      weight: fc.constantFrom<string | number>(1, 1, 1, 1, 1, 1, 0.5, 3, 1e3, 1e-3, 0, -1, 1e308, 'many'),
      share_a: fc.constantFrom(0, 0.2, 0.5, 0.7, 1, 2),
      category: fc.constantFrom('code', 'prose'),
      sum_assistant_a_tokens: fc.constantFrom(0, 1, 50, 1e6),
      sum_assistant_b_tokens: fc.constantFrom(0, 2, 60),
    },
    { requiredKeys: ['model_a', 'model_b', 'winner'] },
  );
  const rarely = (...lines: readonly string[]) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom(...lines) });
  const maybe = (...lines: readonly string[]) => fc.constantFrom('', ...lines);
  const line = fc
    .tuple(
      fc.constantFrom(
        '--prior 1 --insights',
        '--prior 0.001',
        '--prior 10000',
        '--method win-rate --panel x --panel y',
        '--method length-controlled --baseline x',
        ...RATING_METHODS.map((method) => `--method ${method}`),
      ),
      rarely('--ties drop', '--ties model', '--both-bad drop'),
      maybe('--interval bootstrap', '--interval fisher', '--interval none'),
      maybe('--cluster rater', '--cluster prompt', '--cluster rater,prompt'),
      rarely('--baseline x', '--baseline nobody', '--panel nobody'),
      rarely('--anchor x=1200', '--anchor mean=0', '--anchor y=-1e6'),
      rarely('--reweight pair', '--prior 1'),
      rarely('--style length', '--style position,same-family', '--ridge 0'),
      maybe('--insights'),
      rarely('--source people', '--source judges', '--category code'),
    )
    .map((parts) => `${parts.join(' ')} --rounds 8`);

  it('end with an answer or an explanation, add up, and say the same again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40, size: 'max' }), line, async (rows, options) => {
        const path = write(rows);
        const args = [path, ...words(options), '--json'];
        const ran = await runVerb('rank', args);
        expect(ran.out).not.toMatch(/NaN|Infinity/);
        const result = ratingsOf(ran);
        if ('code' in result) expect(result.code).not.toBe('not_converged');
        expect(await runVerb('rank', args)).toEqual(ran);
        if (!('models' in result)) return;
        for (const { rating, low, high, comparisons, wins, losses, ties } of result.models) {
          expect(wins + losses + ties).toBe(comparisons);
          if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high);
          if (rating === null) expect([low, high]).toEqual([null, null]);
        }
        const silent = result.models.some(
          ({ rating, win_rate: rate, lc_win_rate: lc }) => rating === null && rate == null && lc == null,
        );
        if (silent) expect(result.warnings.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('agreement and raters: small tables under any options', () => {
  const row = fc.record(
    {
      model_a: fc.constantFrom('x', 'y', 'z', '__proto__'),
      model_b: fc.constantFrom('x', 'y', 'z', 'constructor'),
      winner: fc.constantFrom('model_a', 'model_b', 'tie', 'both_bad', 'draw'),
      rater: fc.constantFrom('r1', 'r2', 'people', 'judges', '__proto__', 'constructor', '*'),
      prompt_id: fc.constantFrom('p1', 'p2', '__proto__'),
      source: fc.constantFrom('people', 'judges'),
      turn: fc.constantFrom(1, 2, 0),
      weight: fc.constantFrom(1, 0, 1e300, 1e-300, -1),
      share_a: fc.constantFrom(0, 0.5, 0.3, 1),
      judge: fc.constantFrom('j1', 'r1'),
    },
    { requiredKeys: ['model_a', 'model_b', 'winner'] },
  );
  const rarely = (...lines: readonly string[]) => fc.constantFrom('', '', '', ...lines);
  const agreement = fc.tuple(
    fc.constant('agreement' as const),
    rarely('--by source', '--by judge'),
    rarely('--left r1', '--left *', '--left people', '--left constructor', '--left ['),
    rarely('--right r2', '--right judges', '--right r*', '--right __proto__'),
    rarely('--ties drop'),
    rarely('--turn 1', '--turn 2'),
  );
  const raters = fc.tuple(
    fc.constant('raters' as const),
    rarely('--source people', '--source judges'),
    rarely('--turn 1'),
  );

  it('end with an answer or an explanation, add up, and say the same again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40, size: 'max' }),
        fc.oneof(agreement, raters),
        async (rows, [verb, ...options]) => {
          const args = [write(rows), ...words(options.join(' '))];
          const ran = await runVerb(verb, [...args, '--json']);
          expect(ran.out).not.toMatch(/NaN|Infinity/);
          const error = errorOf(ran);
          expect(await runVerb(verb, [...args, '--json'])).toEqual(ran);
          const text = await runVerb(verb, args);
          expect(text.code).toBe(ran.code);
          expect(text.out + text.err).not.toMatch(/NaN|Infinity|undefined/);
          if (error !== null) return;
          const { read, used, excluded } = JSON.parse(ran.out).comparisons;
          expect(read).toBe(rows.length);
          expect(excluded.reduce((sum: number, { count }: { count: number }) => sum + count, used)).toBe(
            read,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
