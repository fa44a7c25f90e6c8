import { COMPARISON_SOURCES, type ComparisonSource, type Outcome } from '@agon/domain';
import { writeCsv, writeJsonl } from '@agon/formats';
import fc from 'fast-check';

/** What some format can say of a comparison; each format says of it what it can. */
export type Said = {
  readonly a: string;
  readonly b: string;
  readonly outcome: Outcome;
  readonly isJudged: boolean;
  readonly rater: string | null;
  readonly prompt: string | null;
  readonly turn: number | null;
  readonly weight: number | null;
  readonly share: number | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly seconds: number | null;
  readonly id: string | null;
};

const MODELS = ['alpha', 'beta-2', 'gamma (β)', 'δ, "quoted"'];
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 1 });

const said: fc.Arbitrary<Said> = fc
  .record({
    models: fc.tuple(fc.nat(3), fc.nat(2)).map(([a, step]) => [a, (a + 1 + step) % 4] as const),
    outcome: fc.constantFrom<Outcome>('a', 'a', 'b', 'b', 'tie', 'both_bad'),
    isJudged: fc.boolean(),
    rater: some(fc.constantFrom('ann', 'Böb', '7')),
    prompt: some(fc.constantFrom('1', '2', '3', '4')),
    turn: rarely(fc.integer({ min: 1, max: 3 })),
    weight: rarely(fc.constantFrom(0, 0.1, 2, 2, 3, 3, 1)),
    share: rarely(fc.constantFrom(0, 0.3, 0.5, 0.75, 1)),
    category: rarely(fc.constantFrom('writing', 'math')),
    language: rarely(fc.constantFrom('en', 'zh')),
    seconds: fc.integer({ min: 1_600_000_000, max: 1_600_000_020 }),
    id: some(fc.constantFrom('0', '1', '2')),
  })
  .map(({ models: [a, b], ...rest }) => ({ a: MODELS[a]!, b: MODELS[b]!, ...rest }));

/** Rows of a file: some of them twice, and times in all of them or not. */
const rows: fc.Arbitrary<readonly Said[]> = fc
  .record({
    rows: fc.array(said, { minLength: 4, maxLength: 40, size: 'max' }),
    again: fc.array(fc.nat(), { maxLength: 6 }),
    timed: fc.constantFrom('all', 'some', 'none'),
  })
  .map(({ rows: given, again, timed }) =>
    [...given, ...again.map((at) => given[at % given.length]!)].map((row, at) =>
      timed === 'all' || (timed === 'some' && at % 3 > 0) ? row : { ...row, seconds: null },
    ),
  );

