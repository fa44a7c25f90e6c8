import { type RatingResultJson, ratingResultSchema } from '@agon/contract';
import { vi } from 'vitest';
import { reportError } from '../report-error.ts';
import { runCommand } from '../run-command.ts';

export type ErrorJson = {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly at?: {
    readonly file?: string;
    readonly line?: number;
    readonly column?: string;
    readonly value?: string;
  };
  readonly data?: {
    readonly read: number;
    readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  };
};

/** What a verb left behind: exit code, stdout, stderr. */
export type Ran = { readonly code: number; readonly out: string; readonly err: string };

const VERBS = {
  rank: () => import('./rank.ts'),
  agreement: () => import('./agreement.ts'),
  raters: () => import('./raters.ts'),
  provider: () => import('./provider.ts'),
  answer: () => import('./answer.ts'),
  judge: () => import('./judge.ts'),
  runs: () => import('./runs.ts'),
} as const;
export type Verb = keyof typeof VERBS;

/** Runs a verb in this process as `main.ts` does, for tests. */
export async function runVerb(verb: Verb, args: readonly string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0),
  ];
  process.exitCode = undefined;
  try {
    const code = await runCommand((await VERBS[verb]()).command(), args).catch((error: unknown) =>
      reportError(error, args.includes('--json')),
    );
    return { code, out: out.join(''), err: err.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = undefined;
  }
}

/** What `--json` promises: one document on one line, the error under `error`, exit code 2 with it. */
export function errorOf({ code, out }: Ran): ErrorJson | null {
  const lines = out.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line of JSON: ${out.slice(0, 200)}`);
  const { error } = JSON.parse(out) as { readonly error?: ErrorJson };
  if ((error !== undefined) !== (code === 2)) throw new Error(`exit code ${code} with ${out.slice(0, 200)}`);
  if (error?.code === 'internal' || error?.message === '') throw new Error(out);
  return error ?? null;
}

/** The ratings, with the totals that must add up, or the error. */
export function ratingsOf(ran: Ran): RatingResultJson | ErrorJson {
  const error = errorOf(ran);
  if (error !== null) return error;
  const result = ratingResultSchema.parse(JSON.parse(ran.out));
  const { read, used, excluded } = result.comparisons;
  const all = excluded.reduce((sum, { count }) => sum + count, used);
  if (all !== read)
    throw new Error(`${read} read, but ${used} used and ${JSON.stringify(excluded)} left out`);
  return result;
}
