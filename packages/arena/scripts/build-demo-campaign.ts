/**
 * Makes data/demo/*.json and *.jsonl from the public MT-bench files:
 *   node packages/arena/scripts/build-demo-campaign.ts DIR
 * DIR holds demo_seed/mtbench_demo.json and mtbench_human/*.jsonl. Nothing is invented: rows are selected and renamed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Vote = {
  question_id: number;
  model_a: string;
  model_b: string;
  judge: string;
  turn: number;
  winner: string;
};
type Prompt = { id: number; category: string; turns: string[]; reference: string[] | null };
type Answer = { prompt_id: number; model: string; turns: string[] };
type Seed = { prompts: Prompt[]; answers: Answer[]; human_votes: Vote[]; judge_votes: Vote[] };
type Question = { question_id: number; category: string; turns: string[]; reference?: string[] };

/** A prompt that asks to imitate a living person is not for a first screen; this one takes its place. */
const REPLACED = 91;
const REPLACEMENT = 97;

const MODELS = [
  {
    name: 'gpt-4',
    title: 'GPT-4',
    provider: 'OpenAI',
    licence: 'proprietary',
    openWeights: false,
    aliases: ['GPT-4'],
  },
  {
    name: 'gpt-3.5-turbo',
    title: 'GPT-3.5 Turbo',
    provider: 'OpenAI',
    licence: 'proprietary',
    openWeights: false,
    aliases: ['GPT-3.5', 'ChatGPT'],
  },
  {
    name: 'claude-v1',
    title: 'Claude v1',
    provider: 'Anthropic',
    licence: 'proprietary',
    openWeights: false,
    aliases: ['Claude'],
  },
  {
    name: 'vicuna-13b-v1.2',
    title: 'Vicuna 13B v1.2',
    provider: 'LMSYS',
    licence: 'non-commercial',
    openWeights: true,
    aliases: ['Vicuna'],
  },
  {
    name: 'alpaca-13b',
    title: 'Alpaca 13B',
    provider: 'Stanford',
    licence: 'CC BY-NC 4.0',
    openWeights: true,
    aliases: ['Alpaca'],
  },
  {
    name: 'llama-13b',
    title: 'LLaMA 13B',
    provider: 'Meta',
    licence: 'non-commercial',
    openWeights: true,
    aliases: ['LLaMA'],
  },
] as const;

const OUTCOMES: Readonly<Record<string, string>> = {
  model_a: 'model_a',
  model_b: 'model_b',
  tie: 'tie',
  'tie (inconsistent)': 'tie',
};

const dir = process.argv[2];
if (dir === undefined) throw new Error('usage: build-demo-campaign.ts DIR');
const readLines = <Row>(name: string): Row[] =>
  readFileSync(join(dir, 'mtbench_human', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const seed = JSON.parse(readFileSync(join(dir, 'demo_seed', 'mtbench_demo.json'), 'utf8')) as Seed;
const question = readLines<Question>('question.jsonl').find((row) => row.question_id === REPLACEMENT)!;
const own = <Row extends { question_id: number }>(rows: readonly Row[]) =>
  rows.filter((row) => row.question_id === REPLACEMENT);

const prompts = seed.prompts
  .map((prompt) =>
    prompt.id === REPLACED
      ? {
          id: REPLACEMENT,
          category: question.category,
          turns: question.turns,
          reference: question.reference ?? null,
        }
      : prompt,
  )
  .sort((x, y) => x.id - y.id);
const answers = [
  ...seed.answers.filter((row) => row.prompt_id !== REPLACED),
  ...own(readLines<Omit<Answer, 'prompt_id'> & { question_id: number }>('answers.jsonl')).map(
    ({ question_id, model, turns }) => ({
      prompt_id: question_id,
      model,
      turns,
    }),
  ),
].sort((x, y) => x.prompt_id - y.prompt_id || (x.model < y.model ? -1 : 1));
const votes = [
  ...seed.human_votes.filter((row) => row.question_id !== REPLACED),
  ...own(readLines<Vote>('votes_human.jsonl')),
];
const verdicts = [
  ...seed.judge_votes.filter((row) => row.question_id !== REPLACED),
  ...own(readLines<Vote>('votes_gpt4_pair.jsonl')),
];

function rename({ question_id, model_a, model_b, turn, winner }: Vote) {
  const outcome = OUTCOMES[winner];
  if (outcome === undefined) throw new Error(`unknown label ${winner}`);
  return { prompt_id: `mtbench-${question_id}`, turn, model_a, model_b, winner: outcome };
}

const campaign = {
  title: 'MT-bench excerpt, six models',
  licence: 'Prompts Apache-2.0; answers, votes and verdicts CC BY 4.0.',
  attribution:
    'MT-bench questions by lm-sys/FastChat; answers, expert votes and judge verdicts from lmsys/mt_bench_human_judgments (Zheng et al. 2023, arXiv:2306.05685).',
  models: MODELS,
};
const tables = {
  prompts: prompts.map(({ id, category, turns, reference }) => ({
    prompt_id: `mtbench-${id}`,
    turns,
    category,
    language: 'en',
    ...(reference === null ? {} : { reference }),
  })),
  answers: answers.map(({ prompt_id, model, turns }) => ({
    prompt_id: `mtbench-${prompt_id}`,
    model,
    answer: turns,
  })),
  votes: votes.map((row) => ({ ...rename(row), rater: row.judge })),
  verdicts: verdicts.map((row) => ({ ...rename(row), judge: 'gpt-4 (MT-bench pairwise)' })),
};
const place = (name: string) => new URL(`../data/demo/${name}`, import.meta.url);
const lines = Object.entries(campaign).map(([key, value]) =>
  Array.isArray(value)
    ? `${JSON.stringify(key)}: [\n${value.map((row) => JSON.stringify(row)).join(',\n')}\n]`
    : `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
);
writeFileSync(place('campaign.json'), `{\n${lines.join(',\n')}\n}\n`);
for (const [name, rows] of Object.entries(tables))
  writeFileSync(place(`${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const raters = new Set(tables.votes.map((vote) => vote.rater)).size;
process.stdout.write(
  `${tables.prompts.length} prompts, ${tables.answers.length} answers, ${tables.votes.length} votes by ${raters} raters, ${tables.verdicts.length} verdicts\n`,
);
