import { basename } from 'node:path';
import type { RatingResultJson } from '@agon/contract';
import { toInsightsJson, toRatingJson } from '@agon/contract/to-rating-json';
import {
  ArenaError,
  BOTH_BAD_POLICIES,
  CLUSTER_CHOICES,
  COMPARISON_SOURCES,
  type ComparisonSource,
  countsInOrder,
  DEFAULT_RATING_SETTINGS,
  INTERVAL_METHODS,
  RATING_METHODS,
  type RatingSettings,
  type RatingWarning,
  REWEIGHTINGS,
  STYLE_DEFINITIONS,
  STYLE_FEATURES,
  type StyleFeature,
  TIE_POLICIES,
} from '@agon/domain';
import { isArrowFile, withArrowFile } from '@agon/files/arrow';
import { Command } from 'commander';
import { helperThreads } from '../helper-threads.ts';
import { noteRefusals } from '../note-refusals.ts';
import { collect, columnMap, numberAbove, numberFrom, oneOf, wholeNumber } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { printRatings } from '../print-ratings.ts';
import { rankArrowFile } from '../rank-arrow-file.ts';
import { namesAlike, optionWarnings, orderWarning } from '../rank-warnings.ts';
import { twiceWarning } from '../read-comparison-files.ts';
import {
  oversampledWarning,
  type ReadingOptions,
  readingOf,
  unusedWarnings,
  withReadingOptions,
} from '../reading-options.ts';
import { leftOut, type RowsRead, withEmptyInputReason } from '../rows-read.ts';

type Options = ReadingOptions & {
  campaign?: string;
  verdicts?: string[];
  source: ComparisonSource | 'all';
  method: RatingSettings['method'];
  ties: RatingSettings['ties'];
  bothBad: RatingSettings['bothBad'];
  interval: RatingSettings['interval'];
  cluster: RatingSettings['cluster'];
  rounds: number;
  baseline?: string;
  panel?: string[];
  anchor?: string;
  k: number;
  initial: number;
  seed: number;
  style?: string;
  styleDefinition: RatingSettings['styleDefinition'];
  ridge?: number;
  reweight: RatingSettings['reweight'];
  prior?: number;
  insights?: boolean;
  category?: string;
  language?: string;
  data?: string;
  json?: boolean;
};

const DEFAULTS = DEFAULT_RATING_SETTINGS;

