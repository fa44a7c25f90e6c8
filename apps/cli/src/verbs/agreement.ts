import type { Comparison } from '@agon/domain';
import { measureAgreement, measureRaterOrders, type RaterOrders } from '@agon/rating';
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
  by: 'rater' | 'source' | 'judge';
  left?: string;
  right?: string;
  turn?: number;
  ties: 'keep' | 'drop';
  seed: number;
  json?: boolean;
};

/** `agon agreement`: how far raters, people and judges agree on the same answers. */
export function command(): Command {
  const verb = new Command('agreement')
    .description('How far raters, people and judges agree on the same pairs of answers.')
    .argument('<files...>', 'comparison files; the format is found from each')
    .option(
      '--by <rater|source|judge>',
      'who is compared with whom',
      oneOf('by', ['rater', 'source', 'judge']),
      'rater' as const,
    )
    .option('--left <name>', 'only pairs with this one on the left; a trailing * stands for any ending')
    .option('--right <name>', 'only pairs with this one on the right; a trailing * stands for any ending')
    .option('--turn <n>', 'only comparisons of this turn', wholeNumber('turn', 1))
    .option(
      '--ties <keep|drop>',
      'count ties, or only comparisons that both decided',
      oneOf('ties', ['keep', 'drop']),
      'keep' as const,
    )
    .option('--seed <n>', 'seed of the bootstrap', wholeNumber('seed', 0), 1)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  agon agreement votes.jsonl verdicts.jsonl --by source --turn 1 --ties drop',
    )
    .action(run);
  return withReadingOptions(verb);
}

async function run(files: string[], options: Options): Promise<void> {
  const { comparisons, refused, ...read } = await readComparisonFiles(files, readingOf(options));
  const shown = comparisons.filter(({ turn }) => options.turn === undefined || turn === options.turn);
  const rows: RowsRead = {
    taken: shown.length,
    filtered: comparisons.length - shown.length,
    refused,
    refusedByReason: countReasons(refused),
    leftOutByReason: read.leftOutByReason,
    files: read.files,
  };
  requireRows(rows);
  const result = measureAgreement(shown, {
    by: options.by,
    ties: options.ties,
    seed: options.seed,
    ...(options.left === undefined ? {} : { left: options.left }),
    ...(options.right === undefined ? {} : { right: options.right }),
  });
  const orders = measureRaterOrders(shown, { seed: options.seed });
  const warnings = [
    ...twiceWarning(files),
    ...oversampledWarning(shown.filter((row) => row.oversampled).length),
    ...unusedWarnings(read.files),
    ...(result.pairs.length === 0 && orders.length === 0 ? [noPairs(rows, shown, result.unplaced)] : []),
  ];
  if (options.json) {
    printJson({
      pairs: result.pairs.map((pair) => ({
        left: pair.left,
        right: pair.right,
        items: pair.items,
        agreement: pair.agreement,
        low: pair.low,
        high: pair.high,
        kappa: pair.kappa,
        kappa_low: pair.kappaLow,
        kappa_high: pair.kappaHigh,
        ties_dropped: pair.tiesDropped,
        auc: pair.auc,
        auc_low: pair.aucLow,
        auc_high: pair.aucHigh,
      })),
      alpha: result.alpha,
      alpha_low: result.alphaLow,
      alpha_high: result.alphaHigh,
      ceiling: { ...result.ceiling },
      ...(orders.length === 0 ? {} : { orders: orders.map(ordersJson) }),
      ...rowCountFields(rows),
      warnings,
    });
  } else {
    const percent = (share: number | null) => (share === null ? null : `${(100 * share).toFixed(1)} %`);
    printTable(
      ['left', 'right', 'items', 'agreement', 'low', 'high', 'kappa'],
      result.pairs.map((pair) => [
        pair.left,
        pair.right,
        pair.items,
        percent(pair.agreement),
        percent(pair.low),
        percent(pair.high),
        pair.kappa?.toFixed(3) ?? null,
      ]),
    );
    if (orders.length > 0) {
      process.stdout.write('\n');
      printTable(
        ['both orders', 'items', 'consistent', 'low', 'high', 'first slot wins', 'as people in both'],
        orders.map(({ rater, items, consistency, firstSlot, accuracyBoth }) => [
          rater,
          items,
          percent(consistency.value),
          percent(consistency.low),
          percent(consistency.high),
          percent(firstSlot.value),
          percent(accuracyBoth.value),
        ]),
      );
    }
    note(
      `Krippendorff's alpha ${result.alpha?.toFixed(3) ?? '—'}; two people agree on ${percent(result.ceiling.agreement) ?? '—'} of ${result.ceiling.items}`,
    );
  }
  for (const { code, message } of warnings) note(`${code}: ${message}`);
  noteRefusals(rows);
}

/** Why nobody can be held against anybody. */
function noPairs(
  read: RowsRead,
  rows: readonly Comparison[],
  unplaced: number,
): { code: string; message: string } {
  const filtered = emptyFilterMessage(read);
  if (filtered !== null) return { code: 'no_pairs', message: filtered };
  const unnamed = rows.filter(({ rater }) => rater === undefined).length;
  const reasons = [
    ...(unplaced > 0 ? [`${unplaced} of ${rows.length} name no prompt (prompt_id)`] : []),
    ...(unnamed > 0 ? [`${unnamed} of ${rows.length} name no rater (rater or judge)`] : []),
    'two sides agree or not where both decided the same prompt, the same two models and the same turn',
  ];
  return { code: 'no_pairs', message: `Nobody can be compared with anybody: ${reasons.join('; ')}.` };
}

/** Shares 0..1 as the pairs have them: the value, `_low` and `_high`. */
function ordersJson({ rater, source, items, ...statistics }: RaterOrders) {
  const { accuracyStraight, accuracySwapped, accuracyAverage, accuracyBoth, consistency, kappa, firstSlot } =
    statistics;
  const named = {
    consistency,
    first_slot: firstSlot,
    kappa,
    accuracy_straight: accuracyStraight,
    accuracy_swapped: accuracySwapped,
    accuracy_average: accuracyAverage,
    accuracy_both: accuracyBoth,
  };
  return {
    rater,
    source,
    items,
    ...Object.fromEntries(
      Object.entries(named).flatMap(([name, { value, low, high }]) => [
        [name, value],
        [`${name}_low`, low],
        [`${name}_high`, high],
      ]),
    ),
  };
}
