import { judgeFiles } from '@agon/inference';
import { type Judge, type JudgeReading, parseJudge, readJudgeReply, readStoredReply } from '@agon/judging';
import { describe, expect, it } from 'vitest';
import { dataFolder, readCsv, readData, readJsonLines, whyNoData } from './open-data.ts';

/** Verdicts of other tools, read by our parsers under our rules. */
const judges = await judgeFiles().all();
const builtIn = (id: string): Judge => judges.find((judge) => judge.id === id)!;
const read = (judge: Judge, raw: unknown): JudgeReading =>
  readJudgeReply(judge, readStoredReply({ raw }).reply, { order: [0, 1], nonce: null, part: '', attempt: 0 });
const wordOf = (reading: JudgeReading): string => {
  if (reading.kind === 'unscored') return reading.reason;
  return reading.kind === 'preference' ? reading.outcome : reading.kind;
};
const countOf = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

describe.skipIf(dataFolder === null)(`replies of other tools (${whyNoData})`, () => {
  it('reads all 16,810 verdict pairs of LLMBar as its authors did', () => {
    // its tools wrote down 1, 2, or nothing where they could read nothing
    const judge = parseJudge(`---
id: llmbar
title: LLMBar
measures: Which of two outputs follows the instruction
mode: pairwise
verdict: { parser: tag, map: { "1": 1, "2": 0 } }
---
{% user %}
{{ conversation }}
{{ verdict_contract }}
`);
    const rows = readCsv('llmbar/judge_verdicts.dev.csv');
    const pairs = countOf(
      rows.map(({ winner_orig, winner_swapped }) =>
        [winner_orig, winner_swapped].map((raw) => wordOf(read(judge, raw))).join(),
      ),
    );
    expect(rows).toHaveLength(16_810);
    expect(pairs).toEqual({
      'a,a': 5332,
      'a,b': 3718,
      'b,a': 1154,
      'b,b': 6554,
      'a,unparseable': 6,
      'unparseable,b': 14,
      'unparseable,unparseable': 32,
    });
  });

  it('reads llmfao’s labels of GPT-4 and GPT-3', () => {
    const said = { left: 'A', right: 'B', tie: 'TIE' } as const;
    for (const [file, counts] of [
      ['llmfao/gpt4-comparisons.csv', { a: 1397, b: 1700, tie: 139 }],
      ['llmfao/gpt3-comparisons.csv', { a: 1965, b: 958, tie: 313 }],
    ] as const) {
      const words = readCsv(file).map(({ winner }) =>
        wordOf(read(builtIn('pair-explain'), said[winner as 'tie'])),
      );
      expect(countOf(words), file).toEqual(counts);
    }
  });

  it('has AlpacaEval’s preference 2 − p(m)/(p(m)+p(M)) for each reply whose labels are probable', () => {
    const rows = JSON.parse(
      readData('alpaca_eval/raw/text_davinci_001/annotations.weighted_alpaca_eval_gpt4_turbo.json'),
    ) as { raw_completion: unknown; preference: number }[];
    const words = rows.map(({ raw_completion, preference }) => {
      const reading = read(builtIn('pair-quick'), raw_completion);
      if (reading.kind === 'preference') {
        // which answer was "m" is not in the published file: it was drawn for each instruction
        const value = 2 - reading.shareA!;
        const distance = Math.min(Math.abs(value - preference), Math.abs(3 - value - preference));
        expect(distance).toBeLessThan(1e-8);
      }
      return wordOf(reading);
    });
    expect(countOf(words)).toEqual({ a: 377, b: 422, unparseable: 3, low_coverage: 1 });
  });

  it('reads the rankings of AlpacaEval’s explaining judge, and no list that ranks both first', () => {
    const rows = readJsonLines<{ first: string | null; ordered: unknown; preference: number }>(
      'alpaca_eval/annotations_cot_gpt4_turbo_fn.dev.jsonl',
    );
    const words = countOf(
      rows.map(
        ({ first, ordered, preference }) =>
          `${first} ${preference} ${wordOf(read(builtIn('pair-explain'), ordered))}`,
      ),
    );
    expect(words).toEqual({
      'output_1 2 a': 328,
      'output_1 1 b': 2095,
      'output_2 1 a': 2096,
      'output_2 2 b': 284,
      // "ranked equally", which AlpacaEval counts as a win of whoever is first in the list
      'output_1 1 unparseable': 5,
      'output_2 1 unparseable': 7,
      'output_2 2 unparseable': 2,
      'null 1.5 unparseable': 13,
    });
  });

  it('reads MT-bench’s labels of GPT-4', () => {
    const said = {
      model_a: '[[A]]',
      model_b: '[[B]]',
      tie: '[[C]]',
      'tie (inconsistent)': '[[A]]\n[[B]]',
    } as const;
    const rows = readJsonLines<{ winner: keyof typeof said }>('mtbench_human/votes_gpt4_pair.jsonl');
    const words = rows.map(
      ({ winner }) => `${winner}: ${wordOf(read(builtIn('pair-explain'), `So ${said[winner]}`))}`,
    );
    expect(rows).toHaveLength(1240);
    expect(Object.keys(countOf(words)).sort()).toEqual([
      'model_a: a',
      'model_b: b',
      'tie (inconsistent): two_labels',
      'tie: tie',
    ]);
  });
});
