/**
 * `npm run bench:coverage [-- --campaigns 500] [--truth 400000] [--seed 1] [--only ratings,few,…]`: how
 * often the 95 % intervals hold the truth, in simulated campaigns whose truth is known. Prints the tables of
 * docs/benchmarks.md. ± is one standard error, from whole campaigns.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { ComparisonColumns } from '@agon/domain';
import { type Line, measureLines } from './measure-lines.ts';
import { measureLists } from './measure-lists.ts';
import { measurePairwise } from './measure-pairwise.ts';
import { measureOpinions, measureReliability } from './measure-people.ts';
import { printCoverage, printPairwise } from './print-coverage.ts';
import {
  readCoefficients,
  readControlledRates,
  readRatings,
  readTieParameter,
  readWinRates,
} from './read-intervals.ts';
import { simulateBaseline } from './simulate-baseline.ts';
import type { ListsSize } from './simulate-lists.ts';
import { type CampaignSize, type SimulatedJudge, simulateVotes, type VotingWorld } from './simulate-votes.ts';

const PARTS = [
  'ratings',
  'few',
  'uneven',
  'contextual',
  'lists',
  'baseline',
  'judge',
  'pairwise',
  'people',
] as const;
const { values: options } = parseArgs({
  options: {
    campaigns: { type: 'string', default: '500' },
    truth: { type: 'string', default: '400000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: PARTS.join(',') },
  },
});
const [campaigns, endless, { seed }] = [Number(options.campaigns), Number(options.truth), options];
const parts = options.only.split(',');
if (!Number.isInteger(campaigns) || campaigns < 2 || !(endless >= 1000) || !parts.every(isPart)) {
  throw new Error(`--campaigns from 2, --truth from 1000, --only of ${PARTS.join(', ')}`);
}

const WORLD: VotingWorld = {
  strengths: [0.75, 0.5, 0.3, 0.1, -0.1, -0.3, -0.5, -0.75],
  raterTaste: 0.5,
  promptTaste: 0.5,
  lengthEffect: 1,
  wordiness: [0.3, -0.1, 0.2, 0, -0.2, 0.1, -0.3, 0],
  positionEffect: 0.15,
  ties: 0.8,
};
const SIZE: CampaignSize = { votes: 1800, raters: 120, prompts: 120 };
const PROMPTS = 400;
const LISTS_SIZE: ListsSize = { lists: 600, raters: 60, prompts: 60 };
/** People and a judge: prompts on which answers differ more and raters less, few votes, many verdicts. */
const JUDGED_WORLD: VotingWorld = { ...WORLD, raterTaste: 0.3, promptTaste: 1 };
const JUDGED_SIZE: CampaignSize = { votes: 900, raters: 90, prompts: 300 };
const JUDGE: SimulatedJudge = {
  errors: [0.25, -0.2, 0.1, 0.3, -0.25, -0.1, 0.2, -0.3],
  sureness: 2,
  battles: 28,
};

const BOTH = { cluster: 'rater,prompt' } as const;
const STYLE = { ...BOTH, method: 'contextual', style: ['length', 'position'] } as const;
const DAVIDSON = { ...BOTH, method: 'davidson' } as const;
const BASELINE = { baseline: `model-${WORLD.strengths.length - 1}` } as const;