/** The row without the fields that it does not say. */
function told(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

const winner = (outcome: Outcome) =>
  ({ a: 'model_a', b: 'model_b', tie: 'tie', both_bad: 'tie (bothbad)' })[outcome];
const text = (row: Said) => `What of ${row.prompt ?? '0'}?`;
const answer = (row: Said, slot: 'a' | 'b') => `${row[slot]} on ${row.prompt ?? '0'}`;
const talk = (row: Said, slot: 'a' | 'b') => [
  { role: 'user', content: text(row) },
  { role: 'assistant', content: answer(row, slot) },
];
const plain = (row: Said) => ({
  id: row.id,
  model_a: row.a,
  model_b: row.b,
  winner: winner(row.outcome),
  source: row.isJudged ? 'judges' : 'people',
  rater: row.rater,
  prompt_id: row.prompt,
  turn: row.turn,
  weight: row.weight,
  share_a: row.share,
  category: row.category,
  language: row.language,
  timestamp: row.seconds,
});
const decided = (row: Said): 'a' | 'b' | 'tie' => (row.outcome === 'both_bad' ? 'tie' : row.outcome);

/** How a file of each format says these rows: its name and its text. */
const WRITERS: Readonly<Record<string, (rows: readonly Said[]) => readonly [name: string, text: string]>> = {
  'plain JSON lines': (given) => ['votes.jsonl', writeJsonl(given.map((row) => told(plain(row))))],
  'plain CSV': (given) => ['votes.csv', writeCsv(given.map(plain))],
  'FastChat battles': (given) => [
    'clean_battle.json',
    JSON.stringify(
      given.map((row) =>
        told({
          question_id: row.id,
          model_a: row.a,
          model_b: row.b,
          winner: winner(row.outcome),
          judge: row.rater,
          turn: row.turn ?? 1,
          anony: true,
          language: row.language ?? 'English',
          tstamp: row.seconds === null ? null : row.seconds + 0.25,
          ...(row.prompt === null ? {} : { conversation_a: talk(row, 'a'), conversation_b: talk(row, 'b') }),
        }),
      ),
    ),
  ],
  'Kaggle 55k': (given) => [
    'train.csv',
    writeCsv(
      given.map((row, at) => ({
        id: row.id ?? String(at + 100),
        model_a: row.a,
        model_b: row.b,
        prompt: [text(row)],
        response_a: [answer(row, 'a')],
        response_b: [answer(row, 'b')],
        winner_model_a: Number(decided(row) === 'a'),
        winner_model_b: Number(decided(row) === 'b'),
        winner_tie: Number(decided(row) === 'tie'),
      })),
    ),
  ],
  'MT-bench votes': (given) => [
    'human.jsonl',
    writeJsonl(
      given.map((row) => ({
        question_id: Number(row.prompt ?? 9),
        model_a: row.a,
        model_b: row.b,
        winner: winner(decided(row)),
        judge: row.isJudged ? ['gpt-4', 'pair-v2'] : `expert_${row.rater ?? 'none'}`,
        turn: row.turn ?? 1,
      })),
    ),
  ],
  'MT-bench judgments in pairs': (given) => [
    'gpt-4_pair.jsonl',
    writeJsonl(
      given.map((row) => ({
        question_id: Number(row.prompt ?? 9),
        model_1: row.a,
        model_2: row.b,
        g1_winner: decided(row) === 'b' ? 'model_2' : 'model_1',
        g2_winner: decided(row) === 'a' ? 'model_1' : 'model_2',
        judge: ['gpt-4', row.rater ?? 'pair-v2'],
        turn: row.turn ?? 1,
      })),
    ),
  ],
  'Arena-Hard judgments': (given) => [
    'judgment.jsonl',
    writeJsonl(
      given.map((row, at) => ({
        question_id: row.prompt ?? '9',
        model: row.a,
        judge: `judge ${row.rater ?? 'x'}`,
        baseline: row.b,
        games: [
          { score: ['A>>B', 'A>B', 'A=B', 'B>A', 'B>>A'][at % 5] },
          { score: decided(row) === 'a' ? 'A>>B' : decided(row) === 'b' ? 'B>A' : 'A=B' },
        ],
        ...(row.category === null ? {} : { category: row.category }),
      })),
    ),
  ],
  'AlpacaEval annotations': (given) => [
    'annotations.json',
    JSON.stringify(
      given.map((row) => ({
        instruction: text(row),
        output_1: answer(row, 'a'),
        output_2: answer(row, 'b'),
        generator_1: row.a,
        generator_2: row.b,
        annotator: row.rater ?? 'weighted',
        preference:
          { a: 1, b: 2, tie: 1.5, both_bad: 0 }[row.outcome] + (row.share ?? 0) * Number(row.outcome === 'a'),
      })),
    ),
  ],
  'AlpacaEval table': (given) => [
    'table.csv',
    writeCsv(
      given.map((row) => ({
        model: row.b,
        idx: Number(row.prompt ?? 9),
        baseline: row.a,
        preference: row.share === null ? { a: 1, b: 2, tie: 1.5, both_bad: 0 }[row.outcome] : 2 - row.share,
      })),
    ),
  ],
  llmfao: (given) => [
    'crowd-comparisons.csv',
    writeCsv(
      given.map((row, at) => ({
        id: at,
        prompt: row.prompt ?? '9',
        model_x: 1,
        model_y: 2,
        worker: row.rater ?? '0',
        winner: { a: 'left', b: 'right', tie: 'tie' }[decided(row)],
        left: row.a,
        right: row.b,
      })),
    ),
  ],
  PandaLM: (given) => [
    'testset-v1.json',
    JSON.stringify(
      given.map((row, at) => ({
        idx: at,
        cmp_key: `${row.a}_${row.b}`,
        instruction: text(row),
        input: '',
        response1: answer(row, 'a'),
        response2: answer(row, 'b'),
        annotator1: { a: 1, b: 2, tie: 0 }[decided(row)],
        annotator2: at % 3,
        ...(row.category === null ? {} : { motivation_app: row.category }),
      })),
    ),
  ],
  'FastChat log': (given) => [
    'conv.json',
    writeJsonl(
      given.map((row) => ({
        tstamp: row.seconds ?? 1_600_000_001,
        type: { a: 'leftvote', b: 'rightvote', tie: 'tievote', both_bad: 'bothbad_vote' }[row.outcome],
        models: ['', ''],
        states: (['a', 'b'] as const).map((slot) => ({
          ...(row.id === null ? {} : { conv_id: row.id }),
          model_name: row[slot],
          offset: 0,
          messages: [
            ['USER', text(row)],
            ['ASSISTANT', answer(row, slot)],
          ],
        })),
        ...(row.rater === null ? {} : { ip: row.rater }),
      })),
    ),
  ],
};

export type ComparisonFile = { readonly name: string; readonly text: string };

/** Whose comparisons a format can hold; both where it is not named. */
const SOURCES: Readonly<Record<string, readonly ComparisonSource[]>> = {
  'FastChat battles': ['people'],
  'Kaggle 55k': ['people'],
  'MT-bench judgments in pairs': ['judges'],
  'Arena-Hard judgments': ['judges'],
  'AlpacaEval annotations': ['judges'],
  'AlpacaEval table': ['judges'],
  llmfao: ['people'],
  PandaLM: ['people'],
  'FastChat log': ['people'],
};

/** Files of each format. */
export const comparisonFiles: Readonly<
  Record<
    string,
    { readonly file: fc.Arbitrary<ComparisonFile>; readonly sources: readonly ComparisonSource[] }
  >
> = Object.fromEntries(
  Object.entries(WRITERS).map(([format, write]) => [
    format,
    {
      file: rows.map((given) => {
        const [name, text] = write(given);
        return { name, text };
      }),
      sources: SOURCES[format] ?? COMPARISON_SOURCES,
    },
  ]),
);
