import type { Command } from 'commander';
import { reportError } from './report-error.ts';

/** One file a verb; only the file of the verb that was asked for is loaded. */
const VERBS: Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ readonly command: () => Command }> }>
> = {
  start: {
    summary: 'run the arena: database, web pages, API and judge service',
    load: () => import('./verbs/start.ts'),
  },
  rank: {
    summary: 'ratings from files, without a database, or from a campaign',
    load: () => import('./verbs/rank.ts'),
  },
  agreement: {
    summary: 'how far raters, people and judges agree',
    load: () => import('./verbs/agreement.ts'),
  },
  raters: {
    summary: 'how far each voter or judge can be relied on',
    load: () => import('./verbs/raters.ts'),
  },
  import: {
    summary: 'add prompts, answers, votes, verdicts or scores to a campaign',
    load: () => import('./verbs/import.ts'),
  },
  export: { summary: 'write what a campaign holds to a file', load: () => import('./verbs/export.ts') },
  campaign: {
    summary: 'list, show, create, open and close campaigns',
    load: () => import('./verbs/campaign.ts'),
  },
  judge: {
    summary: 'list judges; ask a judge model about a campaign',
    load: () => import('./verbs/judge.ts'),
  },
  answer: {
    summary: 'ask models for answers to the prompts of a campaign',
    load: () => import('./verbs/answer.ts'),
  },
  provider: {
    summary: 'list, add, check and remove providers: where models are reached',
    load: () => import('./verbs/provider.ts'),
  },
  models: {
    summary: 'fetch models that run on this machine from the Hugging Face hub',
    load: () => import('./verbs/models.ts'),
  },
  runs: {
    summary: 'list, show, pause, resume, cancel and retry runs',
    load: () => import('./verbs/runs.ts'),
  },
  board: { summary: 'the unified ranking of a campaign', load: () => import('./verbs/board.ts') },
  report: { summary: 'the report of a snapshot as files', load: () => import('./verbs/report.ts') },
  migrate: {
    summary: 'bring the database up to date, or say what is missing',
    load: () => import('./verbs/migrate.ts'),
  },
  'setup-gpu': {
    summary: 'fetch what models need to run on an NVIDIA card',
    load: () => import('./verbs/setup-gpu.ts'),
  },
  doctor: { summary: 'check this machine and the data folder', load: () => import('./verbs/doctor.ts') },
};

/** Runs the verb that `argv` names. @returns the exit code: 0 done, 1 done with losses, 2 refused */
export async function runAgon(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    process.stdout.write(overview());
    return verb === undefined ? 2 : 0;
  }
  if (verb === '--version' || verb === '-V') {
    const { VERSION } = await import('./version.ts');
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const known = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  const json = rest.includes('--json');
  try {
    if (known === undefined) {
      const { ArenaError } = await import('@agon/domain');
      throw new ArenaError('unknown_option', `There is no verb "${verb}".`, { hint: 'See `agon --help`.' });
    }
    const { runCommand } = await import('./run-command.ts');
    return await runCommand((await known.load()).command(), rest);
  } catch (error) {
    return reportError(error, json);
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length)) + 2;
  const lines = Object.entries(VERBS).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return ['Usage: agon <verb> [options]', '', ...lines, '', 'Help on one verb: agon <verb> --help', ''].join(
    '\n',
  );
}
