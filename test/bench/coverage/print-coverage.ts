import type { CoverageTally, Estimate } from './coverage-tally.ts';
import type { PairwiseBin } from './measure-pairwise.ts';

const percent = (share: number): string => (100 * share).toFixed(1);
const withError = ({ mean, se }: Estimate): string => `${percent(mean)} ± ${percent(se)} %`;

/** A Markdown table of one line a kind of interval; `±` is one standard error of the share. */
export function printCoverage(
  title: string,
  unit: string,
  lines: readonly (readonly [name: string, tally: CoverageTally])[],
): void {
  const out = [
    '',
    `**${title}**`,
    '',
    `| intervals | hold the truth | mean width, ${unit} | all true ranks in their sets |`,
    '|---|---|---|---|',
    ...lines.map(([name, tally]) => {
      const silent = tally.silent === 0 ? '' : ` (${tally.silent} campaigns without)`;
      const ranks = tally.ranks === null ? '–' : withError(tally.ranks);
      return tally.intervals === 0
        ? `| ${name} | none${silent} | – | – |`
        : `| ${name} | ${withError(tally.coverage)}${silent} | ${tally.width.toFixed(tally.width < 1 ? 2 : 1)} | ${ranks} |`;
    }),
  ];
  process.stdout.write(`${out.join('\n')}\n`);
}

/** What was said of pairs beside how often it was so. */
export function printPairwise(title: string, bins: readonly PairwiseBin[]): void {
  const out = [
    '',
    `**${title}**`,
    '',
    '| said | pairs | mean said | was so |',
    '|---|---|---|---|',
    ...bins.map(
      ({ from, to, pairs, said, held }) =>
        `| ${percent(from)} to ${percent(to)} % | ${pairs.toLocaleString('en')} | ${pairs === 0 ? '–' : `${percent(said)} %`} | ${held === null ? '–' : withError(held)} |`,
    ),
  ];
  process.stdout.write(`${out.join('\n')}\n`);
}