const RATINGS: readonly Line[] = [
  { name: 'Bradley–Terry, sandwich, by rater and prompt', settings: BOTH, read: readRatings },
  {
    name: 'Bradley–Terry, bootstrap, by rater and prompt',
    settings: { ...BOTH, interval: 'bootstrap' },
    read: readRatings,
  },
  { name: 'Davidson, sandwich, by rater and prompt', settings: DAVIDSON, read: readRatings },
  {
    name: 'Rao–Kupper, sandwich, by rater and prompt',
    settings: { ...BOTH, method: 'rao-kupper' },
    read: readRatings,
  },
  { name: 'contextual (length, position), by rater and prompt', settings: STYLE, read: readRatings },
  { name: 'Bradley–Terry, sandwich, by rater only', settings: { cluster: 'rater' }, read: readRatings },
  { name: 'Bradley–Terry, sandwich, by prompt only', settings: { cluster: 'prompt' }, read: readRatings },
  { name: 'Bradley–Terry, sandwich, votes as if independent', settings: {}, read: readRatings },
  {
    name: 'Bradley–Terry, bootstrap, votes as if independent',
    settings: { interval: 'bootstrap' },
    read: readRatings,
  },
  { name: 'Bradley–Terry, Fisher', settings: { interval: 'fisher' }, read: readRatings },
];
/** Where what the error rests on is few. */
const FEW_SIZE: CampaignSize = { votes: 600, raters: 10, prompts: 10 };
const FEW: readonly Line[] = [
  { name: 'Bradley–Terry, sandwich', settings: BOTH, read: readRatings },
  { name: 'Bradley–Terry, bootstrap', settings: { ...BOTH, interval: 'bootstrap' }, read: readRatings },
  { name: 'Davidson, sandwich', settings: DAVIDSON, read: readRatings },
  { name: 'contextual (length, position), sandwich', settings: STYLE, read: readRatings },
  { name: 'Elo, bootstrap', settings: { ...BOTH, method: 'elo', interval: 'bootstrap' }, read: readRatings },
];
/** Raters alone have tastes, and one may vote far more than the others. */
const UNEVEN_WORLD: VotingWorld = { ...WORLD, promptTaste: 0 };
const UNEVEN: readonly CampaignSize[] = [
  { votes: 600, raters: 5, prompts: 600 },
  { votes: 600, raters: 20, prompts: 600 },
  ...[undefined, 0.12, 0.2, 0.33, 0.5].map((first) => ({ votes: 1200, raters: 60, prompts: 1200, first })),
];
/** Refits of all votes, so fewer of them: 200 rounds. */
const CONTEXTUAL: readonly Line[] = [
  {
    name: 'contextual (length, position), bootstrap',
    settings: { ...STYLE, interval: 'bootstrap', rounds: 200 },
    read: readRatings,
  },
  {
    name: 'its coefficients, in logits',
    settings: { ...STYLE, interval: 'bootstrap', rounds: 200 },
    read: readCoefficients,
  },
];
const PARAMETERS: readonly Line[] = [
  { name: 'Davidson’s ν', settings: DAVIDSON, read: readTieParameter },
  { name: 'coefficients of length and position, in logits', settings: STYLE, read: readCoefficients },
];
const PANEL: readonly Line[] = [
  {
    name: 'win rate against the panel, by rater and prompt',
    settings: { ...BOTH, method: 'win-rate' },
    read: readWinRates,
  },
];
const AGAINST_BASELINE: readonly Line[] = [
  {
    name: 'win rate against a baseline, by prompt',
    settings: { ...BASELINE, method: 'win-rate', cluster: 'prompt' },
    read: readWinRates,
  },
  {
    name: 'length-controlled win rate',
    settings: { ...BASELINE, method: 'length-controlled' },
    read: readControlledRates,
  },
];
const POWERED: Line = {
  name: 'people and judge together (prediction-powered), by rater and prompt',
  settings: { ...BOTH, method: 'prediction-powered' },
  truth: 'bradley-terry',
  read: readRatings,
};
const PEOPLE_ALONE: Line = { name: 'people alone, by rater and prompt', settings: BOTH, read: readRatings };
const JUDGE_ALONE: Line = { name: 'the judge alone, taken for people', settings: {}, read: readRatings };

process.stdout.write(
  `${campaigns} campaigns, seed ${seed}, truth from ${endless.toLocaleString('en')} votes; Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}\n`,
);
const crowd = (
  votes: number,
  tag: string,
  size = SIZE,
  world = WORLD,
  judge: SimulatedJudge | null = null,
) => {
  const times = votes / size.votes;
  const [raters, prompts] = [Math.round(size.raters * times), Math.round(size.prompts * times)];
  return simulateVotes(world, { votes, raters, prompts }, `${seed}/${tag}`, judge);
};
const measureVotes = (lines: readonly Line[]) =>
  measureLines(lines, crowd(endless, 'truth'), campaigns, (n) => crowd(SIZE.votes, `${n}`));

