import { OUTCOMES } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFile } from '../read-file.ts';
import { writeAlpacaEvalOutputs } from './write-alpaca-eval-outputs.ts';
import { writeEveryEvalEver } from './write-every-eval-ever.ts';
import { type FastchatBattle, writeFastchatBattles } from './write-fastchat-battles.ts';
import { writeCsv, writeJsonl } from './write-rows.ts';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((value) => value.trim() !== '' && !value.includes('\0') && value.isWellFormed());
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0'));
/** CSV cells that no spreadsheet runs and no reader trims. */
const cell = text.filter((value) => value.trim() === value && !/^[=+\-@＝＋－＠\t\r]|\r/.test(value));
const pair = fc.uniqueArray(cell, { minLength: 2, maxLength: 2 });
const outcome = fc.constantFrom(...OUTCOMES);
const read = (written: string, format?: string) => {
  const result = readFile({ name: 'file', text: written }, format === undefined ? {} : { format });
  expect(result.refused).toEqual([]);
  return result;
};
const spelled = (value: string) => (value === 'a' || value === 'b' ? `model_${value}` : value);

describe('parse(write(x)) = x', () => {
  it('for FastChat battles', () => {
    const battle = fc.record({
      id: text,
      models: pair,
      outcome,
      rater: text,
      turn: fc.option(fc.integer({ min: 1, max: 5 })),
      language: fc.option(fc.constantFrom('English', 'Chinese')),
      atMs: fc.integer({ min: 0, max: 4e12 }),
    });
    fc.assert(
      fc.property(fc.array(battle, { minLength: 1, maxLength: 8 }), (battles) => {
        const given: FastchatBattle[] = battles.map(({ models, ...rest }) => ({
          ...rest,
          modelA: models[0]!,
          modelB: models[1]!,
        }));
        const { format, comparisons } = read(writeFastchatBattles(given));
        expect(format).toBe('fastchat-battles');
        expect(comparisons.map(({ at: _, ...row }) => row)).toEqual(
          given.map((row) => ({
            modelA: row.modelA,
            modelB: row.modelB,
            outcome: row.outcome,
            source: 'people',
            key: `${row.id}/${row.rater}`,
            rater: row.rater,
            turn: row.turn ?? 1,
            language: row.language ?? 'unknown',
            atMs: row.atMs,
          })),
        );
      }),
    );
  });

  it('for AlpacaEval outputs', () => {
    const output = fc.record({ dataset: text, instruction: text, output: anyText, model: text });
    fc.assert(
      fc.property(fc.array(output, { minLength: 1, maxLength: 8 }), (outputs) => {
        const { format, answers, prompts } = read(writeAlpacaEvalOutputs(outputs));
        expect(format).toBe('alpaca-eval-outputs');
        const turnsOf = new Map(prompts.map((prompt) => [prompt.key, prompt.turns]));
        expect(answers.map((row) => [turnsOf.get(row.promptKey), row.model, row.turns])).toEqual(
          outputs.map((row) => [[row.instruction], row.model, [row.output]]),
        );
      }),
    );
  });

  it('for the 33k and the 140k columns', () => {
    const row = fc.record({
      question_id: text,
      models: pair,
      winner: fc.constantFrom('model_a', 'model_b', 'tie', 'tie (bothbad)'),
      judge: text,
      asked: text,
      answers: fc.tuple(anyText, anyText),
      parts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        const said = (value: string, inParts: boolean) =>
          inParts ? [{ type: 'text', text: value, image: null }] : value;
        const written = writeJsonl(
          rows.map(({ models, asked, answers, parts, ...rest }) => ({
            ...rest,
            model_a: models[0],
            model_b: models[1],
            conversation_a: [
              { role: 'user', content: said(asked, parts) },
              { role: 'assistant', content: said(answers[0], parts) },
            ],
            conversation_b: [
              { role: 'user', content: said(asked, parts) },
              { role: 'assistant', content: said(answers[1], parts) },
            ],
            turn: 1,
            anony: true,
            language: 'English',
            tstamp: 1_700_000_000.5,
          })),
        );
        const { comparisons, answers } = read(written);
        expect(comparisons.map((each) => [each.modelA, each.modelB, each.rater, each.atMs])).toEqual(
          rows.map((each) => [each.models[0], each.models[1], each.judge, 1_700_000_000_500]),
        );
        expect(answers.map((each) => each.turns)).toEqual(
          rows.flatMap((each) => [[each.answers[0]], [each.answers[1]]]),
        );
      }),
    );
  });

  it('for the 55k columns', () => {
    const row = fc.record({
      id: fc.nat(),
      models: pair,
      winner: fc.nat(2),
      prompt: fc.array(text, { minLength: 1, maxLength: 3 }),
      answers: fc.tuple(
        fc.array(anyText, { minLength: 1, maxLength: 3 }),
        fc.array(anyText, { minLength: 1, maxLength: 3 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        const written = writeCsv(
          rows.map((each) => ({
            id: each.id,
            model_a: each.models[0],
            model_b: each.models[1],
            prompt: each.prompt,
            response_a: each.answers[0],
            response_b: each.answers[1],
            winner_model_a: Number(each.winner === 0),
            winner_model_b: Number(each.winner === 1),
            winner_tie: Number(each.winner === 2),
          })),
        );
        const { comparisons, answers } = read(written);
        expect(comparisons.map((each) => [each.key, each.modelA, each.modelB, each.outcome])).toEqual(
          rows.map((each) => [String(each.id), each.models[0], each.models[1], OUTCOMES[each.winner]]),
        );
        expect(answers.map((each) => each.turns)).toEqual(rows.flatMap((each) => [...each.answers]));
      }),
    );
  });

  it('for MT-bench votes and llmfao comparisons', () => {
    const row = fc.record({
      models: pair,
      outcome: fc.constantFrom('a', 'b', 'tie'),
      turn: fc.integer({ min: 1, max: 2 }),
      id: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        const meant = rows.map((each) => [each.models[0], each.models[1], each.outcome]);
        const mtBench = read(
          writeJsonl(
            rows.map((each) => ({
              question_id: each.id,
              model_a: each.models[0],
              model_b: each.models[1],
              winner: spelled(each.outcome),
              judge: 'expert_1',
              turn: each.turn,
            })),
          ),
        );
        expect(mtBench.format).toBe('mtbench-human');
        expect(mtBench.comparisons.map((each) => [each.modelA, each.modelB, each.outcome])).toEqual(meant);
        expect(mtBench.comparisons.map((each) => each.turn)).toEqual(rows.map((each) => each.turn));
        const llmfao = read(
          writeCsv(
            rows.map((each) => ({
              id: each.id,
              prompt: 1,
              model_x: 1,
              model_y: 2,
              worker: 3,
              winner: each.outcome === 'a' ? 'left' : each.outcome === 'b' ? 'right' : 'tie',
              left: each.models[0],
              right: each.models[1],
            })),
          ),
        );
        expect(llmfao.format).toBe('llmfao');
        expect(llmfao.comparisons.map((each) => [each.modelA, each.modelB, each.outcome])).toEqual(meant);
      }),
    );
  });
});

