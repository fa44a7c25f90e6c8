import type { ComparisonSource } from '@agon/domain';
import { measureRaters, type RaterReport } from '@agon/rating';
import { Command } from 'commander';
import { noteRefusals } from '../note-refusals.ts';
import { oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { readComparisonFiles, twiceWarning } from '../read-comparison-files.ts';
import {
  oversampledWarning,
  type ReadingOptions,
  readingOf,
  unusedWarnings,
  withReadingOptions,
} from '../reading-options.ts';
import {
  countReasons,
  emptyFilterMessage,
  type RowsRead,
  requireRows,
  rowCountFields,
} from '../rows-read.ts';

type Options = ReadingOptions & {
  source: ComparisonSource | 'all';
  turn?: number;
  json?: boolean;
};

/** `agon raters`: how far each voter or judge can be relied on. */
export function command(): Command {
  const verb = new Command('raters')
    .description('How far each voter or judge can be relied on: agreement, reliability, habits.')
    .argument('<files...>', 'comparison files that name their raters; the format is found from each')
    .option(
      '--source <people|judges|all>',
      'who is looked at, and compared with whom',
      oneOf('source', ['people', 'judges', 'all']),
      'all' as const,
    )
    .option('--turn <n>', 'only comparisons of this turn', wholeNumber('turn', 1))
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon raters votes.jsonl --source people --json')
    .action(run);
  return withReadingOptions(verb);
}

function noRaters(rows: RowsRead): { code: string; message: string } {
  return {
    code: 'no_raters',
    message:
      emptyFilterMessage(rows) ??
      'No comparison says who made it: a column rater, voter or judge does (--map COLUMN=rater).',
  };
}

/** Below this the prior of reliability is still felt: see docs/benchmarks.md, coverage. */
const FEW_VOTES = 200;

/** Evidence from which on a rater is pointed at: one who votes as expected gets there once in a hundred times. */
const SUSPECT = 100;

async function run(files: string[], options: Options): Promise<void> {
  const { comparisons, refused, ...read } = await readComparisonFiles(files, readingOf(options));
  const kept = comparisons.filter(
    ({ source, turn }) =>
      (options.source === 'all' || source === options.source) &&
      (options.turn === undefined || turn === options.turn),
  );
  const rows: RowsRead = {
    taken: kept.length,
    filtered: comparisons.length - kept.length,
    refused,
    refusedByReason: countReasons(refused),
    leftOutByReason: read.leftOutByReason,
    files: read.files,
  };
  requireRows(rows);
  const { raters, left, converged } = measureRaters(kept);
  const warnings = [
    ...twiceWarning(files),
    ...oversampledWarning(kept.filter((row) => row.oversampled).length),
    ...unusedWarnings(read.files),
    ...(raters.length === 0 ? [noRaters(rows)] : []),
  ];
  if (options.json) {
    const measured = { raters: raters.map(raterJson), without_rater: left, converged };
    printJson({ ...measured, ...rowCountFields(rows), warnings });
  } else printRaters(raters);
  for (const { code, message } of warnings) note(`${code}: ${message}`);
  if (left > 0) note(`comparisons that name no rater, or one model twice: ${left}`);
  if (!converged && raters.length > 0)
    note('reliability did not settle: too few comparisons that connect the models');
  noteRefusals(rows);
}

function printRaters(raters: readonly RaterReport[]): void {
  const percent = (share: number | null | undefined) =>
    share == null ? null : `${(100 * share).toFixed(0)} %`;
  printTable(
    [
      'rater',
      'votes',
      'agreement',
      'reliability',
      'low',
      'high',
      'says the truth',
      'first slot wins',
      'ties',
    ],
    raters.map((each) => [
      each.rater,
      each.votes,
      percent(each.agreement.value),
      percent(each.reliability?.reliability),
      percent(each.reliability?.low),
      percent(each.reliability?.high),
      percent(each.confusionReliability),
      percent(each.firstSlot.value),
      percent(each.tieShare),
    ]),
  );
  if (raters.some(({ reliability }) => reliability !== null && reliability.votes < FEW_VOTES)) {
    note(
      `below some ${FEW_VOTES} votes reliability leans towards what most people are, 74 %: read its interval`,
    );
  }
  for (const { rater, evidence } of raters) {
    if (evidence === null || evidence.evidence < SUSPECT) continue;
    const odds = evidence.evidence < 1e6 ? Math.round(evidence.evidence) : evidence.evidence.toExponential(1);
    note(
      `${rater} votes otherwise than the others lead to expect, nearest to "${evidence.habit}": ${odds} to 1 after ${evidence.after} votes`,
    );
  }
}

function raterJson(each: RaterReport) {
  const { agreement, reliability, evidence, firstSlot } = each;
  return {
    rater: each.rater,
    source: each.source,
    votes: each.votes,
    agreement: agreement.value,
    agreement_low: agreement.low,
    agreement_high: agreement.high,
    agreement_battles: agreement.battles,
    reliability: reliability?.reliability ?? null,
    reliability_low: reliability?.low ?? null,
    reliability_high: reliability?.high ?? null,
    habit: reliability === null ? null : [...reliability.habit],
    dawid_skene:
      each.confusion === null ? null : { reliability: each.confusionReliability, confusion: each.confusion },
    evidence:
      evidence === null
        ? null
        : {
            value: evidence.evidence,
            p: Math.min(1, 1 / evidence.evidence),
            after: evidence.after,
            habit: evidence.habit,
          },
    first_slot: firstSlot.value,
    first_slot_low: firstSlot.low,
    first_slot_high: firstSlot.high,
    decided: firstSlot.decided,
    tie_share: each.tieShare,
  };
}