if (parts.includes('ratings')) {
  printCoverage('1,800 votes of 120 raters on 120 prompts', 'Elo points', measureVotes(RATINGS));
  printCoverage('the same votes: other numbers', 'in their own unit', measureVotes(PARAMETERS));
  printCoverage('the same votes: win rates', 'per cent', measureVotes(PANEL));
}
if (parts.includes('few')) {
  const lines = measureLines(FEW, crowd(endless, 'truth'), campaigns, (n) =>
    simulateVotes(WORLD, FEW_SIZE, `${seed}/few/${n}`),
  );
  printCoverage('600 votes of 10 raters on 10 prompts, by rater and prompt', 'Elo points', lines);
}
if (parts.includes('uneven')) {
  const size: CampaignSize = { votes: endless, raters: Math.round(endless / 15), prompts: endless };
  const truth = simulateVotes(UNEVEN_WORLD, size, `${seed}/uneven/truth`);
  const lines = UNEVEN.flatMap((of) => {
    const share =
      of.first === undefined ? '' : `, one of them with ${Math.round(100 * of.first)} % of the votes`;
    const line: Line = {
      name: `Bradley–Terry, sandwich, ${of.raters} raters${share}`,
      settings: { cluster: 'rater' },
      read: readRatings,
    };
    return measureLines([line], truth, campaigns, (n) =>
      simulateVotes(UNEVEN_WORLD, of, `${seed}/uneven/${n}`),
    );
  });
  printCoverage('600 votes, of 60 raters 1,200, by rater; prompts are all alike', 'Elo points', lines);
}
if (parts.includes('contextual')) {
  const fewer = Math.max(2, Math.round(campaigns / 5));
  const lines = measureLines(CONTEXTUAL, crowd(endless, 'truth'), fewer, (n) => crowd(SIZE.votes, `${n}`));
  printCoverage(
    `1,800 votes of 120 raters on 120 prompts, ${fewer} campaigns, by rater and prompt`,
    'Elo points',
    lines,
  );
}
if (parts.includes('lists')) {
  printCoverage(
    '600 lists of four models, by 60 raters on 60 prompts',
    'Elo points',
    measureLists(WORLD, LISTS_SIZE, campaigns, seed),
  );
}
if (parts.includes('baseline')) {
  const columns = (prompts: number, tag: string) => simulateBaseline(WORLD, prompts, `${seed}/${tag}`);
  const lines = measureLines(
    AGAINST_BASELINE,
    columns(Math.round(endless / (WORLD.strengths.length - 1)), 'truth'),
    campaigns,
    (n) => columns(PROMPTS, `${n}`),
  );
  printCoverage(`seven models against a baseline on ${PROMPTS} prompts`, 'per cent', lines);
}
if (parts.includes('judge')) {
  const judged = (n: number) => crowd(JUDGED_SIZE.votes, `judged/${n}`, JUDGED_SIZE, JUDGED_WORLD, JUDGE);
  const truth = crowd(endless, 'judged/truth', JUDGED_SIZE, JUDGED_WORLD);
  printCoverage('900 votes of 90 raters on 300 prompts, and a judge on all 8,400 battles', 'Elo points', [
    ...measureLines([POWERED], truth, campaigns, judged),
    ...measureLines([PEOPLE_ALONE], truth, campaigns, (n) => rowsOf(judged(n), 0)),
    ...measureLines([JUDGE_ALONE], truth, campaigns, (n) => rowsOf(judged(n), 1)),
  ]);
}
if (parts.includes('pairwise')) {
  for (const spread of [0.3, 1.2]) {
    printPairwise(
      `P(i above j), models of new strengths in each campaign, sd ${spread} logits`,
      measurePairwise({ ...WORLD, strengths: WORLD.strengths.map(() => spread) }, SIZE, campaigns, seed),
    );
  }
}
if (parts.includes('people')) {
  const opinions = measureOpinions({ battles: 200, raters: 60 }, 40_000, campaigns, seed);
  printCoverage('200 battles, each decided by a judge and three of 60 people', 'as a share', opinions);
  const fewer = Math.max(2, Math.round(campaigns / 10));
  printCoverage(`reliability of 40 raters, ${fewer} campaigns`, 'as a share', [
    ...measureReliability(WORLD, 60, 0.2, fewer, seed),
    ...measureReliability(WORLD, 200, 0.2, fewer, seed),
  ]);
}

/** Of people (0) or of judges (1) alone. */
function rowsOf(columns: ComparisonColumns, source: 0 | 1): ComparisonColumns {
  const rows = Int32Array.from(columns.a, (_, row) => row).filter((row) => columns.source![row] === source);
  const pick = (column: Int32Array): Int32Array => Int32Array.from(rows, (row) => column[row]!);
  return {
    length: rows.length,
    models: columns.models,
    a: Uint16Array.from(rows, (row) => columns.a[row]!),
    b: Uint16Array.from(rows, (row) => columns.b[row]!),
    outcome: Uint8Array.from(rows, (row) => columns.outcome[row]!),
    rater: pick(columns.rater!),
    prompt: pick(columns.prompt!),
  };
}

function isPart(part: string): boolean {
  return (PARTS as readonly string[]).includes(part);
}