/** `agon rank`: with files it needs no database and no server. */
export function command(): Command {
  const verb = new Command('rank')
    .description('Ratings with intervals, from comparison files or from a campaign.')
    .argument(
      '[files...]',
      'comparison files: text, Parquet or Arrow, packed or not, - for stdin; the format is found from each',
    )
    .option('--campaign <slug>', 'rank a campaign instead of files');
  return withReadingOptions(verb)
    .option(
      '--source <people|judges|all>',
      'whose comparisons count',
      oneOf('source', [...COMPARISON_SOURCES, 'all']),
      'all' as const,
    )
    .option(
      '--verdicts <file>',
      'prediction-powered: a file whose rows are all verdicts of a judge; may be given several times',
      collect,
    )
    .option('--method <name>', RATING_METHODS.join(', '), oneOf('method', RATING_METHODS), DEFAULTS.method)
    .option('--ties <policy>', TIE_POLICIES.join(', '), oneOf('ties', TIE_POLICIES), DEFAULTS.ties)
    .option(
      '--both-bad <policy>',
      BOTH_BAD_POLICIES.join(', '),
      oneOf('both-bad', BOTH_BAD_POLICIES),
      DEFAULTS.bothBad,
    )
    .option(
      '--interval <method>',
      INTERVAL_METHODS.join(', '),
      oneOf('interval', INTERVAL_METHODS),
      DEFAULTS.interval,
    )
    .option(
      '--cluster <choice>',
      `${CLUSTER_CHOICES.join(' | ')}`,
      oneOf('cluster', CLUSTER_CHOICES),
      DEFAULTS.cluster,
    )
    .option('--rounds <n>', 'bootstrap rounds', wholeNumber('rounds', 2, 100_000), DEFAULTS.rounds)
    .option('--baseline <model>', 'win-rate, length-controlled: the model that all others are compared with')
    .option(
      '--panel <model>',
      'win-rate: one of several reference models, which all count alike; may be given several times',
      collect,
    )
    .option('--anchor <mean=n|model=n>', 'what the scale is fixed to', 'mean=1000')
    .option('--k <n>', 'elo: points at stake per battle', numberAbove('k', 0), DEFAULTS.k)
    .option(
      '--initial <n>',
      'elo: rating that every model starts from',
      numberFrom('initial'),
      DEFAULTS.initial,
    )
    .option('--seed <n>', 'seed of everything random', wholeNumber('seed', 0), DEFAULTS.seed)
    .option('--style <features>', `contextual: any of ${STYLE_FEATURES.join(',')} (default: the first four)`)
    .option(
      '--style-definition <name>',
      `contextual: ${STYLE_DEFINITIONS.join(', ')}`,
      oneOf('style-definition', STYLE_DEFINITIONS),
      DEFAULTS.styleDefinition,
    )
    .option(
      '--ridge <n>',
      'contextual: pull of the coefficients to 0 (default: as defined)',
      numberFrom('ridge', 0),
    )
    .option(
      '--reweight <none|pair>',
      'pair: frequent pairs do not drown the others',
      oneOf('reweight', REWEIGHTINGS),
      DEFAULTS.reweight,
    )
    .option(
      '--prior <n>',
      'bradley-terry: normal prior on the ratings, its standard deviation in logits',
      numberAbove('prior', 0),
    )
    .option(
      '--insights',
      'bradley-terry: chances of every pair, tiers, votes to flip the first place, a plan; for each group of models that can be compared',
    )
    .option('--category <name>', 'only this category')
    .option('--language <name>', 'only this language')
    .option('--data <dir>', 'with --campaign: data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  agon rank votes.jsonl --cluster rater --json',
        '  agon rank rankings.csv --method plackett-luce --cluster rater',
        '  agon rank votes.jsonl --verdicts gpt-4.jsonl --method prediction-powered --cluster prompt',
      ].join('\n'),
    )
    .action(run);
}

async function run(files: string[], options: Options, verb: Command): Promise<void> {
  if ((files.length === 0) === (options.campaign === undefined)) {
    throw new ArenaError('unknown_option', 'rank needs files or --campaign, one of the two.', {
      hint: 'For example: agon rank votes.jsonl',
    });
  }
  const { campaign } = options;
  const rated =
    campaign === undefined ? await rankFiles(files, options) : await rankCampaign(campaign, options);
  const result = withWarnings(rated, [
    ...twiceWarning(files),
    ...twiceWarning(options.verdicts ?? []),
    ...namesAlike(rated.models.map(({ model }) => model)),
    ...optionWarnings(
      {
        names: new Set(Object.keys(options).filter((name) => verb.getOptionValueSource(name) === 'cli')),
        method: rated.method,
        settings: rated.settings,
        isCampaign: campaign !== undefined,
      },
      rated.insights,
    ),
  ]);
  if (options.insights) result.insights ??= null;
  if (options.json) printJson(result);
  else printRatings(result);
  const lost = result.comparisons.excluded.length > 0 && result.comparisons.used === 0;
  const unrated = result.models.some((model) => model.rating === null && model.win_rate === undefined);
  if (lost || unrated || result.fit.components.length > 1) process.exitCode = 1;
}

function withWarnings(result: RatingResultJson, more: readonly RatingWarning[]): RatingResultJson {
  return { ...result, warnings: [...result.warnings, ...more] };
}