describe('Every Eval Ever', () => {
  it('has what its schema requires, and says what is not known', () => {
    const scores = [
      { model: 'm', benchmark: 'MMLU', score: 0.5, n: 100, source: 'https://example.org/mmlu' },
      { model: 'm', benchmark: 'GSM8K', score: 0.25, n: null, source: 'A paper' },
      { model: 'other', benchmark: 'MMLU', score: 1, n: 1, source: 'A paper' },
    ];
    const written = writeEveryEvalEver(scores, { collection: 'spring', atMs: 1_700_000_000_999 });
    const records = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toHaveLength(2);
    expect(records[0]).toEqual({
      schema_version: '0.2.1',
      evaluation_id: 'spring/m/1700000000',
      retrieved_timestamp: '1700000000',
      source_metadata: {
        source_name: 'spring',
        source_type: 'documentation',
        source_organization_name: 'unknown',
        evaluator_relationship: 'other',
      },
      eval_library: { name: 'unknown', version: 'unknown' },
      model_info: { name: 'm', id: 'm' },
      evaluation_results: [
        {
          evaluation_name: 'MMLU',
          source_data: { dataset_name: 'MMLU', source_type: 'url', url: ['https://example.org/mmlu'] },
          metric_config: { lower_is_better: false, score_type: 'continuous', min_score: 0, max_score: 1 },
          score_details: { score: 0.5, uncertainty: { num_samples: 100 } },
        },
        {
          evaluation_name: 'GSM8K',
          source_data: {
            dataset_name: 'GSM8K',
            source_type: 'other',
            additional_details: { source: 'A paper' },
          },
          metric_config: { lower_is_better: false, score_type: 'continuous', min_score: 0, max_score: 1 },
          score_details: { score: 0.25 },
        },
      ],
    });
  });

  it('writes numbers into CSV as they are, and makes texts that begin like a formula harmless', () => {
    const rows = [{ model: '=1+1', low: -12.5, wide: '＝A1', list: ['-x'] }];
    expect(writeCsv(rows)).toBe(`model,low,wide,list\n'=1+1,-12.5,'＝A1,"[""-x""]"\n`);
  });
});
