import type { CheckDriftBody, DriftCheckJson, JudgeDriftJson, RunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Command } from 'commander';
import { followRun } from './follow-run.ts';
import { numberAbove, numberFrom, wholeNumber } from './parse-options.ts';
import { note, printJson, printTable } from './print.ts';
import { withServer } from './with-server.ts';

const MAX_HOURS = 8760;
const DAY_HOURS = 24;

type DriftOptions = {
  data?: string;
  json?: boolean;
  campaign: string;
  model?: string;
  provider?: string;
  every?: number | 'off';
  items: number;
  seed: number;
  budget?: number;
  priceIn?: number;
  priceOut?: number;
  check: boolean;
  accept?: boolean;
};

/** Adds `agon judge drift`. */
export function addDrift(verb: Command): void {
  verb
    .requiredOption('--campaign <slug>', 'campaign whose battles it judged')
    .option('--model <name>', 'judge model, where the judge asked several')
    .option('--provider <name>', 'whose verdicts (default: of its newest run that counts)')
    .option(
      '--every <hours|off>',
      'check by itself from now on, such as 24h or 7d; off: not any more',
      hoursOf,
    )
    .option(
      '--items <n>',
      'battles that are asked again; drawn once, at the first check',
      wholeNumber('items', 1, 512),
      64,
    )
    .option('--seed <n>', 'draws them', wholeNumber('seed', 0), 1)
    .option('--budget <usd>', 'pause a check before it costs more', numberAbove('budget', 0))
    .option(
      '--price-in <usd>',
      'price of a million prompt tokens, where the provider does not say what calls cost',
      numberFrom('price-in', 0, 1_000_000),
    )
    .option('--price-out <usd>', 'of a million tokens of replies', numberFrom('price-out', 0, 1_000_000))
    .option('--no-check', 'ask nothing now: what checks found so far, or the schedule alone')
    .option('--accept', 'hold later checks against the newest one that is done')
    .addHelpText(
      'after',
      '\nExit codes: 0 it judges as before, 1 it changed or cannot be told, 2 the check failed.\n\nExample:\n  agon judge drift pair-explain --campaign spring --model qwen2.5-7b --every 24h',
    )
    .action(drift);
}

/** @throws ArenaError('unknown_option') */
function hoursOf(text: string): number | 'off' {
  if (text === 'off') return 'off';
  const [, digits, unit = 'h'] = /^(\d+)(h|d)?$/.exec(text) ?? [];
  const hours = Number(digits) * (unit === 'd' ? DAY_HOURS : 1);
  if (Number.isInteger(hours) && hours >= 1 && hours <= MAX_HOURS) return hours;
  throw new ArenaError('unknown_option', `--every is whole hours or days, or off; not "${text}".`, {
    hint: 'For example: --every 24h, --every 7d, --every off',
    at: { column: 'every', value: text },
  });
}

async function drift(judge: string, options: DriftOptions): Promise<void> {
  const params = { campaign: options.campaign, judge };
  const query = options.model === undefined ? {} : { model: options.model };
  // to turn a schedule off is no reason to ask
  const asks = options.check && options.every !== 'off';
  const { found, run } = await withServer({ data: options.data, judge: asks }, async ({ client }) => {
    if (!asks && options.every === undefined && options.accept !== true) {
      const { items } = await client('getJudgeDrift', { params, query });
      const own = items.find(({ provider }) => (options.provider ?? provider) === provider);
      if (own !== undefined) return { found: own, run: null };
      throw new ArenaError('not_found', `Nothing is watched of "${judge}" in this campaign.`, {
        hint: 'Check it once: the same command without --no-check.',
      });
    }
    const first = await client('checkJudgeDrift', { params, body: { ...query, ...bodyOf(options, asks) } });
    const id = asks ? first.checks[0]?.run : undefined;
    if (id === undefined) return { found: first, run: null };
    const ended = await followRun(await client('getRun', { params: { run: id } }), {
      read: () => client('getRun', { params: { run: id } }),
      cancel: () => client('cancelRun', { params: { run: id } }),
    });
    const { items } = await client('getJudgeDrift', { params, query });
    return { found: items.find(({ provider }) => provider === first.provider) ?? first, run: ended };
  });
  if (options.json) printJson(found);
  else print(found);
  process.exitCode = codeOf(found, run);
}

function bodyOf(options: DriftOptions, check: boolean): CheckDriftBody {
  const { provider = null, every, items, seed, budget, priceIn, priceOut, accept = false } = options;
  if ((priceIn === undefined) !== (priceOut === undefined)) {
    throw new ArenaError('unknown_option', 'Prices are given for prompts and replies, or not at all.', {
      hint: 'Give --price-in and --price-out, in USD for a million tokens.',
      at: { column: priceIn === undefined ? 'price-in' : 'price-out' },
    });
  }
  return {
    provider,
    items,
    seed,
    check,
    accept,
    budget_usd: budget ?? null,
    prices: priceIn === undefined || priceOut === undefined ? null : { input: priceIn, output: priceOut },
    ...(every === undefined ? {} : { every_hours: every === 'off' ? null : every }),
  };
}

/** 0: as before. 1: changed, renamed, not to be told, or ended by a person. 2: the check failed, or paused by itself. */
function codeOf({ state, checks }: JudgeDriftJson, run: RunJson | null): 0 | 1 | 2 {
  const stoppedItself = run?.errors.some(({ reason }) => reason === 'run') === true;
  if (run !== null && (run.state === 'failed' || (run.state === 'paused' && stoppedItself))) return 2;
  if (run === null && checks.length === 0) return 0;
  return state === 'same' && (run === null || checks[0]?.state === 'same') ? 0 : 1;
}

const FOUND: Readonly<Record<NonNullable<DriftCheckJson['state']>, string>> = {
  same: 'judges as before',
  changed: 'CHANGED: more verdicts than chance explains',
  name_changed_only: 'served under another name; judges as before',
  too_few: 'too little to tell',
};

function print(drift: JudgeDriftJson): void {
  process.stdout.write(
    `${drift.judge} with ${drift.model} by ${drift.provider}: ${drift.state === null ? 'not checked yet' : FOUND[drift.state]}\n`,
  );
  const number = (value: number | null | undefined) => (value == null ? null : value.toFixed(3));
  printTable(
    ['check', 'found', 'changed', 'of', 'p', 'kappa before', 'kappa now', 'served as'],
    drift.checks.map((check) => [
      check.started_at,
      check.state ?? check.run_state,
      check.changed,
      check.pairs,
      number(check.p),
      number(check.people?.before?.value),
      number(check.people?.after?.value),
      [...check.models, ...check.fingerprints].join(', '),
    ]),
  );
  const { basis } = drift;
  note(
    `Held against ${drift.calls} verdicts of ${basis.to}, served as ${[...basis.models, ...basis.fingerprints].join(', ') || 'not said'}`,
  );
  if (drift.next_at !== null) note(`Next check: ${drift.next_at}, every ${drift.every_hours} hours`);
  if (drift.failure !== null) note(`The last check by schedule could not start: ${drift.failure}`);
}
