import type { Command } from 'commander';
import { printJson } from './print.ts';
import { printReward } from './print-reward.ts';
import { withServer } from './with-server.ts';

type CalibrateOptions = { data?: string; json?: boolean; campaign: string; model?: string };

/** Adds `agon judge calibrate`. */
export function addCalibrate(verb: Command): void {
  verb
    .requiredOption('--campaign <slug>', 'campaign whose votes it is calibrated on')
    .option('--model <name>', 'judge model, where the judge asked several')
    .addHelpText(
      'after',
      '\nIt asks nothing: scores stay as they are. A run does the same when it ends.\nExit codes: 0 calibrated, 1 votes are too few.\n\nExample:\n  agon judge calibrate reward-score --campaign spring',
    )
    .action(calibrate);
}

async function calibrate(judge: string, { campaign, model, data, json }: CalibrateOptions): Promise<void> {
  const found = await withServer({ data }, ({ client }) =>
    client('calibrateJudge', { params: { campaign, judge }, body: model === undefined ? {} : { model } }),
  );
  if (found.reward.state === 'too_few') process.exitCode = 1;
  if (json) {
    printJson(found);
    return;
  }
  process.stdout.write(
    `${found.judge} with ${found.model}: ${found.verdicts} verdicts have chances, ${found.changed} of them new or changed.\n`,
  );
  printReward(found.reward);
}
