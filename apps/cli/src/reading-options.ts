import type { RatingWarning } from '@agon/domain';
import type { ReadOptions, VotePolicy } from '@agon/formats';
import type { Command } from 'commander';
import { collect, columnMap, labelMap, oneOf, preferenceRange } from './parse-options.ts';

/** What a command line says of how comparison files are read. */
export type ReadingOptions = {
  readonly format?: string;
  readonly map?: readonly string[];
  readonly label?: readonly string[];
  readonly preference?: ReadOptions['preference'];
  readonly unblinded: VotePolicy['unblinded'];
  readonly oversampled: VotePolicy['oversampled'];
};

/** Adds the options of `ReadingOptions` to a verb that reads comparison files. */
export function withReadingOptions(verb: Command): Command {
  return verb
    .option('--format <name>', 'format of the files (default: found from each file)')
    .option(
      '--map <column=field>',
      'column of the file and the field it means; may be given several times',
      collect,
    )
    .option(
      '--label <value=outcome>',
      'value of the winner and what it means: a, b, tie, both_bad, skip, a*3; may be given several times',
      collect,
    )
    .option(
      '--preference <low..high>',
      'what a column preference runs from (a wins) and to (b wins)',
      preferenceRange,
    )
    .option(
      '--unblinded <drop|keep>',
      'votes whose voter saw the names of the models',
      oneOf('unblinded', ['drop', 'keep']),
      'drop' as const,
    )
    .option(
      '--oversampled <keep|drop>',
      'votes that the clean-up of their own file leaves out (dedup_tag)',
      oneOf('oversampled', ['keep', 'drop']),
      'keep' as const,
    );
}

/** How files are read under these options. @throws ArenaError('unknown_option') */
export function readingOf(options: ReadingOptions): ReadOptions & { readonly policy: VotePolicy } {
  const { format, preference, unblinded, oversampled } = options;
  return {
    map: columnMap(options.map),
    policy: { unblinded, oversampled },
    ...(options.label === undefined ? {} : { labels: labelMap(options.label) }),
    ...(format === undefined ? {} : { format }),
    ...(preference === undefined ? {} : { preference }),
  };
}

/** Columns that are named in one warning; the rest are counted. */
const NAMED = 20;

/** A warning for each file with columns that were not used: one of them may be misspelt. */
export function unusedWarnings(
  files: readonly { readonly path: string; readonly format: string; readonly unused: readonly string[] }[],
): RatingWarning[] {
  return files
    .filter(({ unused }) => unused.length > 0)
    .map(({ path, format, unused }) => {
      const more = unused.length > NAMED ? ` and ${unused.length - NAMED} more` : '';
      return {
        code: 'columns_unused',
        message: `${path}, read as ${format}: columns that were not used: ${unused.slice(0, NAMED).join(', ')}${more}.`,
      };
    });
}

/** A warning where votes count that the field's own clean-up leaves out. */
export function oversampledWarning(count: number): RatingWarning[] {
  if (count === 0) return [];
  const message = `${count} comparisons count that the clean-up of their own file leaves out (dedup_tag.sampled is false); without them: --oversampled drop.`;
  return [{ code: 'oversampled', message }];
}
