import type { EstimateJson, JudgeCardJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Command } from 'commander';
import { printJson, printTable } from '../print.ts';
import { printReward } from '../print-reward.ts';
import { type Server, withServer } from '../with-server.ts';

type ReportOptions = { data?: string; json?: boolean; campaign?: string; model?: string };

/** `agon judge report RUN|ID`: how good a judge is, of one run or of all its verdicts in a campaign. */
export function addReport(command: Command): void {
  command
    .option('--campaign <slug>', 'campaign whose people it is held against; a run names its own')
    .option('--model <name>', 'judge model, where the judge asked several')
    .action(report);
}

const RUN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function report(subject: string, options: ReportOptions): Promise<void> {
  const card = await withServer({ data: options.data }, (server) =>
    RUN.test(subject) ? ofRun(subject, server) : ofJudge(subject, options, server),
  );
  if (options.json) printJson(card);
  else print(card);
}

async function ofRun(run: string, { client }: Server): Promise<JudgeCardJson> {
  const found = await client('getJudgeRun', { params: { run } });
  const { ok, unscored } = found.verdicts;
  if (ok.a + ok.b + ok.tie + Object.keys(unscored).length === 0) {
    throw new ArenaError(
      'not_found',
      `The run has given no verdicts${found.finished_at === null ? ' yet' : ''}: it is ${found.state}.`,
      {
        hint: `See what became of its calls: agon runs show ${run}.`,
        at: { value: run },
      },
    );
  }
  return client('getJudgeCard', {
    params: { campaign: found.campaign, judge: found.identity },
    query: { model: found.model, run },
  });
}

async function ofJudge(
  judge: string,
  { campaign, model }: ReportOptions,
  { client }: Server,
): Promise<JudgeCardJson> {
  if (campaign === undefined) {
    throw new ArenaError('unknown_option', 'judge report needs --campaign with the name of a judge.', {
      hint: 'For example: agon judge report pair-explain --campaign spring. With the id of a run it needs none.',
    });
  }
  return client('getJudgeCard', {
    params: { campaign, judge },
    query: model === undefined ? {} : { model },
  });
}

const VERDICTS: Readonly<Record<JudgeCardJson['summary']['verdict'], string>> = {
  no_people: 'Not held against people yet: nobody voted on these battles.',
  too_few: 'Too few votes to tell.',
  below_rule: 'Worse than a rule without a model:',
  no_better_than_rule: 'Not shown to be better than a rule without a model:',
  better_than_rule: 'Better than any rule without a model.',
  good_to_order: 'Good enough to order these models.',
  like_people: 'It repeats people’s winners as often as other people do.',
};
const HABITS: Readonly<Record<JudgeCardJson['habits']['effects'][number]['habit'], string>> = {
  length: 'the longer answer',
  markdown: 'more markdown',
  names_maker: 'answers that name their maker',
  own_family: 'models of its own family',
};
/** After these the rule is named. */
const NAMES_RULE: ReadonlySet<string> = new Set(['below_rule', 'no_better_than_rule']);

function print(card: JudgeCardJson): void {
  const { summary, agreement, orders, habits } = card;
  const title = card.model === '' ? card.judge : `${card.judge} with ${card.model}`;
  // an imported judge has no more of an identity than its name
  process.stdout.write(card.origin === 'imported' ? `${title}\n` : `${title} (${card.identity})\n`);
  if (card.origin === 'control') process.stdout.write('A rule without a model: what judges must beat.');
  else process.stdout.write(VERDICTS[summary.verdict]);
  if (card.origin !== 'control' && NAMES_RULE.has(summary.verdict) && summary.rule !== null)
    process.stdout.write(` ${summary.rule}.`);
  process.stdout.write('\n');
  for (const { category, agreement: own, rule, rule_agreement } of summary.exceptions) {
    process.stdout.write(
      `In ${category} ${rule} is ahead: ${shareText({ value: rule_agreement, low: null, high: null })} % to ${shareText(own)} %.\n`,
    );
  }
  process.stdout.write('\nShare of votes naming a winner that are repeated; a tie repeats no winner.\n');
  printTable(
    ['who', 'agreement, %', 'kappa', 'votes'],
    [
      ...agreement.controls.map((own) => [own.control, own] as const),
      ['this judge', agreement.all] as const,
      ['two people', agreement.people] as const,
    ].map(([name, own]) => [name, shareText(own.agreement), decimal(own.kappa.value), own.votes]),
  );
  if (card.reward !== null) {
    process.stdout.write('\n');
    printReward(card.reward);
  }
  process.stdout.write('\n');
  printTable(
    ['figure', 'value'],
    [
      ['same in both orders', withUnit(orders.consistency, '%')],
      ['same when asked again', withUnit(orders.repeatability, '%')],
      ['first answer preferred', withUnit(orders.first_slot, '%')],
      ...habits.effects.map(
        ({ habit, effect }) => [`beyond people, ${HABITS[habit]}`, withUnit(effect, 'points')] as const,
      ),
      ['unscored', `${card.counts.unscored} of ${card.counts.verdicts}`],
      ['order of the models, rho', decimal(card.order.rho)],
      ['USD for 1,000 verdicts', decimal(card.cost.usd_per_1000)],
    ],
  );
}

function shareText({ value, low, high }: EstimateJson): string {
  if (value === null) return '—';
  const margin = low === null || high === null ? '' : ` ± ${(50 * (high - low)).toFixed(1)}`;
  return `${(100 * value).toFixed(1)}${margin}`;
}

/** Null: not known. */
function withUnit(estimate: EstimateJson, unit: string): string | null {
  return estimate.value === null ? null : `${shareText(estimate)} ${unit}`;
}

function decimal(value: number | null): string | null {
  return value === null ? null : value.toFixed(2);
}
