import type { RatingResultJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { errorOf, ratingsOf, runVerb } from '../../../apps/cli/src/verbs/run-verb.ts';
import { dataFolder, whyNoData } from '../open-data.ts';
import { caseFile } from './case-file.ts';

/** Ratings by model, to three digits. */
type Ratings = Readonly<Record<string, number>>;

/** Bradley–Terry of the twelve votes that many of the files say in their own ways: an own fit, checked apart. */
const BASE: Ratings = { alpha: 1060.959, beta: 1030.52, gamma: 908.521 };
/** The same of twenty votes, eight of them not blind, or left out by the clean-up. */
const ALL_TWENTY: Ratings = { gamma: 1056.661, beta: 1030.36, alpha: 912.979 };
/** With the weights of B94. */
const WEIGHTED: Ratings = { alpha: 1055.33, gamma: 1055.33, beta: 889.34 };

async function rank(file: string, ...options: readonly string[]): Promise<RatingResultJson> {
  const result = ratingsOf(await runVerb('rank', [file, ...options, '--json']));
  if (!('models' in result)) throw new Error(JSON.stringify(result));
  return result;
}

function ratingsIn({ models }: RatingResultJson): Ratings {
  return Object.fromEntries(
    models
      .filter(({ rating }) => rating !== null)
      .map(({ model, rating }) => [model, Number(rating!.toFixed(3))]),
  );
}

const codes = ({ warnings }: RatingResultJson) => warnings.map(({ code }) => code);
const messageOf = ({ warnings }: RatingResultJson, code: string) =>
  warnings.find((warning) => warning.code === code)?.message;

describe('ratings of files as the field ships them', () => {
  it.each<readonly [file: string, options: string, read: number, used: number, Ratings]>([
    ['B00_base_clean_battle.json', '', 12, 12, BASE],
    ['B94_plain_with_tstamp.csv', '--cluster rater', 12, 12, WEIGHTED],
    ['B94_plain_with_timestamp.csv', '--cluster rater', 12, 12, WEIGHTED],
    ['B95_plain_question_judge_turn.csv', '', 12, 12, WEIGHTED],
    ['B09_mtbench_gpt4pair_hf.jsonl', '', 12, 4, { gamma: 1095.424, beta: 904.576 }],
    ['B01_anony_false.json', '', 20, 12, BASE],
    ['B01_anony_false.json', '--unblinded keep', 20, 20, ALL_TWENTY],
    ['B02_dedup_tag.json', '', 20, 20, ALL_TWENTY],
    ['B02_dedup_tag.json', '--oversampled drop', 20, 12, BASE],
    ['B05_33k.jsonl', '', 12, 12, BASE],
    ['B05_33k_jsoncell.csv', '', 12, 12, BASE],
    ['B05_33k_pandas_list.csv', '', 12, 12, BASE],
    ['B05_33k_pandas_list.csv', '--cluster prompt', 12, 12, BASE],
    ['B13_140k_image_prompt.jsonl', '', 12, 12, BASE],
    ['B14b_33k_tool_role.jsonl', '', 12, 12, BASE],
    ['B14b_33k_tool_role.jsonl', '--method plackett-luce', 12, 12, BASE],
    ['B17_55k_labels_only.csv', '', 12, 12, BASE],
    ['B18_55k_bools.csv', '', 12, 12, BASE],
    ['B20_55k_python_lists.csv', '', 12, 12, BASE],
    ['B100_kaggle_nul_in_list.csv', '', 12, 12, BASE],
    ['B99d_times_us_only.jsonl', '', 12, 12, BASE],
    ['B99f_tstamp_ms.json', '', 12, 12, BASE],
    ['B106_weights_plain.jsonl', '', 12, 12, { gamma: 1077.816, alpha: 1046.24, beta: 875.945 }],
  ])('%s %s', async (file, options, read, used, ratings) => {
    const result = await rank(caseFile(file), ...options.split(' ').filter((word) => word !== ''));
    expect(result.comparisons).toMatchObject({ read, used });
    expect(ratingsIn(result)).toEqual(ratings);
  });

  it('say what was left out, and what counts though others leave it out', async () => {
    const blind = await rank(caseFile('B01_anony_false.json'));
    expect(blind.comparisons.excluded).toEqual([{ reason: 'not_blind', count: 8 }]);
    const sampled = await rank(caseFile('B02_dedup_tag.json'));
    expect(messageOf(sampled, 'oversampled')).toMatch(/^8 comparisons .*--oversampled drop/);
    expect(codes(await rank(caseFile('B02_dedup_tag.json'), '--oversampled', 'drop'))).not.toContain(
      'oversampled',
    );
  });

  it('have the same style from a cell that Python printed as from an object', async () => {
    const objects = await rank(caseFile('B03_style.json'), '--method', 'contextual');
    const cells = await rank(caseFile('B03_style_pandas_repr.csv'), '--method', 'contextual');
    expect(objects.comparisons).toMatchObject({ read: 54, used: 54, excluded: [] });
    expect(cells.models).toEqual(objects.models);
    expect(cells.style).toEqual(objects.style);
  });

  it.each([['B124_alpaca_whitespace_losses.json'], ['B124b_alpaca_empty_losses.json']])(
    'count blank answers: %s',
    async (file) => {
      const result = await rank(caseFile(file), '--method', 'win-rate', '--baseline', 'base');
      expect(result.comparisons).toMatchObject({ read: 4, used: 4 });
      expect(result.models.find(({ model }) => model === 'mine')?.win_rate).toBe(25);
    },
  );

  it('count blank answers of either side', async () => {
    const result = await rank(
      caseFile('B23_alpaca_empty_outputs.json'),
      '--method',
      'win-rate',
      '--baseline',
      'base',
    );
    expect(result.comparisons).toMatchObject({ read: 6, used: 6 });
    expect(result.models.find(({ model }) => model === 'mine')?.win_rate).toBe(50);
  });

  it('are of votes in the order of their times, where a method depends on it', async () => {
    const file = caseFile('B71_unsorted_tstamp.json');
    const elo = await rank(file, '--method', 'elo', '--interval', 'none');
    expect(ratingsIn(elo).alpha).toBe(1003.966);
    expect(codes(elo)).toContain('ordered_by_time');
    expect(codes(await rank(file))).not.toContain('ordered_by_time');
    expect(codes(await rank(file, '--method', 'glicko2'))).toContain('ordered_by_time');
  });

  it('name the columns that were not used', async () => {
    const result = await rank(caseFile('B13_140k_image_prompt.jsonl'));
    expect(messageOf(result, 'columns_unused')).toBe(
      'B13_140k_image_prompt.jsonl, read as fastchat-battles: columns that were not used: evaluation_order, full_conversation, category_tag, is_code.',
    );
  });

  it('refuse times and weights that are none, equal ones told once', async () => {
    const times = await runVerb('rank', [caseFile('B60b_bad_times.csv'), '--json']);
    expect(ratingsOf(times)).toMatchObject({ comparisons: { read: 12 } });
    expect(times.err).toBe(
      'refused 9 × not a time of the years 1970 to 9999, first at B60b_bad_times.csv:2 timestamp "NaT"\n',
    );
    const weights = await runVerb('rank', [caseFile('B61_weights.csv'), '--json']);
    expect(ratingsOf(weights)).toMatchObject({
      comparisons: {
        excluded: expect.arrayContaining([
          { reason: 'not a number', count: 5 },
          { reason: 'a weight below 0', count: 1 },
        ]),
      },
    });
    expect(weights.err).toContain('refused 5 × not a number, first at B61_weights.csv:6 weight "0x10"\n');
  });

  it('refuse an export of preferences until it is said which column is the outcome', async () => {
    const file = caseFile('B39_label_studio_min.json');
    const error = errorOf(await runVerb('rank', [file, '--json']));
    expect(error).toMatchObject({ code: 'unknown_format' });
    expect(error?.hint).toContain('--map pw=winner');
    const mapped = await rank(file, '--map', 'pw=winner');
    expect(mapped.comparisons).toEqual({ read: 12, used: 10, excluded: [{ reason: 'missing', count: 2 }] });
    // an unset choice is a tie to this one
    const ties = await rank(file, '--map', 'pw=winner', '--label', '=tie');
    expect(ratingsIn(ties)).toEqual(BASE);
  });
});

describe('agreement of files as the field ships them', () => {
  it('pairs people and judges of MT-bench by question and turn', async () => {
    const files = ['B09_mtbench_human_hf.jsonl', 'B09_mtbench_gpt4pair_hf.jsonl'].map(caseFile);
    const { out, code } = await runVerb('agreement', [...files, '--by', 'source', '--json']);
    expect(code).toBe(0);
    const { pairs } = JSON.parse(out) as { pairs: { items: number; agreement: number; kappa: number }[] };
    expect(pairs).toMatchObject([{ left: 'judges', right: 'people', items: 24 }]);
    expect(pairs[0]!.agreement).toBeCloseTo(0.5833, 4);
    expect(pairs[0]!.kappa).toBeCloseTo(0.318, 3);
  });
});

describe.skipIf(dataFolder === null)(`PandaLM's test set (${whyNoData})`, () => {
  it('has 170 prompts by their texts, which intervals by prompt rest on', async () => {
    const result = await rank(`${dataFolder}pandalm/testset-v1.json`, '--cluster', 'prompt');
    const llama = result.models.find(({ model }) => model === 'llama-7b')!;
    expect((llama.high! - llama.low!) / 2).toBeCloseTo(40, 0);
    expect(result.comparisons).toMatchObject({ read: 2997, used: 2997 });
  });
});