async function rankFiles(files: readonly string[], options: Options): Promise<RatingResultJson> {
  const { source, category, language, cluster } = options;
  const reading = readingOf(options);
  if (options.verdicts !== undefined && options.method !== 'prediction-powered') {
    throw new ArenaError('unknown_option', `${options.method} takes no --verdicts.`, {
      hint: 'Use --method prediction-powered.',
      at: { column: 'verdicts' },
    });
  }
  if (options.method === 'prediction-powered' || options.method === 'plackett-luce')
    return rankRecords(files, options, reading);
  const byCounts = rankByCounts(files, options);
  if (byCounts !== null) return byCounts;
  // loaded here: the short way needs neither the readers of all formats nor all the methods
  const [{ fitExplained, fitRatings, neededCounts }, { readComparisonColumns }] = await Promise.all([
    import('@agon/rating'),
    import('../read-comparison-files.ts'),
  ]);
  const settings = settingsOf(options);
  const read = await readComparisonColumns(files, {
    ...reading,
    ...(source === 'all' ? {} : { source }),
    ...(category === undefined ? {} : { category }),
    ...(language === undefined ? {} : { language }),
    rater: cluster.includes('rater') || settings.style.includes('same-family'),
    prompt: cluster.includes('prompt') || options.method === 'length-controlled',
    style: neededCounts(settings),
    byTime: countsInOrder(options.method),
  });
  const { columns } = read;
  const rows = { ...read, taken: columns.length };
  noteRefusals(rows);
  const { result: fitted, insights } = withEmptyInputReason(rows, () =>
    options.insights === true
      ? fitExplained(columns, settings, helperThreads())
      : { result: fitRatings(columns, settings, helperThreads()), insights: undefined },
  );
  const result = withWarnings(toRatingJson(fitted), [
    ...orderWarning(read, columns.length),
    ...oversampledWarning(read.oversampled),
    ...unusedWarnings(read.files),
  ]);
  return {
    ...withRows(result, rows),
    ...(insights === undefined ? {} : { insights: insights === null ? null : toInsightsJson(insights) }),
  };
}

/** The result with the rows that never reached the fit. */
function withRows(result: RatingResultJson, rows: RowsRead): RatingResultJson {
  const left = leftOut(rows);
  const { used, excluded } = result.comparisons;
  const read = left.reduce((sum, { count }) => sum + count, rows.taken);
  return { ...result, comparisons: { read, used, excluded: [...left, ...excluded] } };
}

/** The methods that need more of a row than columns hold: whole rankings, or votes beside verdicts. */
async function rankRecords(
  files: readonly string[],
  options: Options,
  reading: ReturnType<typeof readingOf>,
): Promise<RatingResultJson> {
  const { source, category, language, method } = options;
  const filter = {
    ...(source === 'all' ? {} : { source }),
    ...(category === undefined ? {} : { category }),
    ...(language === undefined ? {} : { language }),
  };
  const rank = async () => {
    if (method === 'plackett-luce') {
      const { rankLists } = await import('../rank-lists.ts');
      return rankLists(files, filter, reading, settingsOf(options));
    }
    if (source !== 'all') {
      throw new ArenaError('unknown_option', 'prediction-powered needs people and judges, so --source all.', {
        at: { column: 'source', value: source },
      });
    }
    const { rankWithVerdicts } = await import('../rank-with-verdicts.ts');
    const given = { files, verdicts: options.verdicts ?? [], ...filter };
    return rankWithVerdicts(given, reading, settingsOf(options));
  };
  const { rows, oversampled, fit } = await rank();
  noteRefusals(rows);
  const result = withRows(
    withEmptyInputReason(rows, () => toRatingJson(fit())),
    rows,
  );
  return withWarnings(result, [...oversampledWarning(oversampled), ...unusedWarnings(rows.files)]);
}

