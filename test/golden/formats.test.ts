import { basename } from 'node:path';
import { readFile } from '@agon/formats';
import { describe, expect, it } from 'vitest';
import { dataFolder, readData, whyNoData } from './open-data.ts';

/** Rows and what they become; the row counts are those of each folder's SOURCE.md. */
const FILES = [
  [
    'alpaca_eval/annotations_weighted_gpt4_turbo.dev.csv',
    'alpaca-eval-table',
    { rows: 20922, comparisons: 20922, refused: 0 },
  ],
  ['alpaca_eval/annotations_gpt4_vs_davinci003.dev.csv', 'alpaca-eval-table', { rows: 16100, refused: 17 }],
  [
    'alpaca_eval/annotations_cot_gpt4_turbo_fn.dev.jsonl',
    'alpaca-eval-table',
    { rows: 4830, comparisons: 4830 },
  ],
  ['alpaca_eval/raw/text_davinci_001/model_outputs.json', 'alpaca-eval-outputs', { answers: 803 }],
  ['llmfao/crowd-comparisons.csv', 'llmfao', { rows: 8931, comparisons: 8931 }],
  ['llmfao/gpt4-crowd-comparisons.csv', 'llmfao', { rows: 2139, comparisons: 2139 }],
  ['llmfao/results.jsonl', 'llmfao-results', { rows: 1133 }],
  ['mtbench_human/question.jsonl', 'mtbench-question', { prompts: 80 }],
  ['mtbench_human/answers.jsonl', 'mtbench-answer', { answers: 465 }],
  ['mtbench_human/votes_human.jsonl', 'mtbench-human', { comparisons: 1751 }],
  ['mtbench_human/votes_gpt4_pair.jsonl', 'mtbench-human', { comparisons: 1240 }],
  ['alpaca_eval/instructions.jsonl', 'alpaca-eval-instructions', { prompts: 805, refused: 0 }],
  ['alpaca_eval/outputs/claude-2.jsonl', 'alpaca-eval-numbered-outputs', { answers: 805, refused: 0 }],
  ['alpaca_eval/outputs/llama-2-70b-chat-hf.jsonl', 'alpaca-eval-numbered-outputs', { answers: 804 }],
  [
    'alpaca_eval/raw/text_davinci_001/annotations.weighted_alpaca_eval_gpt4_turbo.json',
    'alpaca-eval-annotations',
    { rows: 803, comparisons: 803, answers: 1606, refused: 0 },
  ],
  ['arena_bench_v1/answers/llama-13b.jsonl', 'mtbench-answer', { rows: 300, answers: 300, refused: 0 }],
  ['faireval/question.jsonl', 'vicuna-question', { prompts: 80, refused: 0 }],
  ['faireval/answer_gpt35.jsonl', 'vicuna-answer', { answers: 80, refused: 0 }],
  ['llmfao/prompts.jsonl', 'llmfao-prompts', { refused: 0 }],
  ['pandalm/testset-v1.json', 'pandalm', { rows: 999, comparisons: 2997, prompts: 170, refused: 0 }],
] as const;

describe.skipIf(dataFolder === null)(`real files (${whyNoData})`, () => {
  it.each(FILES)(
    '%s',
    (path, format, expected: Partial<
      Record<'rows' | 'comparisons' | 'refused' | 'answers' | 'prompts', number>
    >) => {
      const file = readData(path);
      const read = readFile({ name: basename(path), text: file });
      expect(read.format).toBe(format);
      const counts = {
        rows: read.rowsRead,
        comparisons: read.comparisons.length,
        refused: read.refused.length,
        answers: read.answers.length,
        prompts: read.prompts.length,
      };
      expect(counts).toMatchObject(expected);
      expect(read.refused.every((row) => row.reason !== '' && row.line > 0)).toBe(true);
    },
  );
});