/** The short way of a single Arrow file: null where it cannot be gone. */
function rankByCounts(files: readonly string[], options: Options): RatingResultJson | null {
  const [path, ...more] = files;
  const filtered = options.category !== undefined || options.language !== undefined;
  const told = [options.format, options.label, options.preference].some((option) => option !== undefined);
  const byRows = filtered || told || options.source === 'judges' || options.insights === true;
  if (path === undefined || more.length > 0 || byRows || !isArrowFile(path)) return null;
  const wants = { rater: false, prompt: false, map: columnMap(options.map) };
  return withArrowFile(path, wants, [], (comparisons) => {
    const result = rankArrowFile(comparisons, settingsOf(options));
    if (result === null) return null;
    const { unused } = comparisons;
    return withWarnings(
      toRatingJson(result),
      unusedWarnings([{ path: basename(path), format: 'Arrow', unused }]),
    );
  });
}

async function rankCampaign(campaign: string, options: Options): Promise<RatingResultJson> {
  const [{ withServer }, { boardQuerySchema }] = await Promise.all([
    import('../with-server.ts'),
    import('@agon/contract'),
  ]);
  const source = options.source === 'judges' ? 'judges' : 'people';
  if (options.source === 'all' && options.method !== 'prediction-powered')
    note('A campaign is ranked by its people; use --source judges for its verdicts.');
  const method = boardQuerySchema.shape.method.safeParse(options.method).data;
  if (method === undefined) {
    throw new ArenaError('unknown_option', `A campaign cannot be ranked by ${options.method}.`, {
      at: { column: 'method', value: options.method },
    });
  }
  const board = await withServer(options, ({ client }) =>
    client('getBoard', {
      params: { campaign },
      query: {
        source,
        method,
        ties: options.ties,
        both_bad: options.bothBad,
        interval: options.interval,
        cluster: options.cluster,
        ...(options.style === undefined ? {} : { style: options.style }),
        style_definition: options.styleDefinition,
        reweight: options.reweight,
        ...(options.prior === undefined ? {} : { prior: options.prior }),
        ...(options.ridge === undefined ? {} : { ridge: options.ridge }),
        ...(options.baseline === undefined ? {} : { baseline: options.baseline }),
        ...(options.anchor === undefined ? {} : { anchor: options.anchor }),
        ...(options.category === undefined ? {} : { category: options.category }),
        ...(options.language === undefined ? {} : { language: options.language }),
      },
    }),
  );
  const result = board[source];
  if (result === null) {
    throw new ArenaError('no_comparisons', board.empty[source] ?? 'There is nothing to rank.', {
      hint: 'Vote, or import comparisons.',
    });
  }
  return result;
}

function settingsOf(options: Options): RatingSettings {
  return {
    method: options.method,
    ties: options.ties,
    bothBad: options.bothBad,
    interval: options.interval,
    cluster: options.cluster,
    rounds: options.rounds,
    seed: options.seed,
    anchor: parseAnchor(options.anchor ?? 'mean=1000'),
    k: options.k,
    initial: options.initial,
    baseline: options.baseline ?? null,
    panel: options.panel ?? [],
    style: featuresOf(options),
    styleDefinition: options.styleDefinition,
    ridge: options.ridge ?? null,
    reweight: options.reweight,
    prior: options.prior ?? null,
  };
}

function featuresOf(options: Options): StyleFeature[] {
  if (options.style === undefined) return [];
  return options.style.split(',').map((name) => oneOf('style', STYLE_FEATURES)(name.trim()));
}

function parseAnchor(text: string): RatingSettings['anchor'] {
  // a model may have an equals sign in its name, a number has none
  const at = text.lastIndexOf('=');
  const [name, value] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  const points = Number(value);
  if (name === '' || value.trim() === '' || !Number.isFinite(points)) {
    throw new ArenaError('unknown_option', `--anchor takes mean=1000 or MODEL=1114, not "${text}".`, {
      at: { column: 'anchor', value: text },
    });
  }
  return { model: name === 'mean' ? null : name, value: points };
}
